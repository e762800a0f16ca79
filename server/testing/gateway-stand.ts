/** A gateway on a free port, with a stand-in for Next, and a daemon that is an HTTP server of the test itself. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createPairingFile } from '../adapters/pairing-file/pairing-file.ts';
import { openGatewayKey } from '../adapters/secret/gateway-key/gateway-key.ts';
import { devicePayload } from '../core/access/device-cookie.ts';
import { AppError } from '../core/errors.ts';
import type { DaemonLink } from '../gateway/daemon-link.ts';
import { createGateway } from '../gateway/gateway.ts';
import { withPageHeaders } from '../gateway/pages.ts';
import type { GatewayKey } from '../ports/gateway-key.ts';
import type { PairingFile } from '../ports/pairing-file.ts';
import { makeTempDir } from './resources.ts';

export const SECRET = 'secret-of-a-device-aaaaaaaaaaaaaaaaaaaaaaaaa';

export type Upstream = {
  readonly port: number;
  /** Every request and upgrade that got here, as `METHOD target`. */
  readonly seen: readonly string[];
  /** What the last of them carried. */
  readonly last: () => IncomingMessage | null;
  /** As after a `kill -9`: nothing listens, every connection is cut. */
  die(): Promise<void>;
};

export type UpstreamHandlers = {
  readonly request: (req: IncomingMessage, res: ServerResponse) => void;
  readonly upgrade?: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

export async function startUpstream({ request, upgrade }: UpstreamHandlers): Promise<Upstream> {
  const seen: string[] = [];
  const sockets = new Set<Duplex>();
  let last: IncomingMessage | null = null;
  const note = (req: IncomingMessage): void => {
    seen.push(`${req.method} ${req.url}`);
    last = req;
  };
  const server = createServer((req, res) => {
    note(req);
    request(req, res);
  });
  server.on('upgrade', (req, socket, head) => {
    note(req);
    socket.on('error', () => undefined);
    upgrade?.(req, socket, head);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await bind(server);
  return {
    port,
    seen,
    last: () => last,
    die: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function bind(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export type GatewayStand = AsyncDisposable & {
  readonly port: number;
  readonly key: GatewayKey;
  readonly pairing: PairingFile;
  /** How often a daemon was asked for. */
  readonly asked: () => number;
  /** Cookie and secret of a paired device, as raw header lines. */
  readonly cookie: string;
  readonly device: Readonly<Record<string, string>>;
  /** What the stand-in for Next was asked for, with its headers. */
  readonly pageRequests: readonly { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
};

export type StandOptions = {
  /** Where the daemon is now; `null`: it cannot be had. */
  readonly daemon: () => Promise<{ readonly port: number } | null>;
  readonly lost?: (port: number) => void;
};

export async function startGatewayStand({ daemon, lost = () => undefined }: StandOptions): Promise<GatewayStand> {
  const dir = await makeTempDir();
  const key = openGatewayKey({ dataDir: dir.path });
  const pairing = createPairingFile({ dataDir: dir.path, nowMs: () => Date.now() });
  const pageRequests: { url: string; headers: IncomingMessage['headers'] }[] = [];
  let asked = 0;
  const link: DaemonLink = {
    ready: async () => {
      asked += 1;
      const found = await daemon();
      if (found === null) throw new AppError({ code: 'DAEMON_STOPPED_BY_USER', message: 'Stopped.', hint: 'ao start' });
      return found;
    },
    lost,
    state: () => Promise.resolve({ daemon: 'none', deliberate: false, error: null, lastLog: [], lastStop: null }),
    startNow: async () => {
      asked += 1;
      await daemon();
    },
    known: () => null,
    started: () => null,
    settled: () => Promise.resolve(),
  };
  const render = (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    pageRequests.push({ url: req.url ?? '', headers: { ...req.headers } });
    res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>a page</p>');
    return Promise.resolve();
  };
  const gateway = createGateway({
    allowedHosts: ['tunnel.example'],
    allowedOrigins: ['https://tunnel.example'],
    key,
    pairing,
    link,
    pages: { handle: withPageHeaders(render, 'production'), upgrade: null, close: () => Promise.resolve() },
    nowMs: () => Date.now(),
    note: () => undefined,
  });
  const port = await gateway.listen(0);
  const cookie = `ao_device=dev1.${key.sign(devicePayload('dev1'))}`;
  return {
    port,
    key,
    pairing,
    asked: () => asked,
    cookie,
    device: { cookie, 'x-ao-device-secret': SECRET },
    pageRequests,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** Sends bytes as they are and resolves with all that comes back until the other side ends, or `enough` of it is there. */
export function exchangeRaw(port: number, text: string, enough: RegExp = /\r\n\r\n/): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    const settle = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (enough.test(answer)) settle();
    });
    socket.on('error', reject);
    socket.on('close', settle);
  });
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(answer)?.[1] ?? 0);
