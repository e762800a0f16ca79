/** How often something may happen: bursts up to `capacity`, `perSecond` for good. */
import type { Clock } from '../../ports/clock.ts';

export type Bucket = {
  /** Whether there was one left. */
  take(): boolean;
};

export function createBucket(
  clock: Pick<Clock, 'monotonicMs'>,
  { capacity, perSecond }: { readonly capacity: number; readonly perSecond: number },
): Bucket {
  let left = capacity;
  let filledAtMs = clock.monotonicMs();
  return {
    take() {
      const nowMs = clock.monotonicMs();
      left = Math.min(capacity, left + ((nowMs - filledAtMs) / 1_000) * perSecond);
      filledAtMs = nowMs;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
