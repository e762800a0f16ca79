/**
 * The daemon's HTTP server, on loopback only: health, shutdown, hooks, pairing, tRPC, and the door for sockets. Every request
 * passes Host, Origin, and then the credential, in this order, before anything of it is used; a refusal is 421, 403 or 401,
 * never 2xx or 404. No decisions here: what is allowed is handed in.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from '../../contract/run-file.ts';
import { SOCKET_PATH } from '../../contract/socket-path.ts';
import { PROTOCOL_VERSION, SERVICE_NAME } from '../../contract/version.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import type { AppServices } from '../../ports/app-services.ts';
import { type DaemonState, notReady, type StopRequest } from '../state.ts';
import { type Admission, type AdmitDeps, admit, sendRefusal } from './admit.ts';
import { handleHook } from './hooks.ts';
import { identify, type Principal } from './principal.ts';
import { sendError, sendJson, setCommonHeaders } from './respond.ts';
import { handleShutdown } from './shutdown.ts';
import { badUpgrade, handleUpgrade, type SocketDoor } from './upgrade.ts';

export type HttpServerDeps = AdmitDeps & {
  readonly services: AppServices;
  readonly sockets: SocketDoor;
  readonly state: () => DaemonState;
  readonly identity: { readonly pid: number; readonly version: string; readonly instanceId: string };
  readonly isOwnerCredential: (presented: string) => boolean;
  /** Called after the answer has been sent. */
  readonly requestStop: (stop: StopRequest) => void;
};

export interface HttpServer {
  /** Binds 127.0.0.1 at `port`, or at one of the system's choice where that is taken. Resolves to the port it got. */
  listen(port: number): Promise<number>;
  /** Takes no more, waits for what is under way, at most `drainMs`. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

const HOST = '127.0.0.1';

export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { log } = deps;
  const server = createServer(
    // A missing Host is refused by us, with the code that says so.
    { requireHostHeader: false, requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 },
    (req, res) => {
      handle(req, res, deps, server).catch((error: unknown) => {
        log.error({ error, method: req.method }, 'A request failed');
        sendError(res, 500, toAppError(error));
      });
    },
  );
  server.on('upgrade', (req, socket, head) => {
    const asked = { req, socket, head };
    const entry = { ...deps, devices: deps.services.devices, identify: (asking: IncomingMessage) => principalOf(asking, deps) };
    handleUpgrade(asked, portOf(server), entry).catch((error: unknown) => {
      log.error({ error }, 'An upgrade failed');
      socket.destroy();
    });
  });
  return {
    listen: async (port) => {
      const got = await listenOnce(server, port).catch((error: NodeJS.ErrnoException) => {
        if (port === 0 || !(error.code === 'EADDRINUSE' || error.code === 'EACCES')) throw cannotBind(port, error);
        log.warn({ port, code: error.code }, 'The port is not to be had; another one is taken');
        return listenOnce(server, 0).catch((again: NodeJS.ErrnoException) => {
          throw cannotBind(0, again);
        });
      });
      server.on('error', (error) => log.warn({ error }, 'The HTTP server could not accept a connection; it goes on'));
      return got;
    },
    close: ({ drainMs }) =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listenOnce(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function cannotBind(port: number, error: NodeJS.ErrnoException): AppError {
  return new AppError(
    {
      code: 'DAEMON_START_FAILED',
      message: `No port of ${HOST} can be bound${port === 0 ? '' : ` (asked for ${port})`}: ${error.message}.`,
      hint: 'Set AO_PORT to a free port, then `ao start`.',
    },
    { cause: error },
  );
}

const portOf = (server: Server): number => (server.address() as AddressInfo | null)?.port ?? 0;

async function handle(req: IncomingMessage, res: ServerResponse, deps: HttpServerDeps, server: Server): Promise<void> {
  setCommonHeaders(res);
  res.on('error', () => undefined);
  // A connection kept alive would outlast the drain.
  if (deps.state() === 'stopping') res.setHeader('connection', 'close');
  const admission = admit(req, portOf(server), deps);
  if ('error' in admission) return sendRefusal(res, admission);

  const { path } = admission;
  if (path === '/healthz' || path === '/readyz') return answerHealth(req, res, { path, deps });
  if (path === '/pair') return answerPair(req, res, { admission, deps });

  const principal = principalOf(req, deps);
  if (path.startsWith('/trpc/')) {
    const device = principal.kind === 'owner' ? principal.device : null;
    const stopAfterAnswer = (stop: StopRequest): void => void res.once('close', () => deps.requestStop(stop));
    const context = { services: deps.services, state: deps.state, device, stopAfterAnswer };
    // With the first request: tRPC, and the schemas of all procedures, are a fifth of what a start would have to load.
    const { handleRpc } = await import('./rpc.ts');
    return handleRpc(req, res, { principal, path: path.slice('/trpc/'.length), context, log: deps.log });
  }
  if (principal.kind === 'nobody') return sendRefusal(res, { status: 401, error: principal.refusal });
  if (path === '/shutdown' || path === '/hooks') {
    if (req.method !== 'POST') return sendError(res, 405, onlyBy('POST', path));
    return path === '/hooks' ? answerHook(req, res, { principal, deps }) : answerShutdown(req, res, { principal, deps });
  }
  if (path === SOCKET_PATH || path.startsWith(`${SOCKET_PATH}/`)) return sendError(res, 400, badUpgrade('polling is not spoken here'));
  sendError(res, 404, new AppError({ code: 'BAD_INPUT', message: 'There is nothing at this path.', hint: 'Use the `ao` command.' }));
}

function onlyBy(method: 'GET' | 'POST', path: string): AppError {
  return new AppError({ code: 'BAD_INPUT', message: `${path} takes ${method} only.`, hint: 'Use the `ao` command.' });
}

function principalOf(req: IncomingMessage, { isOwnerCredential, services }: HttpServerDeps): Principal {
  return identify(req, {
    isOwnerCredential,
    authenticateSession: (token) => services.reports.authenticate(token),
    authenticateDevice: (proof) => services.devices.authenticate(proof),
  });
}

function answerHealth(
  req: IncomingMessage,
  res: ServerResponse,
  { path, deps }: { readonly path: string; readonly deps: HttpServerDeps },
): void {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    return sendError(res, 405, onlyBy('GET', path));
  }
  const state = deps.state();
  const health: Health = { service: SERVICE_NAME, protocol: PROTOCOL_VERSION, state, ...deps.identity };
  sendJson(res, path === '/readyz' && state !== 'ready' ? 503 : 200, health);
}

async function answerPair(
  req: IncomingMessage,
  res: ServerResponse,
  { admission, deps }: { readonly admission: Admission; readonly deps: HttpServerDeps },
): Promise<void> {
  if (req.method !== 'POST') return sendError(res, 405, onlyBy('POST', admission.path));
  const refusal = notReady(deps.state());
  if (refusal !== null) return sendError(res, 503, refusal);
  const { handlePair } = await import('./pair.ts');
  return handlePair(req, res, { visit: admission.visit, devices: deps.services.devices });
}

function answerHook(
  req: IncomingMessage,
  res: ServerResponse,
  { principal, deps }: { readonly principal: Principal; readonly deps: HttpServerDeps },
): Promise<void> | void {
  const refusal = notReady(deps.state());
  if (refusal !== null) return sendError(res, 503, refusal);
  return handleHook(req, res, { principal, reports: deps.services.reports });
}

function answerShutdown(
  req: IncomingMessage,
  res: ServerResponse,
  { principal, deps }: { readonly principal: Principal; readonly deps: HttpServerDeps },
): Promise<void> | void {
  if (principal.kind !== 'owner') {
    return sendError(
      res,
      403,
      new AppError({ code: 'FORBIDDEN', message: 'A session cannot stop the daemon.', hint: 'Run `ao stop` in a terminal of your own.' }),
    );
  }
  return handleShutdown(req, res, { pid: deps.identity.pid, requestStop: deps.requestStop });
}
