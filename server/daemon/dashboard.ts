/**
 * What somebody who looks needs of the daemon: the sockets of tabs, live terminals. Loaded with the first of them (`openFront`), since
 * a start has no use for socket.io and terminal screens, and they are half of what it would have to load. Wires; decides nothing.
 */
import { openHeadlessScreen } from '../adapters/screen/headless-screen.ts';
import { TERMINAL_LIMITS } from '../contract/socket.ts';
import { departureOf } from '../core/liveness/departure.ts';
import type { DeviceService, LiveFeed } from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import type { SupervisorDesk } from '../ports/supervision.ts';
import type { TerminalService } from '../ports/terminal.ts';
import { createTerminalHistories } from '../services/terminal/history.ts';
import { createTerminalHub } from '../services/terminal/hub.ts';
import { createSocketServer, type SocketServer } from '../transport/socket/socket-server.ts';
import { registerTerminalHandlers } from '../transport/socket/terminal.ts';
import { registerHistoryHandler } from '../transport/socket/terminal-history.ts';
import type { Adapters } from './adapters.ts';

export type DashboardDeps = Pick<Adapters, 'runtime'> & {
  readonly store: Store;
  readonly devices: DeviceService;
  readonly secrets: Secrets;
  readonly feed: LiveFeed;
  readonly desk: SupervisorDesk;
  readonly clock: Clock;
  readonly log: Log;
};

export type Dashboard = {
  readonly sockets: SocketServer;
  readonly terminals: TerminalService;
  /** Tabs are told and sent away, then the terminals end; sessions do not. */
  close(): Promise<void>;
};

export function openDashboard(deps: DashboardDeps): Dashboard {
  const { store, devices, secrets, feed, desk, runtime, clock, log } = deps;
  const terminals = createTerminalHub({ store, runtime, openScreen: openHeadlessScreen, secrets, clock, log, limits: TERMINAL_LIMITS });
  const histories = createTerminalHistories({ store, runtime });
  const sockets = createSocketServer({
    services: { devices, feed },
    desk,
    departureOf,
    attendTerminals(socket) {
      registerTerminalHandlers({ socket, terminals, log });
      registerHistoryHandler({ socket, histories, log });
    },
    clock,
    log: log.child({ part: 'socket' }),
  });
  return {
    sockets,
    terminals,
    close: async () => {
      await sockets.close();
      await terminals.close();
    },
  };
}
