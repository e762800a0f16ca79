/** A real tmux runtime in a data directory of its own, and the means to hurt it. Ends its server, by pid, whatever state it is in. */
import { readFileSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HISTORY_LINES } from '../adapters/runtime/tmux/config-text.ts';
import { createTmuxRuntime } from '../adapters/runtime/tmux/tmux-runtime.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createProcessRunner } from '../adapters/system/process-runner.ts';
import { createProcessTable } from '../adapters/system/process-table.ts';
import type { Log } from '../ports/log.ts';
import type { RunResult } from '../ports/process-runner.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { RuntimeAttach } from '../ports/terminal.ts';
import type { Argv, RuntimeHarness } from './contracts/runtime.contract.ts';
import { eventually, makeTempDir } from './resources.ts';

export type TmuxHarness = RuntimeHarness & {
  readonly dataDir: string;
  readonly socket: string;
  /** A further adapter on the same data directory, which the harness closes at the end. */
  readonly open: (patch?: { readonly env?: Readonly<Record<string, string>>; readonly dataDir?: string }) => Runtime & RuntimeAttach;
  readonly serverPid: () => number;
  /** Pids of our keeper's control clients. */
  readonly controlClients: () => Promise<readonly number[]>;
  readonly tmux: (...args: readonly string[]) => Promise<RunResult>;
  readonly logged: { readonly level: string; readonly message: string; readonly facts: unknown }[];
};

export type TmuxHarnessOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Under the temporary directory; may hold anything a path can. */
  readonly dataDirName?: string;
};

export async function makeTmuxHarness(options: TmuxHarnessOptions = {}): Promise<TmuxHarness> {
  const temp = await makeTempDir('ao-tmux-');
  const root = realpathSync(temp.path);
  const dataDir = join(root, options.dataDirName ?? 'data');
  const cwd = join(root, 'work');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await mkdir(cwd);
  const runner = createProcessRunner();
  const clock = createSystemClock();
  const table = createProcessTable({ clock });
  const logged: { level: string; message: string; facts: unknown }[] = [];
  const note = (level: string) => (facts: unknown, message: string) => void logged.push({ level, message, facts });
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error'), child: () => log };
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: root, LANG: 'C', ...options.env };
  const opened: Runtime[] = [];

  const open: TmuxHarness['open'] = (patch = {}) => {
    const runtime = createTmuxRuntime({
      dataDir: patch.dataDir ?? dataDir,
      env: { ...env, ...patch.env },
      runner,
      processes: table,
      tree: table,
      clock,
      log,
    });
    opened.push(runtime);
    return runtime;
  };
  let runtime = open();
  const probeHandle = runtime.handleFor('app-1' as never, 0);
  const socket = probeHandle.slice(0, probeHandle.lastIndexOf(':'));

  function recorded(): number | null {
    try {
      const text = readFileSync(join(dataDir, 'tmux', 'server.json'), 'utf8');
      return (JSON.parse(text) as { servers: { pid: number }[] }).servers[0]?.pid ?? null;
    } catch {
      return null;
    }
  }

  function serverPid(): number {
    const pid = recorded();
    if (pid === null) throw new Error('no server is on record');
    return pid;
  }

  async function endServer(): Promise<void> {
    const pid = recorded();
    if (pid === null || table.identify(pid) === null) return;
    process.kill(pid, 'SIGKILL');
    await eventually('the tmux server ends', () => table.identify(pid) === null);
  }

  /** Whatever lives in a pane, so that nothing survives a server that was killed. */
  async function endPanes(): Promise<void> {
    const pid = recorded();
    if (pid === null || table.identify(pid) === null) return;
    process.kill(pid, 'SIGCONT');
    await runner.run({ command: 'tmux', args: ['-N', '-S', socket, 'kill-server'], env, timeoutMs: 5_000 });
  }

  const tmux = (...args: readonly string[]): Promise<RunResult> =>
    runner.run({ command: 'tmux', args: ['-N', '-u', '-S', socket, ...args], env: { ...env, LANG: 'C.UTF-8' }, timeoutMs: 10_000 });

  return {
    differences: { neverWas: 'host_gone', historyLines: HISTORY_LINES, input: 'text' },
    dataDir,
    socket,
    cwd,
    env: { PATH: env.PATH, HOME: root },
    logged,
    runtime: () => runtime,
    open,
    async reopen() {
      await runtime.close();
      runtime = open();
      return runtime;
    },
    endHost: endServer,
    signalHost: (_handle, signal) => void process.kill(serverPid(), signal),
    serverPid,
    tmux,
    async controlClients() {
      const { stdout } = await tmux('list-clients', '-F', '#{client_control_mode} #{client_pid}');
      return stdout.split('\n').flatMap((line) => (line.startsWith('1 ') ? [Number(line.slice(2))] : []));
    },
    programs: {
      // The terminal echoes; the program itself says nothing.
      stay: ['/bin/sh', '-c', 'exec cat >/dev/null'],
      print: (text): Argv => ['/bin/sh', '-c', 'printf "%s\\n" "$1"; exec cat', 'sh', text],
      // tmux 3.3a drops what a program prints in the very moment of its exit (3 of 100): that is not what is tested here.
      exit: (code, text = ''): Argv => ['/bin/sh', '-c', 'printf "%s\\n" "$1"; sleep 0.1; exit "$2"', 'sh', text, String(code)],
      die: ['/bin/sh', '-c', 'kill -KILL $$'],
    },
    async [Symbol.asyncDispose]() {
      await endPanes();
      await Promise.all(opened.map((each) => each.close()));
      await endServer();
      await temp[Symbol.asyncDispose]();
    },
  };
}
