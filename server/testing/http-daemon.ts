/** The real HTTP server over fake services, in this very process: for tests of the transport and of the CLI. */
import { decideAccess } from '../core/access/access.ts';
import { createHttpServer, type HttpServer } from '../transport/http/server.ts';
import type { DaemonState } from '../transport/state.ts';
import { createFakeAppServices, type FakeAppServices } from './fakes/app-services.ts';
import { createRecordingLog } from './fakes/log.ts';
import { INSTANCE } from './session-facts.ts';

export const OWNER_TOKEN = 'owner-credential-aaaaaaaaaaaaaaaaaaaaaaaaaa';

export type HttpDaemon = {
  readonly server: HttpServer;
  readonly port: number;
  readonly services: FakeAppServices;
  /** Reasons of the stops that were asked for. */
  readonly stops: readonly string[];
  setState(state: DaemonState): void;
};

export async function startHttpDaemon(port = 0): Promise<HttpDaemon> {
  let state: DaemonState = 'ready';
  let bound = 0;
  const setState = (next: DaemonState): void => {
    state = next;
  };
  const stops: string[] = [];
  const services = createFakeAppServices({ pid: process.pid, owner: 'headless', port: () => bound });
  const server = createHttpServer({
    services,
    state: () => state,
    identity: { pid: process.pid, version: '0.0.0-test', instanceId: INSTANCE },
    isOwnerCredential: (presented) => presented === OWNER_TOKEN,
    decideAccess: (request, ownPort) =>
      decideAccess(request, { port: ownPort, uiPort: 3000, allowedHosts: [], allowedOrigins: ['https://tunnel.example'] }),
    requestShutdown: (reason) => void stops.push(reason),
    log: createRecordingLog(),
  });
  bound = await server.listen(port);
  return { server, port: bound, services, stops, setState };
}
