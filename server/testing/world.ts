/**
 * A whole installation for one story: its own home, data dir, run file, port, repository and PATH, and the built `ao` driven
 * from outside as a user would. At the end every process that carries this data dir is ended by pid, and nothing else.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './resources.ts';

export const AO = fileURLToPath(new URL('../../.test-build/ao.js', import.meta.url));

export type Ran = { readonly code: number | null; readonly json: unknown; readonly stdout: string; readonly stderr: string };
export type SessionJson = {
  readonly id: string;
  readonly status: string;
  readonly phase: string;
  readonly reason: string;
  readonly exitCode: number | null;
  readonly branch: string;
  readonly workspacePath: string;
  readonly launchId: string;
  readonly runtime: { readonly kind: string; readonly handle: string };
  readonly mode?: string;
};
export type Pane = {
  readonly name: string;
  readonly pid: number;
  readonly dead: boolean;
  readonly launchId: string;
  readonly host?: number;
};
export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The `ao.js` of another build. */
  readonly build?: string;
};

export type World = AsyncDisposable & {
  readonly root: string;
  readonly dataDir: string;
  readonly runFile: string;
  readonly repo: string;
  /** First on the PATH of everything in here; put stand-in agents there. */
  readonly bin: string;
  readonly env: Record<string, string>;
  ao(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Like `ao`, but a failure fails the story. */
  ok<T = Record<string, unknown>>(args: readonly string[], options?: RunOptions): Promise<T>;
  /** The code of the error that `ao` printed; fails if it succeeded. */
  refused(args: readonly string[], options?: RunOptions): Promise<string>;
  daemonPid(): number;
  killDaemon(): Promise<void>;
  /** Every process of this installation: a reboot, as far as processes go. */
  reboot(): Promise<void>;
  /** The terminals of sessions: those of the tmux server, asked itself and without its keeper, and of pty hosts, by their processes. */
  panes(): readonly Pane[];
  tmuxSocket(): string;
  tmuxPid(): number;
  git(args: readonly string[], cwd?: string): string;
  /** Waits until a session has this status. */
  status(id: string, wanted: string, limitMs?: number): Promise<SessionJson>;
  /** A stand-in program on the PATH. */
  program(name: string, script: string): void;
};

export async function makeWorld(): Promise<World> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ao-story-')));
  const [home, repo, bin, dataDir] = ['home', 'repo', 'bin', 'data'].map((name) => join(root, name)) as [string, string, string, string];
  const runFile = join(root, 'run', 'running.json');
  for (const folder of [home, repo, bin]) mkdirSync(folder);
  const env: Record<string, string> = {
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: home,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    AO_DATA_DIR: dataDir,
    AO_RUN_FILE: runFile,
    AO_PORT: String(await freePort()),
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    // Every story holds for either runtime: `AO_TEST_RUNTIME=ptyhost npx vitest run server/stories`.
    ...(process.env['AO_TEST_RUNTIME'] === undefined ? {} : { AO_RUNTIME: process.env['AO_TEST_RUNTIME'] }),
  };

  const git = (args: readonly string[], cwd = repo): string => {
    const result = spawnSync('git', args, { cwd, env, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
    return result.stdout.trim();
  };
  writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Story\n\temail = story@example.invalid\n[init]\n\tdefaultBranch = main\n');
  git(['init', '--quiet']);
  writeFileSync(join(repo, 'README.md'), '# a repository\n');
  git(['add', '.']);
  git(['commit', '--quiet', '-m', 'first']);

  async function ao(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const child = spawn(process.execPath, [options.build ?? AO, ...args, '--json'], {
      cwd: repo,
      env: { ...env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    return { code, json: parseJson(stdout), stdout, stderr };
  }

  async function ok<T>(args: readonly string[], options?: RunOptions): Promise<T> {
    const ran = await ao(args, options);
    if (ran.code !== 0 || ran.json === undefined)
      throw new Error(`ao ${args.join(' ')} exited ${ran.code}\n${ran.stdout}\n${ran.stderr}\n${logTail()}`);
    return ran.json as T;
  }

  const logTail = (): string => {
    const log = join(dataDir, 'logs', 'daemon.log');
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-15).join('\n') : '(no log)';
  };
  const readJson = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const daemonPid = (): number => Number(readJson(runFile)['pid']);
  const tmuxRecord = (): { readonly pid: number; readonly socket: string } => {
    const { servers } = readJson(join(dataDir, 'tmux', 'server.json')) as { servers: { pid: number; socket: string }[] };
    const last = servers.at(-1);
    if (last === undefined) throw new Error('no tmux server was recorded');
    return last;
  };
  const tmuxSocket = (): string => tmuxRecord().socket;

  async function endAll(pids: readonly number[]): Promise<void> {
    for (const pid of pids) signal(pid, 'SIGKILL');
    await eventually(`processes ${pids.join(', ')} to be gone`, () => pids.every((pid) => !isRunning(pid)));
  }

  function tmuxPanes(): readonly Pane[] {
    // Before the first session there is no server, and so no record of one.
    if (!existsSync(join(dataDir, 'tmux', 'server.json'))) return [];
    const format = ['#{pane_pid}', '#{pane_dead}', '#{@ao_launch}', '#{session_name}'].join(' ');
    const result = spawnSync('tmux', ['-S', tmuxSocket(), 'list-panes', '-a', '-F', format], { env, encoding: 'utf8' });
    if (result.status !== 0) return [];
    return result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .filter((fields) => fields[2] !== '')
      .map(([pid, dead, launchId, name]) => ({ name: name ?? '', pid: Number(pid), dead: dead === '1', launchId: launchId ?? '' }));
  }

  const world: World = {
    root,
    dataDir,
    runFile,
    repo,
    bin,
    env,
    ao,
    ok,
    git,
    daemonPid,
    tmuxSocket,
    tmuxPid: () => tmuxRecord().pid,
    async refused(args, options) {
      const ran = await ao(args, options);
      const error = (ran.json as { error?: { code?: string } } | undefined)?.error;
      if (ran.code === 0 || error?.code === undefined)
        throw new Error(`ao ${args.join(' ')} was not refused: exit ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
      return error.code;
    },
    killDaemon: () => endAll([daemonPid()]),
    reboot: () => endAll(processesOf(dataDir)),
    panes: () => [...tmuxPanes(), ...hostsOf(dataDir)],
    async status(id, wanted, limitMs = 30_000) {
      let last: SessionJson | null = null;
      const look = async (): Promise<SessionJson | null> => {
        last = await ok<SessionJson>(['get', id]);
        return last.status === wanted ? last : null;
      };
      try {
        return await eventually(`${id} to be ${wanted}`, look, { limitMs, everyMs: 100 });
      } catch (error) {
        throw new Error(`${id} is ${JSON.stringify(last)} and not ${wanted}\n${logTail()}`, { cause: error });
      }
    },
    program(name, script) {
      writeFileSync(join(bin, name), script);
      chmodSync(join(bin, name), 0o755);
    },
    async [Symbol.asyncDispose]() {
      // An agent may have helpers that carry its home and not our variables, and that start others while they are ended.
      await eventually(`nothing of ${root} to run`, async () => {
        const left = processesIn(root);
        await endAll(left);
        return left.length === 0;
      });
      rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  return world;
}

/** What runs, whatever has become of its record. */
function hostsOf(dataDir: string): readonly Pane[] {
  if (!existsSync(join(dataDir, 'ptyhost'))) return [];
  const commands = new Map(processesOf(dataDir).map((pid) => [pid, textOf(`/proc/${pid}/cmdline`)?.split('\0') ?? []]));
  return [...commands]
    .flatMap(([pid, command]): readonly Pane[] => {
      const [program = '', name = '', launched = ''] = command.slice(command.findIndex((word) => word.endsWith('/ptyhost.cjs')));
      // A program is a copy of its host until it has begun.
      if (!program.endsWith('/ptyhost.cjs') || commands.get(parentOf(pid))?.includes(program) === true) return [];
      const child = childOf(pid);
      return [
        {
          name,
          pid: child ?? 0,
          dead: child === null,
          launchId: launchOf(child) ?? recordedLaunch(dataDir, name, pid) ?? launched,
          host: pid,
        },
      ];
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function launchOf(program: number | null): string | null {
  const variable = program === null ? undefined : environOf(program).find((entry) => entry.startsWith('AO_LAUNCH_ID='));
  return variable?.slice('AO_LAUNCH_ID='.length) ?? null;
}

/** Of a host whose program has exited, which may have had another before. */
function recordedLaunch(dataDir: string, name: string, host: number): string | null {
  const record = parseJson(textOf(join(dataDir, 'ptyhost', `${name}.json`)) ?? '') as { pid?: number; launchId?: string } | undefined;
  return record?.pid === host ? (record.launchId ?? null) : null;
}

function parentOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function childOf(pid: number): number | null {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    return child === undefined || child === 0 || !isRunning(child) ? null : child;
  } catch {
    return null;
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

/** Running and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

/** Pids whose environment names this data dir; SPEC §1.4 has every process of ours carry it. */
/** Whatever has a folder of this installation in its environment. */
function processesIn(root: string): readonly number[] {
  return processesWith((variable) => variable.endsWith(`=${root}`) || variable.includes(`=${root}/`));
}

export function processesOf(dataDir: string): readonly number[] {
  return processesWith((variable) => variable === `AO_DATA_DIR=${dataDir}`);
}

function processesWith(matches: (variable: string) => boolean): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isRunning(pid) && environOf(pid).some(matches));
}

export function environOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
