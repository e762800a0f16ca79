/** The real HTTP and socket servers over fake services, in this very process: for tests of the transport and of the CLI. */
import { createSystemClock } from '../adapters/system/clock.ts';
import { DEVICE_SECRET_HEADER } from '../contract/device.ts';
import { decideAccess } from '../core/access/access.ts';
import { readVisit } from '../core/access/visit.ts';
import { departureOf } from '../core/liveness/departure.ts';
import type { Owner } from '../core/liveness/owner.ts';
import { createWatchdog, type Watchdog } from '../services/liveness/watchdog.ts';
import { createHttpServer, type HttpServer } from '../transport/http/server.ts';
import { createSocketServer, type SocketServer, type SocketServerDeps } from '../transport/socket/socket-server.ts';
import type { DaemonState, StopRequest } from '../transport/state.ts';
import { createFakeAppServices, type FakeAppServices } from './fakes/app-services.ts';
import { createFakeKey } from './fakes/gateway-key.ts';
import { createRecordingLog, type RecordingLog } from './fakes/log.ts';
import { INSTANCE } from './session-facts.ts';

export const OWNER_TOKEN = 'owner-credential-aaaaaaaaaaaaaaaaaaaaaaaaaa';

/** A paired browser: what it sends with each request. */
export type Browser = { readonly id: string; readonly cookie: string; readonly secret: string };

export type HttpDaemon = {
  readonly server: HttpServer;
  readonly sockets: SocketServer;
  readonly watchdog: Watchdog;
  readonly port: number;
  readonly services: FakeAppServices;
  readonly log: RecordingLog;
  /** Stops that were asked for over HTTP. */
  readonly stops: readonly StopRequest[];
  /** Reasons of the stops that the watchdog decided on. */
  readonly decidedStops: readonly string[];
  setState(state: DaemonState): void;
  pairBrowser(name?: string): Browser;
  /** As in a shutdown: sockets first. */
  close(): Promise<void>;
};

export type HttpDaemonOptions = {
  readonly port?: number;
  readonly owner?: Owner;
  readonly graceMs?: number;
  readonly lossGraceMs?: number;
  readonly attendTerminals?: SocketServerDeps['attendTerminals'];
  readonly ping?: NonNullable<SocketServerDeps['ping']>;
};

export async function startHttpDaemon(options: HttpDaemonOptions = {}): Promise<HttpDaemon> {
  const { owner = 'headless', graceMs = 5_000, lossGraceMs = 600_000, attendTerminals = () => undefined } = options;
  let state: DaemonState = 'ready';
  let bound = 0;
  const stops: StopRequest[] = [];
  const decidedStops: string[] = [];
  const clock = createSystemClock();
  const log = createRecordingLog();
  const key = createFakeKey();
  const services = createFakeAppServices({ pid: process.pid, owner, port: () => bound });
  const watchdog = createWatchdog({
    clock,
    log,
    limits: { graceMs, lossGraceMs, linkDeadlineMs: 600_000 },
    owner,
    requestStop: (reason) => void decidedStops.push(reason),
  });
  const sockets = createSocketServer({
    services,
    desk: watchdog,
    departureOf,
    attendTerminals,
    clock,
    log,
    ...(options.ping === undefined ? {} : { ping: options.ping }),
  });
  const server = createHttpServer({
    services,
    sockets,
    state: () => state,
    identity: { pid: process.pid, version: '0.0.0-test', instanceId: INSTANCE },
    isOwnerCredential: (presented) => presented === OWNER_TOKEN,
    decideAccess: (request, ownPort) =>
      decideAccess(request, { port: ownPort, uiPort: 3000, allowedHosts: [], allowedOrigins: ['https://tunnel.example'] }),
    readVisit: (request) => readVisit(request, { verify: key.verify, nowMs: clock.nowMs() }),
    requestStop: (stop) => void stops.push(stop),
    log,
  });
  bound = await server.listen(options.port ?? 0);
  return {
    server,
    sockets,
    watchdog,
    port: bound,
    services,
    log,
    stops,
    decidedStops,
    setState: (next) => {
      state = next;
    },
    pairBrowser(name = 'A browser') {
      const code = `a-code-that-is-good-once-${services.devices.list().length}`;
      services.allowCode(code);
      const { deviceId, secret, setCookie } = services.devices.pair({
        code,
        name,
        visit: { host: 'localhost:3000', scheme: 'http', from: 'here' },
      });
      return { id: deviceId, secret, cookie: setCookie.split(';')[0] ?? '' };
    },
    async close() {
      const closed = server.close({ drainMs: 1_000 });
      await sockets.close();
      await closed;
      watchdog.close();
    },
  };
}

/** Headers of a page's request. */
export function headersOf({ cookie, secret }: Browser): Record<string, string> {
  return { cookie, [DEVICE_SECRET_HEADER]: secret };
}
