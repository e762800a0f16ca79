/** Remembers a deliberate stop for the gateway, and forgets it once a daemon is wanted again. A failure is never a reason not to stop or start. */
import { toAppError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { StopFile } from '../ports/stop-file.ts';
import type { StopRequest } from '../transport/state.ts';

type Deps = { readonly stopFile: StopFile; readonly clock: Clock; readonly log: Log };

export function createStopMemory({ stopFile, clock, log }: Deps) {
  return {
    /** To be called before anybody is sent away: a tab that comes back must find it. */
    remember({ reason, by }: StopRequest): void {
      if (by !== 'user') return;
      try {
        stopFile.write({ atMs: clock.nowMs(), by: reason });
      } catch (caught) {
        log.warn(
          { error: toAppError(caught).message },
          'it could not be noted that the stop is deliberate; a tab may start the daemon again',
        );
      }
    },
    /** To be called before the run file says ready: nobody shall see a daemon that is ready and stopped at once. */
    forget(): void {
      try {
        stopFile.clear();
      } catch (caught) {
        log.warn(
          { error: toAppError(caught).message },
          'the memory of an earlier stop could not be removed; no tab will start the next daemon',
        );
      }
    },
  };
}
