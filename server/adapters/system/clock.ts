/** The machine's clocks and timers. Timers never keep the process alive: what must be awaited is awaited by its owner. */
import type { Clock } from '../../ports/clock.ts';

/** Node fires a timer with a longer delay after 1 ms; a longer wait is made of several. */
const MAX_TIMER_MS = 2_147_483_647;

export function createSystemClock(): Clock {
  function after(delayMs: number, fn: () => void): () => void {
    const untilMs = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = untilMs - performance.now();
      timer = leftMs > MAX_TIMER_MS ? setTimeout(arm, MAX_TIMER_MS) : setTimeout(fn, Math.max(0, leftMs));
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  }

  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
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
        signal?.addEventListener('abort', wake, { once: true });
      });
    },
  };
}
