/**
 * The tmux runtime: sessions on a tmux server of our own, which outlives the daemon. Own socket, own configuration; the
 * user's `~/.tmux.conf` and `$TMUX` have no part in it. This file wires; each file beside it owns one thing.
 */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { ProcessRunner } from '../../../ports/process-runner.ts';
import type { ProcessIdentity, ProcessTree } from '../../../ports/process-table.ts';
import type { Runtime } from '../../../ports/runtime.ts';
import type { RuntimeAttach } from '../../../ports/terminal.ts';
import { toHostEnvironment } from '../host-environment.ts';
import { findServiceScope } from '../service-scope.ts';
import { chooseSocketPath } from '../socket-path.ts';
import { createAttach } from './attach.ts';
import { type Channel, createChannel } from './channel.ts';
import { createDelivery } from './delivery.ts';
import { toHandle } from './handles.ts';
import { createHistory } from './history.ts';
import { createHost } from './host.ts';
import { createInstalledCheck } from './installed.ts';
import { createLaunchFiles } from './launch-files.ts';
import { createTmuxLaunching } from './launching.ts';
import { createObserving } from './observing.ts';
import { createServerRecords } from './server-record.ts';
import { createTerminal } from './terminal.ts';
import { createTmuxProcess } from './tmux-process.ts';
import { createViewerRecord } from './viewer-record.ts';

export type TmuxRuntimeDeps = {
  /** Absolute; the server's working directory, so never one that gets deleted. */
  readonly dataDir: string;
  /** The daemon's own environment; only a few harmless variables of it reach the server. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly runner: ProcessRunner;
  readonly processes: ProcessIdentity;
  readonly tree: ProcessTree;
  readonly clock: Clock;
  readonly log: Log;
};

export function createTmuxRuntime(deps: TmuxRuntimeDeps): Runtime & RuntimeAttach {
  const { dataDir, runner, processes, tree, clock } = deps;
  const log = deps.log.child({ component: 'tmux' });
  const { uid } = userInfo();
  const socket = chooseSocketPath(join(dataDir, 'tmux', 's.sock'), { key: dataDir, uid });
  const env = toHostEnvironment(deps.env, dataDir);
  const records = createServerRecords(dataDir);
  const launches = createLaunchFiles(dataDir);
  const process = createTmuxProcess({ runner, env, cwd: dataDir, scope: findServiceScope(), log });
  const host = createHost({ socket, dataDir, uid, process, records, launches, processes, clock, log });
  const viewers = createViewerRecord({ socket, channel: () => channel });
  const channel: Channel = createChannel({ socket, env, cwd: dataDir, host, process, ownViewers: viewers.pids, clock, log });
  const observing = createObserving({ socket, channel, host, processes, clock });
  const launching = createTmuxLaunching({ socket, channel, observing, launches, processes, tree, log });
  const delivery = createDelivery({ dataDir, channel, observing });
  const terminal = createTerminal({ channel, observing });

  return {
    kind: 'tmux',
    assertInstalled: createInstalledCheck({ runner, env }),
    handleFor: (sessionId, attempt) => toHandle(socket, sessionId, attempt),
    create: launching.create,
    restart: launching.restart,
    revoke: launches.revoke,
    destroy: launching.destroy,
    connect: channel.connect,
    probe: (handles, { limitMs }) => observing.probe(handles, limitMs),
    capture: (handle, { historyLines }) => terminal.capture(handle, historyLines),
    screens: terminal.screens,
    history: createHistory({ channel, observing }),
    write: terminal.write,
    resize: terminal.resize,
    paste: delivery.paste,
    submit: delivery.submit,
    receipts: delivery.receipts,
    attach: createAttach({ env, cwd: dataDir, channel, observing, viewers, clock, log }),
    close: channel.close,
  };
}
