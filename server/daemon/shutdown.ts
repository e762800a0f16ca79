/**
 * The order of an end (SPEC §1.2). It is handed nothing that could end, stash or relabel a session (I1): the runtime appears
 * here as a connection that can be closed, and that is all. A graceful stop leaves what a hard kill leaves.
 */
import { toAppError } from '../core/errors.ts';
import type { FaultPoint } from '../core/fault-points.ts';
import type { Clock } from '../ports/clock.ts';
import type { FaultPoints } from '../ports/fault-points.ts';
import type { Log } from '../ports/log.ts';
import type { RuntimeConnection } from '../ports/runtime.ts';
import type { MetaStore } from '../ports/store.ts';

export type ShutdownParts = {
  readonly log: Log;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly pid: number;
  readonly limitMs: number;
  /** No new work from now on. */
  readonly refuseNewWork: () => void;
  /** Tells every tab that the daemon restarts and ends its connection, so that it comes back to the next one. */
  readonly sendTabsAway: () => Promise<void>;
  /** Resolves when the last connection is gone; it cuts those that outlast the drain. */
  readonly stopListening: () => Promise<void>;
  /** Resolves when no operation runs any more. */
  readonly whenIdle: () => Promise<void>;
  readonly running: () => readonly string[];
  readonly stopRounds: () => Promise<void>;
  readonly closeSupervision: () => Promise<void>;
  readonly runtime: RuntimeConnection;
  readonly store: { readonly meta: Pick<MetaStore, 'recordStop'>; close(): void };
  readonly removeRunFile: () => void;
  readonly releaseLock: () => void;
};

/** Runs every step whatever the one before it did: half an end is worse than a noisy one. */
export async function shutDown(parts: ShutdownParts, reason: string): Promise<void> {
  const { log, clock } = parts;
  const startedMs = clock.monotonicMs();
  const left = (): number => Math.max(0, parts.limitMs - (clock.monotonicMs() - startedMs));
  const step = async (point: FaultPoint, name: string, run: () => unknown): Promise<void> => {
    try {
      await run();
      parts.faults.passed(point);
    } catch (caught) {
      log.error({ step: name, error: toAppError(caught).message }, 'shutdown step failed; going on');
    }
  };

  log.info({ reason }, 'stopping');
  await step('shutdown.reason', 'record the reason', () => parts.store.meta.recordStop({ reason, atMs: clock.nowMs(), pid: parts.pid }));
  await step('shutdown.refused', 'refuse new work', parts.refuseNewWork);
  const listening = step('shutdown.listening', 'stop listening', parts.stopListening);
  await step('shutdown.tabs', 'send the tabs away', () =>
    within(clock, Math.min(left(), 1_000), parts.sendTabsAway()).then(() => undefined),
  );
  await step('shutdown.reaper', 'stop the reaper', () => within(clock, left(), parts.stopRounds()));
  await step('shutdown.drained', 'drain', async () => {
    const drained = await within(clock, left(), parts.whenIdle());
    // What is cut off here is settled by the next start, as after a kill.
    if (drained === 'late')
      log.warn(
        { running: parts.running(), limitMs: parts.limitMs },
        'work still running at the end of the drain; the next start settles it',
      );
  });
  await step('shutdown.listened', 'wait for the listener', () => within(clock, Math.max(left(), 500), listening).then(() => undefined));
  await step('shutdown.supervision', 'end supervision', () => within(clock, 1_000, parts.closeSupervision()).then(() => undefined));
  await step('shutdown.channel', 'close the channel to the session host', () =>
    within(clock, 1_000, parts.runtime.close()).then(() => undefined),
  );
  await step('shutdown.database', 'close the database', () => parts.store.close());
  await step('shutdown.run-file', 'remove the run file', parts.removeRunFile);
  await step('shutdown.lock', 'release the lock', parts.releaseLock);
  log.info({ reason, tookMs: Math.round(clock.monotonicMs() - startedMs) }, 'stopped');
}

async function within(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<'done' | 'late'> {
  const timer = new AbortController();
  const late = clock.sleep(limitMs, timer.signal).then(() => 'late' as const);
  try {
    return await Promise.race([work.then(() => 'done' as const), late]);
  } finally {
    timer.abort();
  }
}
