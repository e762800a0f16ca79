/** Starts the daemon's bundle detached: a session of its own, its output in a file, and nothing of the caller's session in its environment. */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Environment, LocationConfig } from '../contract/environment.ts';
import { appErrorSchema } from '../contract/errors.ts';
import { type AppErrorFacts, dataDirUnusable } from '../core/errors.ts';
import { DAEMON_NODE_FLAGS } from './node-flags.ts';
import { readTail } from './read-tail.ts';

export type DaemonProcess = {
  readonly pid: number | null;
  /** How it ended, once it has. */
  readonly exit: () => { readonly code: number | null; readonly signal: string | null; readonly error: string | null } | null;
  /** What it has printed since it was started, the last part of it. */
  readonly output: () => string;
  readonly outputPath: string;
};

const TAIL_BYTES = 16 * 1024;
/** Beyond this the output of earlier starts is dropped. */
const OUTPUT_MAX_BYTES = 4 * 1024 * 1024;
/** More than a start writes, its last words included: on a full disk it would end without one. */
export const START_ROOM_BYTES = 1024 * 1024;

export type DaemonStart = {
  /** Of whoever starts it; what belongs to a session in it is left out. */
  readonly env: Environment;
  /** The daemon's bundle. */
  readonly daemonEntry: string;
  readonly owner: 'headless' | 'app';
};

/** Throws `DATA_DIR_UNUSABLE`. */
export function spawnDaemon({ env, daemonEntry, owner }: DaemonStart, { dataDir, runFile }: Places): DaemonProcess {
  const logs = join(dataDir, 'logs');
  const outputPath = join(logs, 'daemon.out');
  const fd = openOutput(dataDir, outputPath);
  const from = fstatSync(fd).size;
  let exit: ReturnType<DaemonProcess['exit']> = null;
  try {
    const child = spawn(process.execPath, [...DAEMON_NODE_FLAGS, daemonEntry], {
      cwd: dataDir,
      detached: true,
      stdio: ['ignore', fd, fd],
      env: { ...daemonEnvironment(env, { dataDir, runFile }), AO_OWNER: owner },
    });
    child.on('error', (error) => (exit = { code: null, signal: null, error: error.message }));
    child.on('exit', (code, signal) => (exit = { code, signal, error: null }));
    child.unref();
    return {
      pid: child.pid ?? null,
      exit: () => exit,
      output: () => readTail(outputPath, { from, maxBytes: TAIL_BYTES }).text,
      outputPath,
    };
  } finally {
    closeSync(fd);
  }
}

const OF_A_SESSION = ['AO_SESSION_ID', 'AO_PROJECT_ID', 'AO_LAUNCH_ID', 'AO_SESSION_TOKEN'];

type Places = Pick<LocationConfig, 'dataDir' | 'runFile'>;

export function daemonEnvironment(env: Environment, { dataDir, runFile }: Places): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !OF_A_SESSION.includes(entry[0]) && !entry[0].startsWith('TMUX'),
  );
  return { ...Object.fromEntries(kept), AO_DATA_DIR: dataDir, AO_RUN_FILE: runFile };
}

function openOutput(dataDir: string, path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    assertRoom(`${path}.${process.pid}.room`);
    const fd = openSync(path, 'a', 0o600);
    if (fstatSync(fd).size <= OUTPUT_MAX_BYTES) return fd;
    closeSync(fd);
    closeSync(openSync(path, 'w', 0o600));
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw dataDirUnusable(error, dataDir);
  }
}

/** By writing: free blocks say nothing of a quota or a read-only mount. */
function assertRoom(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(START_ROOM_BYTES), { mode: 0o600 });
  } finally {
    rmSync(path, { force: true });
  }
}

/** The error that a daemon prints as its last line before it gives up; `null` where it said nothing of the kind. */
export function readReportedError(output: string): AppErrorFacts | null {
  for (const line of output.trimEnd().split('\n').reverse()) {
    if (!line.startsWith('{"error":')) continue;
    try {
      const parsed = z.object({ error: appErrorSchema }).safeParse(JSON.parse(line));
      if (parsed.success) return parsed.data.error;
    } catch {
      // A line cut in the middle: an earlier one may be whole.
    }
  }
  return null;
}
