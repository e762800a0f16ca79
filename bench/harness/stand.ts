/**
 * The product under test: the built daemon on a real tmux or on pty hosts, in a data directory of its own, and the sessions in it.
 * Ends what it started, by pid.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAEMON_NODE_FLAGS } from '../../server/launcher/node-flags.ts';
import { eventually } from '../../server/testing/resources.ts';
import { freePort, makeWorld, type SessionJson, type World } from '../../server/testing/world.ts';
import { inTurns } from './processes.ts';
import { openViewer, type ViewerOptions } from './viewer.ts';

export const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const PROBE = fileURLToPath(new URL('./probe.mjs', import.meta.url));
const READY_LIMIT_MS = 60_000;
const SPAWNS_AT_ONCE = 8;

export type StandKind = 'tmux' | 'ptyhost';

export type Stall = { readonly maxMs: number; readonly p99Ms: number };

export type BenchSession = { readonly id: string; readonly tmuxName: string };

export type Stand = AsyncDisposable & {
  readonly world: World;
  readonly origin: () => string;
  readonly daemonPid: () => number;
  readonly call: <T = unknown>(path: string, input: unknown) => Promise<T>;
  readonly ask: <T = unknown>(path: string, input: unknown) => Promise<T>;
  readonly run: (command: string) => Promise<BenchSession>;
  /** Until so many sleep; answers how long that took. */
  readonly fill: (sessions: number) => Promise<number>;
  readonly slept: () => readonly BenchSession[];
  readonly view: (id: string, options?: Partial<ViewerOptions>) => ReturnType<typeof openViewer>;
  readonly credential: () => string;
  readonly tmux: (...args: readonly string[]) => string;
  /** Asks the daemon's probe; the first word starts watching, `tell` ends it. */
  readonly probe: (word: 'watch' | 'tell' | 'collect') => Promise<Stall>;
  readonly stopDaemon: () => Promise<void>;
  /** The one that `ao up` has started. */
  readonly endDaemonOfUp: () => Promise<void>;
  /** How long the reconciliation of the last boot took, as the daemon logged it. */
  readonly reconcileMs: () => Promise<number>;
  /** Plain: as a user's is started, without the probe. Answers milliseconds to ready. */
  readonly startDaemon: (how: 'plain' | 'probed') => Promise<number>;
};

type RunFile = { readonly pid: number; readonly state: string; readonly port: number };

export async function makeStand(kind: StandKind): Promise<Stand> {
  if (!existsSync(join(DIST, 'daemon.mjs'))) throw new Error('dist/ is not there. Build it: npm run build');
  const world = await makeWorld();
  world.env['AO_RUNTIME'] = kind;
  world.env['AO_UI_PORT'] = String(await freePort());
  let daemon: ChildProcess | null = null;
  let port = 0;
  const slept: BenchSession[] = [];

  function readRunFile(): RunFile | null {
    try {
      return JSON.parse(readFileSync(world.runFile, 'utf8')) as RunFile;
    } catch {
      return null;
    }
  }

  async function startDaemon(how: 'plain' | 'probed'): Promise<number> {
    const startedMs = performance.now();
    const flags = [...DAEMON_NODE_FLAGS, ...(how === 'plain' ? [] : ['--expose-gc', '--import', PROBE])];
    const child = spawn(process.execPath, [...flags, join(DIST, 'daemon.mjs')], {
      env: world.env,
      stdio: how === 'plain' ? 'ignore' : ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    daemon = child;
    await eventually(
      'the daemon is ready',
      () => {
        const entry = readRunFile();
        port = entry?.port ?? 0;
        return entry?.pid === child.pid && entry?.state === 'ready';
      },
      { limitMs: READY_LIMIT_MS, everyMs: 1 },
    );
    return performance.now() - startedMs;
  }

  async function stopDaemon(): Promise<void> {
    const child = daemon;
    daemon = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  const credential = (): string => readFileSync(join(world.dataDir, 'credential'), 'utf8').trim();

  async function read<T>(path: string, response: Response): Promise<T> {
    const body = (await response.json()) as { result: { data: T } };
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body.result.data;
  }

  const headers = (): Record<string, string> => ({ authorization: `Bearer ${credential()}`, 'content-type': 'application/json' });
  const call = async <T>(path: string, input: unknown): Promise<T> =>
    read(path, await fetch(`http://127.0.0.1:${port}/trpc/${path}`, { method: 'POST', headers: headers(), body: JSON.stringify(input) }));
  const ask = async <T>(path: string, input: unknown): Promise<T> =>
    read(
      path,
      await fetch(`http://127.0.0.1:${port}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers: headers() }),
    );

  async function run(command: string, title = 'A bench'): Promise<BenchSession> {
    const { id, runtime } = await call<SessionJson>('sessions.spawn', { projectId: 'bench', agent: 'custom', command, title });
    return { id, tmuxName: runtime.handle.slice(runtime.handle.lastIndexOf(':') + 1) };
  }

  await startDaemon('probed');
  await call('projects.add', { path: world.repo, id: 'bench', agent: 'shell' });

  return {
    world,
    origin: () => `http://127.0.0.1:${port}`,
    daemonPid: () => daemon?.pid ?? Number.NaN,
    call,
    ask,
    run,
    async fill(sessions) {
      const beganMs = performance.now();
      const title = (index: number): string => `Task number ${index}, with a title of the usual length`;
      const missing = Math.max(0, sessions - slept.length);
      await inTurns(missing, SPAWNS_AT_ONCE, async (index) => void slept.push(await run('exec sleep 100000', title(index))));
      return performance.now() - beganMs;
    },
    slept: () => slept,
    view: (id, options) => openViewer({ origin: `http://127.0.0.1:${port}`, credential: credential(), session: id, ...options }),
    credential,
    tmux: (...args) => execFileSync('tmux', ['-S', world.tmuxSocket(), ...args], { env: world.env, encoding: 'utf8' }),
    async probe(word) {
      if (daemon === null) throw new Error('no daemon runs');
      const answer = once(daemon, 'message');
      daemon.send(word);
      const [stall] = await answer;
      return stall as Stall;
    },
    stopDaemon,
    endDaemonOfUp: () => world.killDaemon(),
    startDaemon,
    async reconcileMs() {
      const log = join(world.dataDir, 'logs', 'daemon.log');
      const ours = (line: string): boolean => line.includes('"reconcileMs"') && line.includes(`"pid":${daemon?.pid},`);
      const line = await eventually('the daemon has logged its boot', () => readFileSync(log, 'utf8').split('\n').find(ours));
      return (JSON.parse(line) as { readonly reconcileMs: number }).reconcileMs;
    },
    async [Symbol.asyncDispose]() {
      await stopDaemon();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** The pids of whoever looks at this session by tmux: the daemon's attach, once one is viewed. */
export function clientsOf(stand: Stand, tmuxName: string): readonly number[] {
  return stand.tmux('list-clients', '-t', `=${tmuxName}`, '-F', '#{client_pid}').trim().split('\n').filter(Boolean).map(Number);
}

/** Its attach goes, as if nobody had looked for long enough. */
export function detachAll(stand: Stand, sessions: readonly BenchSession[]): void {
  for (const { tmuxName } of sessions) stand.tmux('detach-client', '-s', `=${tmuxName}`);
}
