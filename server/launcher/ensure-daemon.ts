/**
 * A ready daemon, whoever starts it. Of several processes that want one in the same instant one wins; the others wait for it.
 * Starts only what is not there: a daemon that does not answer is reported, never replaced.
 */
import type { LocationConfig } from '../contract/environment.ts';
import { AppError } from '../core/errors.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import { type DaemonProcess, type DaemonStart, readReportedError, spawnDaemon } from './daemon-process.ts';
import { pause } from './pause.ts';
import { sightDaemon, unhealthy } from './sighting.ts';

const READY_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 25;
/** The daemon's exit code when another one has the data directory. */
const EXIT_HELD = 3;
/** After losing a start, and with no winner in sight for so long, it is tried again: the winner may have died. */
const WINNER_LIMIT_MS = 3_000;
const TAIL_LINES = 8;

export type EnsuredDaemon = {
  readonly entry: RunFileEntry;
  /** Whether this call's own process is the one that serves. */
  readonly started: 'by_us' | 'already';
};

export type EnsureOptions = {
  /** Called right before a process is started; what it throws is the answer. */
  readonly beforeStart?: () => void;
  /** How long a daemon whose process lives may be silent: one that drains has closed its port already. */
  readonly silenceMs?: number;
};

/** Throws `DAEMON_UNHEALTHY`, `DAEMON_START_FAILED`, `DATA_DIR_UNUSABLE`, or what the daemon reported when it refused. */
export async function ensureDaemon(
  start: DaemonStart,
  locations: Pick<LocationConfig, 'dataDir' | 'runFile'>,
  { beforeStart, silenceMs = WINNER_LIMIT_MS }: EnsureOptions = {},
): Promise<EnsuredDaemon> {
  const deadline = performance.now() + READY_LIMIT_MS;
  let child: DaemonProcess | null = null;
  let lostAt: number | null = null;
  let unansweredSince: number | null = null;

  while (performance.now() < deadline) {
    const sighting = await sightDaemon(locations.runFile);
    if (sighting.state === 'ready') {
      return { entry: sighting.entry, started: sighting.entry.pid === child?.pid ? 'by_us' : 'already' };
    }
    if (sighting.state === 'unhealthy') {
      // One look may fall into the moment before the port answers or after it closed.
      unansweredSince ??= performance.now();
      if (performance.now() - unansweredSince > silenceMs) throw unhealthy(sighting.entry, sighting.why);
    } else {
      unansweredSince = null;
    }

    const exit = child?.exit() ?? null;
    if (child !== null && exit !== null) {
      if (exit.code !== EXIT_HELD) throw startFailed(child);
      child = null;
      lostAt = performance.now();
    }
    const nobody = sighting.state === 'stopped' || sighting.state === 'stale';
    if (!nobody) lostAt = null;
    if (child === null && nobody && (lostAt === null || performance.now() - lostAt > WINNER_LIMIT_MS)) {
      beforeStart?.();
      child = spawnDaemon(start, locations);
    }
    await pause(LOOK_EVERY_MS);
  }
  throw new AppError({
    code: 'DAEMON_START_FAILED',
    message: `The daemon was not ready within ${READY_LIMIT_MS / 1_000} s${child?.pid ? ` (pid ${child.pid}); it goes on starting` : ''}.`,
    hint: `See \`ao status\` and ${locations.dataDir}/logs/daemon.log.`,
  });
}

function startFailed(child: DaemonProcess): AppError {
  const output = child.output();
  const reported = readReportedError(output);
  if (reported !== null) return new AppError(reported);
  const exit = child.exit();
  const how = exit?.error ?? exit?.signal ?? `exit code ${exit?.code ?? 'unknown'}`;
  const tail = lastLines(output, TAIL_LINES).join('\n');
  return new AppError({
    code: 'DAEMON_START_FAILED',
    message: `The daemon ended before it was ready (${how}).${tail === '' ? '' : ` It said:\n${tail}`}`,
    hint: `See ${child.outputPath}.`,
  });
}

/** For people: without what a terminal would obey. */
export function lastLines(text: string, count: number): readonly string[] {
  const lines = text
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .trim()
    .split('\n')
    .slice(-count);
  return lines.length === 1 && lines[0] === '' ? [] : lines;
}
