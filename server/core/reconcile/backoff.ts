/**
 * When an effect that failed is tried again: soon, then less and less often. A repository that cannot be written is asked every
 * half minute, not every second. Pure; memory of one daemon.
 */
export type Retry = { readonly failures: number; readonly notBeforeMs: number };

/** After the first failure; doubled after each further one. */
export const FIRST_RETRY_MS = 1_000;
export const LAST_RETRY_MS = 30_000;

/** `nowMs` is monotonic. */
export function afterFailure(before: Retry | undefined, nowMs: number): Retry {
  const failures = (before?.failures ?? 0) + 1;
  return { failures, notBeforeMs: nowMs + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 16)) };
}

export function isDue(retry: Retry | undefined, nowMs: number): boolean {
  return retry === undefined || nowMs >= retry.notBeforeMs;
}
