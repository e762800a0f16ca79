/**
 * What the gateway tells the daemon about a request: the origin under which the browser knows us, and when. Pure text
 * `<scheme>://<host>;<ms>.<signature>`; worth something only with a valid signature, and for a minute.
 */
import { isLoopbackHost, parseHostPort } from './allowlist.ts';

export type GatewayClaim = {
  readonly scheme: 'http' | 'https';
  /** As in the `Host` header, port included. */
  readonly host: string;
  /** Wall clock of the gateway. */
  readonly atMs: number;
};

const LIFETIME_MS = 60_000;

type Sign = (payload: string) => string;
type Verify = (payload: string, signature: string) => boolean;

/** The header's value. */
export function toGatewayHeader({ scheme, host, atMs }: GatewayClaim, sign: Sign): string {
  const claim = `${scheme}://${host.toLowerCase()};${atMs}`;
  return `${claim}.${sign(gatewayPayload(claim))}`;
}

/** `null` for anything but one header with a valid signature that was made just now. */
export function readGatewayHeader(
  values: readonly string[],
  { verify, nowMs }: { readonly verify: Verify; readonly nowMs: number },
): GatewayClaim | null {
  const [value] = values;
  if (value === undefined || values.length > 1) return null;
  const match = /^((https?):\/\/([a-z0-9.:[\]-]{1,270});([0-9]{1,15}))\.([A-Za-z0-9_-]{43})$/.exec(value);
  const [, claim, scheme, host, at, signature] = match ?? [];
  if (claim === undefined || host === undefined || signature === undefined) return null;
  const atMs = Number(at);
  if (Math.abs(nowMs - atMs) > LIFETIME_MS || !verify(gatewayPayload(claim), signature)) return null;
  return { scheme: scheme === 'https' ? 'https' : 'http', host, atMs };
}

function gatewayPayload(claim: string): string {
  return `gateway:${claim}`;
}

/** Whether the browser sits on this machine, or somewhere behind a tunnel. */
export function isLocalClaim({ host }: Pick<GatewayClaim, 'host'>): boolean {
  const parsed = parseHostPort(host);
  return parsed !== null && isLoopbackHost(parsed.host);
}
