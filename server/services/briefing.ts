/** The briefing after an outage: its record is written before anything is brought back, and read together with the sessions. */
import { type BriefingRecord, needsUser, outcomeOf, recordOutage } from '../core/briefing/briefing.ts';
import type { ReconcileInput, ReconcilePlan } from '../core/reconcile/plan.ts';
import type { Briefing, BriefingService } from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Report } from './sessions/report.ts';

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly report: Report;
  /** Whether the machine was booted since a daemon last ran here. */
  readonly rebooted: 'yes' | 'no';
};

export type BriefingKeeper = BriefingService & {
  /** Called with each look, before its plan is applied. */
  observe(input: ReconcileInput, plan: ReconcilePlan, when: 'boot' | 'running'): void;
};

export function createBriefing({ store, clock, report, rebooted }: Deps): BriefingKeeper {
  let record: BriefingRecord | null = store.meta.briefing();

  function keep(next: BriefingRecord): void {
    record = next;
    store.meta.setBriefing(next);
  }

  function current(): Briefing | null {
    if (record === null || record.dismissedAtMs !== null) return null;
    const { cause, atMs, sessions } = record;
    const of = record;
    const items = sessions.flatMap((id) => {
      const session = store.sessions.get(id);
      if (session === null) return [];
      const outcome = outcomeOf(session, of);
      return [{ ...report(session), outcome, needsUser: needsUser(outcome) }];
    });
    return items.length === 0 ? null : { cause, atMs, items };
  }

  return {
    observe(input, plan, when) {
      const next = recordOutage(record, {
        rows: input.rows,
        actions: plan.actions,
        rebooted: when === 'boot' ? rebooted : 'no',
        nowMs: clock.nowMs(),
      });
      if (next !== null && next !== record) keep(next);
    },
    current,
    dismiss(atMs) {
      // Of one that has grown meanwhile the user has not read all, but that one began at the same moment: what is new shows on the board.
      if (record !== null && record.atMs === atMs && record.dismissedAtMs === null) keep({ ...record, dismissedAtMs: clock.nowMs() });
      return current();
    },
  };
}
