/**
 * Counts the output that the terminal has worked off and tells the daemon, so that a slow page is skipped rather than
 * drowned. One counter for each attach: bytes of an older attach must never be acknowledged to a newer one.
 *
 * Invariant with the daemon's window: `ACK_EVERY_BYTES ≤ lowWater ≤ highWater`. What is below the step is told after a short
 * rest, since a conflated viewer is woken by acks alone.
 */
import { LOW_WATER_BYTES } from './limits.ts';

/** At once when this much has been worked off. */
export const ACK_EVERY_BYTES = LOW_WATER_BYTES / 2;
/** The rest no later than this. Milliseconds. */
export const ACK_REST_MS = 50;

export type AckCounter = {
  /** Called from the terminal's write callback, never before. */
  readonly worked: (bytes: number) => void;
  /** Forgets the rest: the attach is over. */
  readonly stop: () => void;
};

export function createAckCounter(deps: {
  readonly send: (bytes: number) => void;
  /** Runs once after `ms`; answers how to call it off. */
  readonly after: (ms: number, run: () => void) => () => void;
}): AckCounter {
  let bytes = 0;
  let callOff: (() => void) | null = null;
  let stopped = false;

  const flush = (): void => {
    callOff?.();
    callOff = null;
    if (stopped || bytes === 0) return;
    const worked = bytes;
    bytes = 0;
    deps.send(worked);
  };

  return {
    worked(more) {
      if (stopped) return;
      bytes += more;
      if (bytes >= ACK_EVERY_BYTES) flush();
      else if (bytes > 0) callOff ??= deps.after(ACK_REST_MS, flush);
    },
    stop() {
      stopped = true;
      callOff?.();
      callOff = null;
    },
  };
}
