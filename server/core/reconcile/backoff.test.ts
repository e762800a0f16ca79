import { expect, it } from 'vitest';
import { afterFailure, isDue, LAST_RETRY_MS, type Retry } from './backoff.ts';

it('waits twice as long after each failure, up to half a minute', () => {
  const waits: number[] = [];
  let retry: Retry | undefined;
  for (let failure = 0; failure < 8; failure += 1) {
    retry = afterFailure(retry, 5_000);
    waits.push(retry.notBeforeMs - 5_000);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, LAST_RETRY_MS, LAST_RETRY_MS, LAST_RETRY_MS]);
});

it('is due at once where nothing has failed, and from its moment on where something has', () => {
  expect(isDue(undefined, 0)).toBe(true);
  const retry = afterFailure(undefined, 5_000);
  expect([5_999, 6_000].map((nowMs) => isDue(retry, nowMs))).toEqual([false, true]);
});
