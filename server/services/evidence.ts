/** Why a session is held to be what it is: the latest look at its runtime with its time, its facts, and its last event. */
import type { SessionId } from '../core/ids.ts';
import type { ReconcileInput } from '../core/reconcile/plan.ts';
import type { EvidenceService, LookEvidence } from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { resolveSession } from './sessions/find.ts';
import type { Report } from './sessions/report.ts';

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly report: Report;
  /** Of the machine's boot that this daemon runs in. */
  readonly bootId: string;
};

export type EvidenceKeeper = EvidenceService & {
  /** Called with each look. */
  observe(input: ReconcileInput): void;
};

export function createEvidence({ store, clock, report, bootId }: Deps): EvidenceKeeper {
  let looks: ReadonlyMap<SessionId, LookEvidence> = new Map();
  return {
    observe(input) {
      const atMs = clock.nowMs();
      looks = new Map(input.rows.map(({ session, probe }) => [session.id, { atMs, probe }]));
    },
    of(ref) {
      const session = resolveSession(store, ref);
      return { ...report(session), bootId, look: looks.get(session.id) ?? null, lastEvent: store.sessions.lastEvent(session.id) };
    },
  };
}
