/**
 * Applies the reports that agents left while no daemon answered (D3). They prove whose they are by where they lie, so each is
 * checked to be of a launch of its session. They are gone from the spool by now: one that fails costs no other.
 */
import { toAppError } from '../core/errors.ts';
import type { ReportService } from '../ports/app-services.ts';
import type { HookSpool, SpooledReport } from '../ports/hook-spool.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

type Deps = { readonly spool: HookSpool; readonly store: Store; readonly reports: ReportService; readonly log: Log };

export function createSpooledReports({ spool, store, reports, log }: Deps) {
  function applyOne({ sessionId, report }: SpooledReport): void {
    const session = store.sessions.get(sessionId);
    if (session === null || !store.sessions.launchIds(sessionId).includes(report.launchId)) return;
    reports.report({ sessionId, projectId: session.projectId, launchId: report.launchId }, report);
  }

  return {
    apply(): void {
      for (const spooled of spool.take()) {
        try {
          applyOne(spooled);
        } catch (caught) {
          log.warn(
            { sessionId: spooled.sessionId, event: spooled.report.event, error: toAppError(caught).message },
            'spooled report could not be applied',
          );
        }
      }
    },
  };
}
