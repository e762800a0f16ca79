/**
 * Whether the process that a run file names still runs, and whether it is a daemon of this data directory. The start time is
 * the same opaque text that the daemon writes of itself: clock ticks since boot on Linux, `ps`'s `lstart` elsewhere.
 */
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { RunFileEntry } from '../core/liveness/run-file.ts';

export type Presence = 'alive' | 'gone';

const PS_OPTIONS: ExecFileSyncOptionsWithStringEncoding = {
  encoding: 'utf8',
  timeout: 5_000,
  env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  stdio: ['ignore', 'pipe', 'ignore'],
};

/** `gone` only with positive evidence: no such process, a zombie, a later process of the same pid, or an earlier boot. */
export function presenceOf(entry: Pick<RunFileEntry, 'pid' | 'processStartedAt' | 'bootId'>): Presence {
  const bootId = readBootId();
  if (bootId !== null && bootId !== entry.bootId) return 'gone';
  const startedAt = process.platform === 'linux' ? readLinux(entry.pid) : readPs(entry.pid);
  if (startedAt === 'unknown') return isSignallable(entry.pid) ? 'alive' : 'gone';
  return startedAt !== 'none' && startedAt.at === entry.processStartedAt ? 'alive' : 'gone';
}

/** Proof beyond the run file, wanted before a signal: the process carries our data directory, or is our bundle. */
export function isDaemonOf(pid: number, dataDir: string): boolean {
  try {
    if (process.platform !== 'linux')
      return execFileSync('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)], PS_OPTIONS).includes('daemon.mjs');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    if (environment.includes(`AO_DATA_DIR=${dataDir}`)) return true;
    const named = environment.some((entry) => entry.startsWith('AO_DATA_DIR='));
    return !named && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('daemon.mjs');
  } catch {
    return false;
  }
}

function readBootId(): string | null {
  try {
    if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], PS_OPTIONS).trim();
  } catch {
    return null;
  }
}

/** `none`: no such process, or a zombie. */
type StartTime = { readonly at: string } | 'none' | 'unknown';

function readLinux(pid: number): StartTime {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold anything, brackets too: what counts comes after the last one. Field 3 is the state, 22 the start time.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'none' : toStartTime(fields[19]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ESRCH' ? 'none' : 'unknown';
  }
}

function readPs(pid: number): StartTime {
  try {
    const line = execFileSync('/bin/ps', ['-o', 'state=,lstart=', '-p', String(pid)], PS_OPTIONS).trim();
    const match = /^(\S+)\s+(\S.*)$/.exec(line);
    if (match === null) return 'unknown';
    return match[1]?.startsWith('Z') === true ? 'none' : toStartTime(match[2]);
  } catch (error) {
    // ps exits 1 when there is no such pid, and only then.
    return (error as { readonly status?: unknown }).status === 1 ? 'none' : 'unknown';
  }
}

function toStartTime(at: string | undefined): StartTime {
  return at === undefined ? 'unknown' : { at };
}

/** EPERM means that somebody is there. */
function isSignallable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
