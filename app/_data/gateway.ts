/**
 * What the gateway says of the daemon while the daemon itself cannot be asked, and the one thing it can be told: start it again.
 * Looking never starts a daemon. And what the board asks plainly, so that it need not load the client of all other questions.
 */
import type { GatewayState } from '../../server/contract/gateway.ts';
import { DEVICE_SECRET_HEADER, readDeviceSecret } from './device.ts';

export type GatewaySight =
  | { readonly kind: 'unseen' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'unpaired' }
  | { readonly kind: 'seen'; readonly state: GatewayState };

const LOOK_LIMIT_MS = 4_000;
/** A start is answered once the daemon is ready, or has failed. */
const START_LIMIT_MS = 45_000;

function headers(): Record<string, string> {
  const secret = readDeviceSecret();
  return secret === null ? {} : { [DEVICE_SECRET_HEADER]: secret };
}

export async function lookAtGateway(): Promise<GatewaySight> {
  try {
    const response = await ask('/gateway/state');
    if (response.status === 401) return { kind: 'unpaired' };
    if (!response.ok) return { kind: 'unreachable' };
    const state = (await response.json()) as GatewayState;
    return state.daemon === 'ready' && (await isRevoked()) ? { kind: 'unpaired' } : { kind: 'seen', state };
  } catch {
    return { kind: 'unreachable' };
  }
}

/** The gateway knows its own cookie and not who was revoked, and a page never learns with what status a WebSocket was refused. */
async function isRevoked(): Promise<boolean> {
  return ask('/trpc/daemon.status').then(
    ({ status }) => status === 401,
    () => false,
  );
}

/** Only of a daemon that is live: a question to a stopped one would start it. No answer counts as none. */
export async function isBriefingThere(): Promise<boolean> {
  try {
    const response = await ask('/trpc/briefing.get');
    const { result } = (await response.json()) as { readonly result?: { readonly data: unknown } };
    return result !== undefined && result.data !== null;
  } catch {
    return false;
  }
}

function ask(path: string): Promise<Response> {
  return fetch(path, { headers: headers(), cache: 'no-store', signal: AbortSignal.timeout(LOOK_LIMIT_MS) });
}

export type StartRefusal = { readonly message: string; readonly hint: string | null; readonly code: string | null };

/** Resolves to `null` once a start is under way or done, else to why it is not. */
export async function startDaemon(): Promise<StartRefusal | null> {
  try {
    const response = await fetch('/gateway/start', { method: 'POST', headers: headers(), signal: AbortSignal.timeout(START_LIMIT_MS) });
    if (response.ok) return null;
    return readRefusal(await response.json().catch(() => null), response.status);
  } catch {
    return { message: 'The dashboard’s server does not answer.', hint: 'Is `ao up` still running in its terminal?', code: null };
  }
}

/** The body of a refusal is `{error: {code, message, hint}}`; anything else is told by its status. */
export function readRefusal(body: unknown, status: number): StartRefusal {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
    const text = (key: string): string | null => {
      const value: unknown = (error as Record<string, unknown>)[key];
      return typeof value === 'string' ? value : null;
    };
    return { message: error.message, hint: text('hint'), code: text('code') };
  }
  return { message: `The dashboard’s server answered with status ${status}.`, hint: 'See the terminal in which `ao up` runs.', code: null };
}
