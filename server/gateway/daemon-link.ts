/**
 * The gateway's way to the daemon: finds it, starts it on demand, once for any number of requests. Never starts one after a
 * deliberate stop, nor again and again one that cannot start. Ends none.
 */
import type { GatewayState } from '../contract/gateway.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import type { DaemonStart } from '../launcher/daemon-process.ts';
import { ensureDaemon } from '../launcher/ensure-daemon.ts';
import { presenceOf } from '../launcher/process-identity.ts';
import { type Sighting, sightDaemon } from '../launcher/sighting.ts';
import type { StopFile } from '../ports/stop-file.ts';
import { markOutput, readLastLog } from './last-log.ts';

export type DaemonLinkDeps = {
  readonly start: DaemonStart;
  readonly locations: { readonly dataDir: string; readonly runFile: string };
  readonly stopFile: StopFile;
  /** Elapsed time; milliseconds. */
  readonly monotonicMs: () => number;
  /** A line for whoever runs the gateway. */
  readonly note: (line: string) => void;
};

export interface DaemonLink {
  /** Where a ready daemon listens; starts one if there is none. Throws `DAEMON_STOPPED_BY_USER`, or why none can be had. */
  ready(): Promise<{ readonly port: number }>;
  /** What `ready` said did not answer: it looks properly the next time. */
  lost(port: number): void;
  state(): Promise<GatewayState>;
  /** The user's explicit wish: forgets a deliberate stop and an earlier failure. Throws as `ready` does. */
  startNow(): Promise<void>;
  /** The daemon seen last, if its process lives. Looks at no port. */
  known(): RunFileEntry | null;
  /** The daemon that this gateway started and that was ready; `null` where it never did. */
  started(): RunFileEntry | null;
  /** Resolves when no start is under way. */
  settled(): Promise<void>;
}

/** A daemon drains for 10 s at most, with its port closed; after that it is gone or sick. */
const SILENCE_MS = 13_000;
/** Between two attempts to start what cannot start: doubled each time. */
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;

type Failure = { readonly error: AppError; readonly lastLog: readonly string[]; readonly retryAtMs: number; readonly count: number };

export function createDaemonLink({ start, locations, stopFile, monotonicMs, note }: DaemonLinkDeps): DaemonLink {
  let current: RunFileEntry | null = null;
  let startedHere: RunFileEntry | null = null;
  let underWay: Promise<RunFileEntry> | null = null;
  let failure: Failure | null = null;

  const known = (): RunFileEntry | null => (current !== null && presenceOf(current) === 'alive' ? current : null);

  function refuseIfStopped(): void {
    if (stopFile.read() !== null) throw stoppedByUser();
  }

  async function find(): Promise<RunFileEntry> {
    const sighting = await sightDaemon(locations.runFile);
    if (sighting.state === 'ready') return sighting.entry;
    // One that is starting was asked for after the stop; the file goes once it is ready.
    if (sighting.state !== 'starting') refuseIfStopped();
    const { entry, started } = await ensureDaemon(start, locations, { beforeStart: refuseIfStopped, silenceMs: SILENCE_MS });
    if (started === 'by_us') {
      startedHere = entry;
      note(`Started the daemon: pid ${entry.pid}, port ${entry.port}.`);
    }
    return entry;
  }

  async function obtain(): Promise<RunFileEntry> {
    const printedBefore = markOutput(locations.dataDir);
    try {
      current = await find();
      failure = null;
      return current;
    } catch (caught) {
      current = null;
      const error = toAppError(caught);
      if (error.code !== 'DAEMON_STOPPED_BY_USER') {
        const count = (failure?.count ?? 0) + 1;
        const waitMs = Math.min(RETRY_FIRST_MS * 2 ** (count - 1), RETRY_MAX_MS);
        failure = { error, count, retryAtMs: monotonicMs() + waitMs, lastLog: readLastLog(locations.dataDir, { printedBefore }) };
        note(`The daemon could not be started: ${error.message} ${error.hint}`);
      }
      throw error;
    }
  }

  function singleFlight(): Promise<RunFileEntry> {
    underWay ??= obtain().finally(() => {
      underWay = null;
    });
    return underWay;
  }

  return {
    ready: async () => {
      const there = known();
      if (there !== null) return there;
      if (underWay === null && failure !== null && monotonicMs() < failure.retryAtMs) {
        refuseIfStopped();
        throw failure.error;
      }
      return singleFlight();
    },
    lost: (port) => {
      if (current?.port === port) current = null;
    },
    state: async () => {
      const stop = stopFile.read();
      const sighting = await sightDaemon(locations.runFile);
      return {
        daemon: deriveState(sighting, {
          stop: stop === null ? 'none' : 'deliberate',
          starting: underWay !== null,
          failed: failure !== null,
        }),
        deliberate: stop !== null,
        error: failure?.error.toJSON() ?? null,
        lastLog: [...(failure?.lastLog ?? [])],
        lastStop: stop === null ? null : { reason: stop.by, at: new Date(stop.atMs).toISOString() },
      };
    },
    startNow: async () => {
      stopFile.clear();
      failure = null;
      // One that was asked for before may have been refused because of the stop.
      await underWay?.catch(() => undefined);
      await singleFlight();
    },
    known,
    started: () => startedHere,
    settled: async () => {
      await underWay?.catch(() => undefined);
    },
  };
}

function deriveState(
  sighting: Sighting,
  { stop, starting, failed }: { readonly stop: 'deliberate' | 'none'; readonly starting: boolean; readonly failed: boolean },
): GatewayState['daemon'] {
  if (sighting.state === 'ready') return 'ready';
  if (starting || sighting.state === 'starting') return 'starting';
  if (stop === 'deliberate') return 'stopped';
  return failed ? 'failed' : 'none';
}

function stoppedByUser(): AppError {
  return new AppError({
    code: 'DAEMON_STOPPED_BY_USER',
    message: 'The daemon was stopped on purpose; sessions live on.',
    hint: 'Start it with the button on the page, or `ao start`.',
  });
}
