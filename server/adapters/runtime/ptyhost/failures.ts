/** The way in which a pty host fails us, worded once. */
import { AppError } from '../../../core/errors.ts';

/** The host did not answer, so nothing may be concluded (I9). */
export function hostUnavailable(why: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: 'RUNTIME_UNAVAILABLE',
      message: `The pty host does not do what it was asked: ${why}.`,
      hint: 'It is tried again by itself; `ao ls` shows the sessions, the daemon log says more.',
    },
    { cause },
  );
}

/** It was started by a version of ours that did not know this, and lives on (L12). */
export function hostTooOld(name: string): AppError {
  return new AppError({
    code: 'RUNTIME_UNAVAILABLE',
    message: `The pty host of ${name} was started by an earlier version of ao, which cannot do this yet.`,
    hint: '`ao logs` shows its text; `ao kill` and then `ao restore` give the session a new one.',
  });
}

export const describeError = (caught: unknown): string => (caught instanceof Error ? caught.message : String(caught));
