/** The dashboard's side of the daemon, opened with the first that looks: a tab, an `ao attach`, a recording. Wires; decides nothing. */
import type { TerminalService } from '../ports/terminal.ts';
import type { SocketDoor } from '../transport/http/upgrade.ts';
import { notReady } from '../transport/state.ts';
import type { Dashboard, DashboardDeps } from './dashboard.ts';

export type Front = {
  readonly sockets: SocketDoor;
  readonly terminals: TerminalService;
  close(): Promise<void>;
};

export function openFront(deps: DashboardDeps): Front {
  let opening: Promise<Dashboard> | null = null;
  let closing = false;
  const dashboard = async (): Promise<Dashboard> => {
    const refusal = closing && opening === null ? notReady('stopping') : null;
    if (refusal !== null) throw refusal;
    opening ??= import('./dashboard.ts').then(({ openDashboard }) => openDashboard(deps));
    return await opening;
  };
  return {
    sockets: { accept: async (upgrade) => (await dashboard()).sockets.accept(upgrade) },
    terminals: { view: async (request, sink) => (await dashboard()).terminals.view(request, sink) },
    // What was never opened has nobody to send away.
    async close() {
      closing = true;
      await (await opening)?.close();
    },
  };
}
