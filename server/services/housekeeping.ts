/** What keeps a long-lived data directory small. Nothing here is needed for an answer, so a failure is a line in the log. */
import { toAppError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

/** Weeks of a session that reports a few times a minute at work; about 0.3 MB. */
export const EVENTS_PER_SESSION = 2_000;
/** About 30 MB of database. */
export const EVENTS_IN_ALL = 100_000;
export const HOUSEKEEPING_PERIOD_MS = 10 * 60_000;

type Deps = { readonly store: Pick<Store, 'sessions'>; readonly clock: Clock; readonly log: Log };

export function createHousekeeping({ store, clock, log }: Deps): { start(): void; stop(): void } {
  let cancel: () => void = () => undefined;

  function run(): void {
    try {
      const events = store.sessions.pruneEvents({ perSession: EVENTS_PER_SESSION, inAll: EVENTS_IN_ALL });
      if (events > 0) log.info({ events }, 'old events forgotten');
    } catch (caught) {
      log.warn({ error: toAppError(caught).message }, 'old events could not be forgotten');
    }
    cancel = clock.after(HOUSEKEEPING_PERIOD_MS, run);
  }

  return { start: run, stop: () => cancel() };
}
