/** The way in which the tmux server fails us, worded once. */
import { AppError } from '../../../core/errors.ts';

/** The host did not answer, so nothing may be concluded (I9). */
export function hostUnavailable(why: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: 'RUNTIME_UNAVAILABLE',
      message: `The tmux server does not do what it was asked: ${why}.`,
      hint: 'It is tried again by itself; `ao ls` shows the sessions, the daemon log says more.',
    },
    { cause },
  );
}
