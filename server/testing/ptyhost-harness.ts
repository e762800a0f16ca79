/** A real ptyhost runtime in a data directory of its own, and the means to hurt it. Ends its hosts, by pid, whatever state they are in. */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createPtyHostRuntime } from '../adapters/runtime/ptyhost/ptyhost-runtime.ts';
import { type HostRecord, parseHostRecord } from '../adapters/runtime/ptyhost/records.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createProcessTable } from '../adapters/system/process-table.ts';
import type { Log } from '../ports/log.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { RuntimeAttach } from '../ports/terminal.ts';
import type { Argv, RuntimeHarness } from './contracts/runtime.contract.ts';
import { bundlePtyHost } from './ptyhost-bundle.ts';
import { eventually, makeTempDir } from './resources.ts';

export type PtyHostHarness = RuntimeHarness & {
  readonly dataDir: string;
  /** A further adapter on the same data directory, which the harness closes at the end. */
  readonly open: (patch?: { readonly env?: Readonly<Record<string, string>>; readonly dataDir?: string }) => Runtime & RuntimeAttach;
  readonly record: (name: string) => HostRecord;
  readonly records: () => readonly HostRecord[];
  readonly logged: { readonly level: string; readonly message: string; readonly facts: unknown }[];
};

export type PtyHostHarnessOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Under the temporary directory; may hold anything a path can. */
  readonly dataDirName?: string;
};

export async function makePtyHostHarness(options: PtyHostHarnessOptions = {}): Promise<PtyHostHarness> {
  const program = await bundlePtyHost();
  const temp = await makeTempDir('ao-pty-');
  const root = realpathSync(temp.path);
  const dataDir = join(root, options.dataDirName ?? 'data');
  const cwd = join(root, 'work');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await mkdir(cwd);
  const clock = createSystemClock();
  const table = createProcessTable({ clock });
  const logged: { level: string; message: string; facts: unknown }[] = [];
  const note = (level: string) => (facts: unknown, message: string) => void logged.push({ level, message, facts });
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error'), child: () => log };
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: root, LANG: 'C', ...options.env };
  const opened: Runtime[] = [];

  const open: PtyHostHarness['open'] = (patch = {}) => {
    const runtime = createPtyHostRuntime({
      dataDir: patch.dataDir ?? dataDir,
      env: { ...env, ...patch.env },
      program,
      processes: table,
      tree: table,
      clock,
      log,
    });
    opened.push(runtime);
    return runtime;
  };
  let runtime = open();

  function records(): readonly HostRecord[] {
    let names: readonly string[];
    try {
      names = readdirSync(join(dataDir, 'ptyhost'));
    } catch {
      return [];
    }
    return names.flatMap((name) => {
      const record = name.endsWith('.json') ? parseHostRecord(readFileSync(join(dataDir, 'ptyhost', name), 'utf8')) : null;
      return record === null ? [] : [record];
    });
  }

  function record(name: string): HostRecord {
    const found = records().find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no record of ${name}`);
    return found;
  }

  async function endHosts(): Promise<void> {
    const living = records().filter((each) => table.stateOf(each) === 'alive');
    for (const { pid } of living) process.kill(pid, 'SIGKILL');
    await eventually('the hosts end', () => living.every((each) => table.stateOf(each) === 'gone'));
  }

  return {
    differences: { neverWas: 'absent', historyLines: 10_000, input: 'bytes' },
    dataDir,
    cwd,
    env: { PATH: env.PATH, HOME: root },
    logged,
    runtime: () => runtime,
    open,
    record,
    records,
    async reopen() {
      await runtime.close();
      runtime = open();
      return runtime;
    },
    endHost: endHosts,
    signalHost: (handle, signal) => void process.kill(record(handle.slice('ptyhost:'.length)).pid, signal),
    programs: {
      // The terminal echoes; the program itself says nothing.
      stay: ['/bin/sh', '-c', 'exec cat >/dev/null'],
      print: (text): Argv => ['/bin/sh', '-c', 'printf "%s\\n" "$1"; exec cat', 'sh', text],
      exit: (code, text = ''): Argv => ['/bin/sh', '-c', 'printf "%s\\n" "$1"; exit "$2"', 'sh', text, String(code)],
      die: ['/bin/sh', '-c', 'kill -KILL $$'],
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((each) => each.close()));
      await endHosts();
      await temp[Symbol.asyncDispose]();
    },
  };
}
