/**
 * After a reboot or an outage: what ran then, and what became of it. One record of the moment is durable; all else is read from
 * the sessions' own facts when somebody looks, so that the briefing cannot say anything else than they do.
 */
import type { SessionId } from '../ids.ts';
import type { ReconcileAction, RowObservation } from '../reconcile/plan.ts';
import type { Session } from '../session/session.ts';

/** In the order of what explains most. `parked`: an end that the user asked for. */
export const BRIEFING_CAUSES = ['reboot', 'host_gone', 'runtime_gone', 'parked'] as const;
export type BriefingCause = (typeof BRIEFING_CAUSES)[number];

export type BriefingRecord = {
  readonly cause: BriefingCause;
  /** When it was noticed first, ms since 1970. */
  readonly atMs: number;
  /** Every session that ran then, hurt or not. */
  readonly sessions: readonly SessionId[];
  /** Dismissed by the user; a later outage begins a new one. */
  readonly dismissedAtMs: number | null;
};

export type Outage = {
  readonly rows: readonly Pick<RowObservation, 'session' | 'probe'>[];
  readonly actions: readonly Pick<ReconcileAction, 'kind' | 'sessionId'>[];
  /** The first look of a daemon in another boot than the last one's. */
  readonly rebooted: 'yes' | 'no';
  readonly nowMs: number;
};

const LOSSES: readonly ReconcileAction['kind'][] = ['relaunch', 'terminate', 'restore-parked'];

/** What a look makes of the record: the same object where nothing was lost that it does not name already. */
export function recordOutage(before: BriefingRecord | null, { rows, actions, rebooted, nowMs }: Outage): BriefingRecord | null {
  const lossOf = new Map(actions.filter(({ kind }) => LOSSES.includes(kind)).map(({ kind, sessionId }) => [sessionId, kind]));
  // One whose relaunch is tried again was lost earlier, and told of then.
  const lost = rows.filter(({ session }) => lossOf.has(session.id) && session.recovery === null);
  if (lost.length === 0) return before;
  const hostGone = lost.some(({ probe }) => probe.state === 'dead' && probe.evidence === 'host_gone');
  const parked = lost.every(({ session }) => lossOf.get(session.id) === 'restore-parked');
  const cause = rebooted === 'yes' ? 'reboot' : hostGone ? 'host_gone' : parked ? 'parked' : 'runtime_gone';
  const ran = rows.filter(({ session }) => session.phase === 'live' || lossOf.has(session.id)).map(({ session }) => session.id);
  if (before === null || before.dismissedAtMs !== null) return { cause, atMs: nowMs, sessions: unique(ran), dismissedAtMs: null };
  const sessions = unique([...before.sessions, ...ran]);
  const worst = BRIEFING_CAUSES.find((known) => known === cause || known === before.cause) ?? cause;
  return sessions.length === before.sessions.length && worst === before.cause ? before : { ...before, cause: worst, sessions };
}

function unique(ids: readonly SessionId[]): readonly SessionId[] {
  return [...new Set(ids)];
}

/**
 * `adopted`: its process never stopped. `recovering`: not settled yet. `ended`: it could not come
 * back. `killed`: the user has ended it since. */
export const BRIEFING_OUTCOMES = [
  'adopted',
  'resumed',
  'replayed',
  'fresh',
  'recovering',
  'exited',
  'needs_recovery',
  'ended',
  'killed',
] as const;
export type BriefingOutcome = (typeof BRIEFING_OUTCOMES)[number];

/** What became of a session that is named in a record. */
export function outcomeOf(session: Session, record: BriefingRecord): BriefingOutcome {
  if (session.phase === 'terminated') {
    if (session.parked) return 'recovering';
    return session.endReason === 'not_resumable' ? 'ended' : 'killed';
  }
  if (session.recovery?.state === 'failed') return 'needs_recovery';
  if (session.recovery?.state === 'queued' || session.phase === 'spawning') return 'recovering';
  if (session.exit !== null) return 'exited';
  if (session.launchMode === 'spawned' || session.launchedAtMs < record.atMs) return 'adopted';
  return session.launchMode;
}

/** Whether the user has something to do about it. */
export function needsUser(outcome: BriefingOutcome): boolean {
  return outcome === 'exited' || outcome === 'needs_recovery' || outcome === 'ended';
}
