/**
 * One origin for everything a browser needs: pages from Next, `/trpc`, `POST /pair` and the upgrade of `/socket.io` from the daemon.
 * Every request passes its doors before a daemon is started or asked. Holds no data and decides nothing about sessions.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pairInput } from '../contract/device.ts';
import { GATEWAY_START_PATH, GATEWAY_STATE_PATH, gatewayUrl } from '../contract/gateway.ts';
import { SOCKET_PATH } from '../contract/socket-path.ts';
import type { AccessPolicy } from '../core/access/access.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { GatewayKey } from '../ports/gateway-key.ts';
import type { PairingFile } from '../ports/pairing-file.ts';
import { readJson } from '../transport/http/body.ts';
import type { DaemonLink } from './daemon-link.ts';
import { checkDevice, checkNames, refusedCode } from './doors.ts';
import { toDaemonHeaders } from './forwarded-headers.ts';
import type { Pages } from './pages.ts';
import { proxyRequest } from './proxy-request.ts';
import { brokenConnection, type Refusal, refuseUpgrade, sendHostRefusedPage, sendJson, sendRefusal, toRefusal } from './refusals.ts';
import { holdUpgrade, spliceUpgrade } from './splice-upgrade.ts';

export type GatewayDeps = {
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly key: GatewayKey;
  readonly pairing: Pick<PairingFile, 'isValid'>;
  readonly link: DaemonLink;
  readonly pages: Pages;
  /** Wall clock. */
  readonly nowMs: () => number;
  readonly note: (line: string) => void;
};

export interface Gateway {
  /** Binds 127.0.0.1. Rejects with the system's error. */
  listen(port: number): Promise<number>;
  /** Ends every connection: the daemon sees its tabs leave. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MAX_PAIR_BYTES = 8_192;

type Door = 'trpc' | 'pair' | 'socket' | 'state' | 'start' | 'page';

export function createGateway(deps: GatewayDeps): Gateway {
  const { key, link, pages, note } = deps;
  const upgraded = new Set<Duplex>();
  let port = 0;
  const policy = (): AccessPolicy => ({ port, uiPort: port, allowedHosts: deps.allowedHosts, allowedOrigins: deps.allowedOrigins });
  const doors = { policy, key };

  const server = createServer({ requireHostHeader: false, headersTimeout: 10_000, keepAliveTimeout: 5_000 }, (req, res) => {
    res.on('error', () => undefined);
    handle(req, res).catch((caught: unknown) => {
      const error = toAppError(caught);
      if (error.code === 'INTERNAL') note(`A request failed: ${error.message}`);
      if (res.headersSent) res.destroy();
      else sendRefusal(res, toRefusal(error), pathOf(req));
    });
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrade(req, socket, head).catch((caught: unknown) => refuseUpgrade(socket, toRefusal(toAppError(caught))));
  });

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = pathOf(req);
    const door = doorOf(path, req.method ?? 'GET');
    const refusal = refuse(req, door);
    if (refusal !== null) return answerRefusal(req, res, { refusal, door });
    switch (door) {
      case 'page':
        return pages.handle(req, res);
      case 'state':
        return sendJson(res, 200, await link.state());
      case 'start':
        await link.startNow();
        return sendJson(res, 200, await link.state());
      case 'pair':
        return pair(req, res);
      case 'trpc':
        return pass(req, res, null);
      case 'socket':
        return sendRefusal(res, badRequest('This path takes WebSocket connections only.'), path);
    }
  }

  function refuse(req: IncomingMessage, door: Door): Refusal | null {
    const name = checkNames(req, doors, door === 'page' ? 'pages' : 'api');
    if (name !== null) return name;
    switch (door) {
      case 'page':
        return isRead(req.method) ? null : badMethod('Pages are only read.');
      case 'pair':
        // Its credential is the code in its body.
        return null;
      case 'socket':
        return checkDevice(req, doors, 'in_handshake');
      case 'trpc':
      case 'state':
      case 'start':
        return checkDevice(req, doors, 'in_header') ?? methodOf(door, req.method);
    }
  }

  function answerRefusal(
    req: IncomingMessage,
    res: ServerResponse,
    { refusal, door }: { readonly refusal: Refusal; readonly door: Door },
  ): void {
    if (door !== 'page' || refusal.status !== 421) return sendRefusal(res, refusal, pathOf(req));
    sendHostRefusedPage(res, { host: req.headers.host ?? '', url: gatewayUrl(port) });
  }

  async function pair(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await readJson(req, pairInput, { maxBytes: MAX_PAIR_BYTES });
    if ('error' in body) return sendRefusal(res, { status: body.status, error: body.error }, '/pair');
    if (!deps.pairing.isValid(body.value.code)) return sendRefusal(res, refusedCode(), '/pair');
    await pass(req, res, Buffer.from(JSON.stringify(body.value)));
  }

  /** To a daemon that is there, or to one that is started for it. What found nobody is given once more. */
  async function pass(req: IncomingMessage, res: ServerResponse, body: Buffer | null): Promise<void> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const daemon = await link.ready();
      const headers = toDaemonHeaders(req, { daemonPort: daemon.port, sign: key.sign, nowMs: deps.nowMs });
      if (body !== null) {
        delete headers['transfer-encoding'];
        headers['content-length'] = body.length;
        headers['content-type'] = 'application/json';
      }
      const outcome = await proxyRequest(req, res, { port: daemon.port, headers, body });
      if (outcome === 'done') return;
      link.lost(daemon.port);
      if (outcome === 'broken') break;
    }
    sendRefusal(res, brokenConnection(), pathOf(req));
  }

  async function upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const isSocket = isBelow(pathOf(req), SOCKET_PATH);
    const refusal = checkNames(req, doors, 'api') ?? (isSocket ? checkDevice(req, doors, 'in_handshake') : null);
    if (refusal !== null) return refuseUpgrade(socket, refusal);
    if (!isSocket) {
      if (pages.upgrade !== null) return pages.upgrade(req, socket, head);
      return refuseUpgrade(socket, badRequest('Only the socket takes WebSocket connections.'));
    }
    let early = head;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const release = holdUpgrade(socket);
      const daemon = await link.ready();
      early = Buffer.concat([early, release()]);
      if (socket.destroyed) return;
      const headers = toDaemonHeaders(req, { daemonPort: daemon.port, sign: key.sign, nowMs: deps.nowMs });
      if ((await spliceUpgrade(req, socket, { port: daemon.port, headers, head: early })) === 'spliced') return;
      link.lost(daemon.port);
    }
    refuseUpgrade(socket, brokenConnection());
  }

  return {
    listen: async (wanted) => {
      port = await listen(server, wanted);
      server.on('error', (error) => note(`The gateway could not accept a connection; it goes on: ${error.message}`));
      return port;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of upgraded) socket.destroy();
      server.closeAllConnections();
      await closed;
      await pages.close();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port, exclusive: true }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function pathOf(req: IncomingMessage): string {
  return (req.url ?? '').split(/[?#]/, 1)[0] ?? '';
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function doorOf(path: string, method: string): Door {
  if (isBelow(path, '/trpc')) return 'trpc';
  if (isBelow(path, SOCKET_PATH)) return 'socket';
  if (path === GATEWAY_STATE_PATH) return 'state';
  if (path === GATEWAY_START_PATH) return 'start';
  return path === '/pair' && !isRead(method) ? 'pair' : 'page';
}

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}

function methodOf(door: 'trpc' | 'state' | 'start', method: string | undefined): Refusal | null {
  if (door === 'state' && !isRead(method)) return badMethod('The state is only read.');
  return door === 'start' && method !== 'POST' ? badMethod('A start is asked for with POST.') : null;
}

function badRequest(message: string): Refusal {
  return { status: 400, error: new AppError({ code: 'BAD_INPUT', message, hint: 'Reload the page.' }) };
}

function badMethod(message: string): Refusal {
  return { status: 405, error: new AppError({ code: 'BAD_INPUT', message, hint: 'Reload the page.' }) };
}
