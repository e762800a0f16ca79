/** Makes what browsers need of the daemon: paired devices, the sockets of their tabs, live terminals. Wires; decides nothing. */
import { createPairingFile } from '../adapters/pairing-file/pairing-file.ts';
import { DEVICE_COOKIE } from '../contract/device.ts';
import { TERMINAL_LIMITS } from '../contract/socket.ts';
import { departureOf } from '../core/liveness/departure.ts';
import type { DeviceService, LiveFeed } from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { GatewayKey } from '../ports/gateway-key.ts';
import type { Log } from '../ports/log.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import type { SupervisorDesk } from '../ports/supervision.ts';
import type { TerminalService } from '../ports/terminal.ts';
import { createDevices } from '../services/devices.ts';
import { createTerminalHistories } from '../services/terminal/history.ts';
import { createTerminalHub } from '../services/terminal/hub.ts';
import type { SocketDoor } from '../transport/http/upgrade.ts';
import { createSocketServer } from '../transport/socket/socket-server.ts';
import { registerTerminalHandlers } from '../transport/socket/terminal.ts';
import { registerHistoryHandler } from '../transport/socket/terminal-history.ts';
import type { Adapters } from './adapters.ts';

export type DashboardDeps = Pick<Adapters, 'runtime' | 'openScreen'> & {
  readonly dataDir: string;
  readonly store: Store;
  readonly key: GatewayKey;
  readonly secrets: Secrets;
  readonly feed: LiveFeed;
  readonly desk: SupervisorDesk;
  readonly clock: Clock;
  readonly log: Log;
};

export type Dashboard = {
  readonly devices: DeviceService;
  readonly sockets: SocketDoor;
  readonly terminals: TerminalService;
  /** Tabs are told and sent away, then the terminals end; sessions do not. */
  close(): Promise<void>;
};

export function openDashboard(deps: DashboardDeps): Dashboard {
  const { dataDir, store, key, secrets, feed, desk, runtime, openScreen, clock, log } = deps;
  const codes = createPairingFile({ dataDir, nowMs: clock.nowMs });
  const devices = createDevices({ store, key, codes, secrets, clock, log, cookieName: DEVICE_COOKIE });
  const terminals = createTerminalHub({ store, runtime, openScreen, secrets, clock, log, limits: TERMINAL_LIMITS });
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
    devices,
    sockets,
    terminals,
    close: async () => {
      await sockets.close();
      await terminals.close();
    },
  };
}
