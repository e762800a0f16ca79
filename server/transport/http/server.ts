/**
 * The daemon's HTTP server, on loopback only: health, shutdown, hooks, tRPC. Every request passes Host, Origin, and then the
 * credential, in this order, before anything of it is used; a refusal is 421, 403 or 401, never 2xx or 404. No decisions here:
 * what is allowed is handed in.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from '../../contract/run-file.ts';
import { PROTOCOL_VERSION, SERVICE_NAME } from '../../contract/version.ts';
import type { AccessDecision, AccessRequest } from '../../core/access/access.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import type { AppServices } from '../../ports/app-services.ts';
import type { Log } from '../../ports/log.ts';
import { type DaemonState, notReady } from '../state.ts';
import { handleHook } from './hooks.ts';
import { identify, type Principal, rawHeaderValues } from './principal.ts';
import { sendError, sendJson, setCommonHeaders } from './respond.ts';
import { handleRpc, unauthenticated } from './rpc.ts';
import { handleShutdown } from './shutdown.ts';

export type HttpServerDeps = {
  readonly services: AppServices;
  readonly state: () => DaemonState;
  readonly identity: { readonly pid: number; readonly version: string; readonly instanceId: string };
  readonly isOwnerCredential: (presented: string) => boolean;
  /** `core/access`, with the policy of the configuration and the port that was got. */
  readonly decideAccess: (request: AccessRequest, ownPort: number) => AccessDecision;
  /** Called after the answer has been sent. */
  readonly requestShutdown: (reason: string) => void;
  readonly log: Log;
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

async function handle(req: IncomingMessage, res: ServerResponse, deps: HttpServerDeps, server: Server): Promise<void> {
  setCommonHeaders(res);
  res.on('error', () => undefined);
  // A connection kept alive would outlast the drain.
  if (deps.state() === 'stopping') res.setHeader('connection', 'close');
  const target = req.url ?? '';
  const ownPort = (server.address() as AddressInfo | null)?.port ?? 0;
  const access = deps.decideAccess({ target, hosts: rawHeaderValues(req, 'host'), origins: rawHeaderValues(req, 'origin') }, ownPort);
  if (access.kind === 'refused') return refuseAccess(res, access, deps.log);

  const path = target.split(/[?#]/, 1)[0] ?? '';
  if (path === '/healthz' || path === '/readyz') return answerHealth(req, res, { path, deps });

  const principal = principalOf(req, deps);
  if (path.startsWith('/trpc/')) {
    const context = { services: deps.services, state: deps.state };
    return handleRpc(req, res, { principal, path: path.slice('/trpc/'.length), context, log: deps.log });
  }
  if (principal.kind === 'nobody') return refuseNobody(res, principal.why);
  if (path === '/shutdown' || path === '/hooks') {
    if (req.method !== 'POST')
      return sendError(res, 405, new AppError({ code: 'BAD_INPUT', message: `${path} takes POST only.`, hint: 'Use the `ao` command.' }));
    return path === '/hooks' ? answerHook(req, res, { principal, deps }) : answerShutdown(req, res, { principal, deps });
  }
  sendError(res, 404, new AppError({ code: 'BAD_INPUT', message: 'There is nothing at this path.', hint: 'Use the `ao` command.' }));
}

function principalOf(req: IncomingMessage, { isOwnerCredential, services }: HttpServerDeps): Principal {
  return identify(req, { isOwnerCredential, authenticateSession: (token) => services.reports.authenticate(token) });
}

function answerHealth(
  req: IncomingMessage,
  res: ServerResponse,
  { path, deps }: { readonly path: string; readonly deps: HttpServerDeps },
): void {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    return sendError(res, 405, new AppError({ code: 'BAD_INPUT', message: `${path} takes GET only.`, hint: 'Use `ao status`.' }));
  }
  const state = deps.state();
  const health: Health = { service: SERVICE_NAME, protocol: PROTOCOL_VERSION, state, ...deps.identity };
  sendJson(res, path === '/readyz' && state !== 'ready' ? 503 : 200, health);
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
  return handleShutdown(req, res, { pid: deps.identity.pid, requestShutdown: deps.requestShutdown });
}

function refuseAccess(res: ServerResponse, access: Extract<AccessDecision, { kind: 'refused' }>, log: Log): void {
  log.debug({ by: access.by, why: access.why }, 'A request was refused');
  // The rest of it is not worth reading.
  res.setHeader('connection', 'close');
  const [status, code, variable] =
    access.by === 'host' ? ([421, 'HOST_REFUSED', 'AO_ALLOWED_HOSTS'] as const) : ([403, 'ORIGIN_REFUSED', 'AO_ALLOWED_ORIGINS'] as const);
  sendError(
    res,
    status,
    new AppError({
      code,
      message: `The request is refused: ${access.why}.`,
      hint: `If it is yours, add it to ${variable} and restart: \`ao stop && ao start\`.`,
    }),
  );
}

function refuseNobody(res: ServerResponse, why: string): void {
  res.setHeader('connection', 'close');
  res.setHeader('www-authenticate', 'Bearer');
  sendError(res, 401, unauthenticated(why));
}
