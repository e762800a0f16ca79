/**
 * The door for sockets: `/socket.io`, WebSocket only, for whoever has a cookie of ours, and for the command line with the owner's
 * credential, which no page can send along. A browser's secret comes inside, and is checked there. A refusal is an HTTP answer with
 * the same codes as everywhere; nothing of socket.io has run by then.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { SOCKET_PATH } from '../../contract/socket-path.ts';
import type { Visit } from '../../core/access/visit.ts';
import { AppError } from '../../core/errors.ts';
import type { DeviceService } from '../../ports/app-services.ts';
import { type DaemonState, notReady } from '../state.ts';
import { type AdmitDeps, admit, type Refusal } from './admit.ts';
import { type Principal, rawHeaderValues } from './principal.ts';
import { unauthenticated } from './respond.ts';

export interface SocketDoor {
  /** Takes the connection over. `null` when it did; else nothing was done with it. */
  accept(upgrade: Upgrade): Promise<AppError | null>;
}

export type Upgrade = {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly visit: Visit;
  /** `browser`: its cookie is ours, its secret is still to be seen. `command-line`: it has shown the owner's credential. */
  readonly by: 'browser' | 'command-line';
};

export type UpgradeDeps = AdmitDeps & {
  readonly sockets: SocketDoor;
  readonly devices: DeviceService;
  readonly identify: (req: IncomingMessage) => Principal;
  readonly state: () => DaemonState;
};

type RawUpgrade = Omit<Upgrade, 'visit' | 'by'>;

export async function handleUpgrade(upgrade: RawUpgrade, ownPort: number, deps: UpgradeDeps): Promise<void> {
  const { socket } = upgrade;
  socket.on('error', (error) => deps.log.debug({ error }, 'A connection broke while it asked for an upgrade'));
  const refusal = await enter(upgrade, ownPort, deps);
  if (refusal !== null) refuse(socket, refusal);
}

async function enter(upgrade: RawUpgrade, ownPort: number, deps: UpgradeDeps): Promise<Refusal | null> {
  const { req } = upgrade;
  const admission = admit(req, ownPort, deps);
  if ('error' in admission) return admission;
  const by = whoKnocks(req, deps);
  if (typeof by !== 'string') return by;
  const unusable = whyUnusable(req, admission.path);
  if (unusable !== null) return { status: 400, error: badUpgrade(unusable) };
  const busy = notReady(deps.state());
  if (busy !== null) return { status: 503, error: busy };
  const full = await deps.sockets.accept({ ...upgrade, visit: admission.visit, by });
  return full === null ? null : { status: 429, error: full };
}

function whoKnocks(req: IncomingMessage, { devices, identify }: UpgradeDeps): Upgrade['by'] | Refusal {
  if (rawHeaderValues(req, 'authorization').length === 0) {
    if (devices.recognize(rawHeaderValues(req, 'cookie')) !== null) return 'browser';
    return { status: 401, error: unauthenticated('This browser is not paired') };
  }
  const principal = identify(req);
  switch (principal.kind) {
    case 'owner':
      return 'command-line';
    case 'session':
      return { status: 403, error: notForAgents() };
    case 'nobody':
      return { status: 401, error: principal.refusal };
  }
}

function notForAgents(): AppError {
  return new AppError({
    code: 'FORBIDDEN',
    message: 'A session may not look at terminals or type into them.',
    hint: 'Run it in a shell of your own; inside a session `ao send` writes to another one.',
  });
}

function whyUnusable(req: IncomingMessage, path: string): string | null {
  if (path.replace(/\/$/, '') !== SOCKET_PATH) return `there is nothing to upgrade at ${JSON.stringify(path.slice(0, 80))}`;
  if (req.method !== 'GET' || req.headers.upgrade?.toLowerCase() !== 'websocket') return 'it is not a WebSocket handshake';
  const query = new URLSearchParams((req.url ?? '').split('?', 2)[1] ?? '');
  if (query.get('transport') !== 'websocket' || query.get('EIO') !== '4') return 'only transport=websocket and EIO=4 are spoken here';
  // A connection that begins as WebSocket has no session to take over.
  return query.has('sid') ? 'there is no session to upgrade' : null;
}

export function badUpgrade(why: string): AppError {
  return new AppError({
    code: 'BAD_INPUT',
    message: `The socket cannot be opened: ${why}.`,
    hint: 'Reload the page; it may be older than the daemon.',
  });
}

function refuse(socket: Duplex, { status, error }: Refusal): void {
  const body = `${JSON.stringify({ error: error.toJSON() })}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  // Whoever does not read the answer is not waited for.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
