/** A clock that stands still until a test moves it. Callbacks run in the order of their deadlines, each at its own time. */
import type { Clock } from '../../ports/clock.ts';

export type ManualClock = Clock & {
  /** Moves time on, running what falls due on the way, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves only the wall clock, as a suspend or an adjustment does. */
  jumpWall(ms: number): void;
  /** Time passes and nothing runs, as for a process that is stopped; what fell due meanwhile is run, late, by the next `advance`. */
  freeze(ms: number): void;
  /** How many callbacks wait. */
  pending(): number;
};

type Timer = { readonly id: number; readonly dueMs: number; readonly fn: () => void };

/** Microtasks a callback may chain before the next one is run; more than any of our chains is long. */
const SETTLE_TURNS = 20;

export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  let monotonic = 0;
  let wallOffset = startMs;
  let nextId = 0;
  const timers = new Map<number, Timer>();

  const earliest = (): Timer | undefined => [...timers.values()].sort((left, right) => left.dueMs - right.dueMs || left.id - right.id)[0];

  async function settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await Promise.resolve();
  }

  function after(delayMs: number, fn: () => void): () => void {
    const id = nextId;
    nextId += 1;
    timers.set(id, { id, dueMs: monotonic + Math.max(0, delayMs), fn });
    return () => timers.delete(id);
  }

  return {
    nowMs: () => wallOffset + monotonic,
    monotonicMs: () => monotonic,
    after,
    sleep(delayMs, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = (): void => {
          cancel();
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const cancel = after(delayMs, wake);
        signal?.addEventListener('abort', wake);
      });
    },
    async advance(ms) {
      const untilMs = monotonic + ms;
      await settle();
      for (let timer = earliest(); timer !== undefined && timer.dueMs <= untilMs; timer = earliest()) {
        timers.delete(timer.id);
        monotonic = Math.max(monotonic, timer.dueMs);
        timer.fn();
        await settle();
      }
      monotonic = untilMs;
      await settle();
    },
    jumpWall(ms) {
      wallOffset += ms;
    },
    freeze(ms) {
      monotonic += ms;
    },
    pending: () => timers.size,
  };
}
