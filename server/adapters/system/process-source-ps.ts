/** Processes as `ps` shows them: for macOS, which has no `/proc`. Start times have a resolution of one second there. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessFacts } from './proc-stat.ts';
import type { ProcessSource } from './process-source.ts';

const run = promisify(execFile);

const PS = '/bin/ps';
const SYSCTL = '/usr/sbin/sysctl';
const LIMIT_MS = 5_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** `lstart` is last: it is the only column with spaces in it. The session of macOS' ps is an address, so the group stands for it. */
const COLUMNS = 'pid=,ppid=,pgid=,state=,lstart=';

/** One line of `ps -o pid=,ppid=,pgid=,state=,lstart=`; `null` for anything else. */
export function parsePsLine(line: string): ProcessFacts | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
  if (match === null) return null;
  const [, pid, parentPid, group, state, startedAt] = match;
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    sessionId: Number(group),
    startedAt: startedAt as string,
    state: state?.startsWith('Z') === true ? 'zombie' : 'running',
  };
}

/** Lines of `ps -E -o pid=,command=`: the environment follows the command, separated by spaces. */
export function parsePsEnvironment(output: string, entry: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const line of output.split('\n')) {
    const pid = /^\s*(\d+)\s/.exec(line)?.[1];
    if (pid !== undefined && `${line} `.includes(` ${entry} `)) found.add(Number(pid));
  }
  return found;
}

export function createPsProcessSource(): ProcessSource {
  const options = { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: MAX_BYTES, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } } as const;
  let bootId: string | null = null;

  return {
    bootId() {
      bootId ??= execFileSync(SYSCTL, ['-n', 'kern.bootsessionuuid'], options).trim();
      return bootId;
    },
    read(pid) {
      try {
        return (
          parsePsLine(execFileSync(PS, ['-o', COLUMNS, '-p', String(pid)], { ...options, stdio: ['ignore', 'pipe', 'ignore'] })) ??
          'unknown'
        );
      } catch (caught) {
        // ps exits 1 when none of the pids exists, and only then.
        return (caught as { status?: unknown }).status === 1 ? null : 'unknown';
      }
    },
    async list() {
      const { stdout } = await run(PS, ['-axo', COLUMNS], options);
      return stdout.split('\n').flatMap((line) => parsePsLine(line) ?? []);
    },
    async carrying(entry, pids) {
      if (pids.length === 0) return new Set();
      const { stdout } = await run(PS, ['-E', '-ww', '-axo', 'pid=,command='], options);
      const wanted = new Set(pids);
      return new Set([...parsePsEnvironment(stdout, entry)].filter((pid) => wanted.has(pid)));
    },
  };
}
