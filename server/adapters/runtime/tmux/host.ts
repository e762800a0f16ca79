/**
 * The tmux server as a process: whether it is there, how it is started, and how a living one gets its socket back. Knows
 * nothing of sessions. "Gone" is said only of a server whose recorded process is proven gone.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { ProcessIdentity } from '../../../ports/process-table.ts';
import { makePrivateDirectory, writePrivateFile } from '../private-files.ts';
import { prepareSocketDirectory } from '../socket-path.ts';
import { toTmuxConfig } from './config-text.ts';
import { testConnect } from './connect-test.ts';
import { hostUnavailable } from './failures.ts';
import { KEEPER } from './handles.ts';
import type { LaunchFiles } from './launch-files.ts';
import type { TmuxCommand } from './quoting.ts';
import type { ServerRecord, ServerRecords } from './server-record.ts';
import type { TmuxProcess } from './tmux-process.ts';

export type HostState = { readonly state: 'up' } | { readonly state: 'gone' } | { readonly state: 'unknown'; readonly why: string };

export type Host = {
  readonly look: (socket: string) => Promise<HostState>;
  /** Starts our server and records it. Only for one that is proven gone. */
  readonly start: () => Promise<void>;
  /** Makes the keeper session again, should somebody have ended it. */
  readonly reviveKeeper: () => Promise<void>;
  /** Records which process answers on our socket, if that is not known yet. */
  readonly record: (pid: number) => Promise<void>;
  readonly recordOf: (socket: string) => Promise<ServerRecord | null>;
};

export type HostDeps = {
  readonly socket: string;
  readonly dataDir: string;
  readonly uid: number;
  readonly process: TmuxProcess;
  readonly records: ServerRecords;
  readonly launches: LaunchFiles;
  readonly processes: ProcessIdentity;
  readonly clock: Clock;
  readonly log: Log;
};

const CONNECT_LIMIT_MS = 500;
/** A living server makes its socket within a few ms of SIGUSR1; a stopped one will when it is continued, and we look again then. */
const SOCKET_RETURN_LIMIT_MS = 500;
const SOCKET_LOOK_EVERY_MS = 10;
/** Starting forks, reads the config and opens a pty: 10 ms, or seconds on a machine that is just booting. */
const START_LIMIT_MS = 10_000;

/** Costs nothing while it waits, and its end would end the keeper, not the server. */
const NEW_KEEPER: TmuxCommand = ['new-session', '-d', '-s', KEEPER, '-x', '80', '-y', '24', 'tail', '-f', '/dev/null'];

export function createHost(deps: HostDeps): Host {
  const { socket: ownSocket, processes, clock, log } = deps;

  async function look(socket: string): Promise<HostState> {
    const listening = await testConnect(socket, { limitMs: CONNECT_LIMIT_MS, clock });
    if (listening.state === 'open') return { state: 'up' };
    if (listening.state === 'unclear') return { state: 'unknown', why: listening.why };
    let record: ServerRecord | null;
    try {
      record = await deps.records.find(socket);
    } catch (caught) {
      return {
        state: 'unknown',
        why: `the record of its process cannot be read (${caught instanceof Error ? caught.message : String(caught)})`,
      };
    }
    if (record === null || record.bootId !== processes.bootId()) return { state: 'gone' };
    const process = processes.stateOf(record);
    if (process === 'gone') return { state: 'gone' };
    if (process === 'unknown') return { state: 'unknown', why: 'whether its process lives cannot be told' };
    return await callBackSocket(record);
  }

  /** The socket file was deleted under a living server: SIGUSR1 makes tmux create it again. */
  async function callBackSocket(record: ServerRecord): Promise<HostState> {
    log.warn({ socket: record.socket, pid: record.pid }, 'the tmux server lives but its socket is gone; asking for it again');
    // tmux cannot make the directory, and without it would stay unreachable for good.
    if (record.socket === ownSocket) await mkdir(dirname(record.socket), { recursive: true, mode: 0o700 }).catch(() => {});
    try {
      process.kill(record.pid, 'SIGUSR1');
    } catch {
      // Gone in the same instant; seen below.
    }
    const untilMs = clock.monotonicMs() + SOCKET_RETURN_LIMIT_MS;
    while (clock.monotonicMs() < untilMs) {
      const listening = await testConnect(record.socket, { limitMs: CONNECT_LIMIT_MS, clock });
      if (listening.state === 'open') return { state: 'up' };
      if (processes.stateOf(record) === 'gone') return { state: 'gone' };
      await clock.sleep(SOCKET_LOOK_EVERY_MS);
    }
    return { state: 'unknown', why: 'its socket is gone, and its process lives' };
  }

  async function record(pid: number): Promise<void> {
    const ref = processes.identify(pid);
    if (ref === null) throw hostUnavailable(`its process ${pid} ended while it was started`);
    const bootId = processes.bootId();
    const known = await deps.records.find(ownSocket).catch(() => null);
    if (known?.pid === ref.pid && known.startedAt === ref.startedAt && known.bootId === bootId) return;
    await deps.records.save({ ...ref, socket: ownSocket, bootId });
  }

  return {
    look,
    record,
    recordOf: (socket) => deps.records.find(socket).catch(() => null),
    async start() {
      await makePrivateDirectory(join(deps.dataDir, 'tmux'));
      await prepareSocketDirectory(ownSocket, deps.uid);
      await deps.launches.sweep();
      const config = join(deps.dataDir, 'tmux', 'tmux.conf');
      await writePrivateFile(config, toTmuxConfig(), 'ordinary');
      const started = await deps.process.start(ownSocket, config, [NEW_KEEPER, ['display-message', '-p', '#{pid}']], START_LIMIT_MS);
      if (started.outcome !== 'ok')
        throw hostUnavailable(`it could not be started: ${started.outcome === 'error' ? started.message : started.why}`);
      const pid = Number(started.text.trim());
      await record(pid);
      log.info({ pid, socket: ownSocket }, 'tmux server started');
    },
    async reviveKeeper() {
      await deps.process.run(ownSocket, [NEW_KEEPER], START_LIMIT_MS);
    },
  };
}
