/**
 * Reconcile as a pure plan over (rows, one look at the runtimes, worktrees, history of misses): SPEC §3.5, the whole table.
 * Decides only; `services/reconcile/apply.ts` runs one action at a time and logs its reason. At a fixpoint the plan is empty,
 * so a crash in the middle of applying it repeats safely.
 */
import type { LaunchDecision } from '../agent/capabilities.ts';
import type { InstanceId, LaunchId, RuntimeHandle, SessionId } from '../ids.ts';
import type { ObservedTags, Probe, SeenRuntime } from '../session/probe.ts';
import type { ExitFact, Session } from '../session/session.ts';
import type { RuntimeLook } from '../session/status.ts';

export type RowObservation = {
  readonly session: Session;
  readonly probe: Probe;
  readonly worktree: 'present' | 'missing' | 'unknown';
  /** Every launch id the row ever had. */
  readonly launchIds: readonly LaunchId[];
  /** How it would come back; needed only where the runtime is absent. */
  readonly relaunch: LaunchDecision | null;
  /** Absence is beyond doubt: seen often and long enough, or at boot, where nothing of ours can be under way. */
  readonly absence: 'confirmed' | 'doubtful';
  /** A relaunch has failed since this daemon started; it is not tried again by itself. */
  readonly relaunchTried: 'yes' | 'no';
};

export type ReconcileInput = {
  readonly instanceId: InstanceId;
  /** Rows that are spawning, live, parked, or terminated while a runtime tagged with them was seen; none that an operation holds. */
  readonly rows: readonly RowObservation[];
  /** Tagged runtimes that were seen. */
  readonly seen: readonly SeenRuntime[];
  /** Sessions an operation of this daemon holds right now; their runtimes are not judged. */
  readonly busy: ReadonlySet<SessionId>;
};

export type ReconcileAction =
  | { readonly kind: 'finish-kill'; readonly sessionId: SessionId; readonly why: string }
  | { readonly kind: 'finish-park'; readonly sessionId: SessionId; readonly why: string }
  | {
      readonly kind: 'reap';
      readonly sessionId: SessionId;
      readonly handle: RuntimeHandle;
      readonly launchId: LaunchId;
      readonly why: string;
    }
  | { readonly kind: 'adopt'; readonly sessionId: SessionId; readonly launchId: LaunchId; readonly why: string }
  | {
      readonly kind: 'record-exit';
      readonly sessionId: SessionId;
      readonly launchId: LaunchId;
      readonly exit: ExitFact;
      readonly why: string;
    }
  | { readonly kind: 'finish-spawn'; readonly sessionId: SessionId; readonly why: string }
  | { readonly kind: 'undo-spawn'; readonly sessionId: SessionId; readonly why: string }
  | { readonly kind: 'terminate'; readonly sessionId: SessionId; readonly why: string }
  | { readonly kind: 'relaunch'; readonly sessionId: SessionId; readonly handle: 'same' | 'another'; readonly why: string }
  | { readonly kind: 'restore-parked'; readonly sessionId: SessionId; readonly why: string };

export type ReconcilePlan = {
  /** In the order to be applied; relaunches come last, orchestrators first among them. */
  readonly actions: readonly ReconcileAction[];
  /** What this look said of each row, for the derived status. */
  readonly looks: ReadonlyMap<SessionId, RuntimeLook>;
  /** Rows about which nothing could be told; the caller looks again within 2 s. */
  readonly undecided: readonly SessionId[];
  /** Live rows whose worktree is gone while their runtime lives: shown, never acted upon. */
  readonly worktreeMissing: readonly SessionId[];
  /** Runtimes tagged by our instance without a row: listed, reaped only on request. */
  readonly orphans: readonly SeenRuntime[];
};

type Verdict = { readonly action: ReconcileAction | null; readonly look: RuntimeLook };

const REACHABLE: RuntimeLook = { state: 'reachable' };
const nothing = (look: RuntimeLook = REACHABLE): Verdict => ({ action: null, look });
const act = (action: ReconcileAction, look: RuntimeLook = REACHABLE): Verdict => ({ action, look });

const ORDER: readonly ReconcileAction['kind'][] = [
  'finish-kill',
  'finish-park',
  'reap',
  'adopt',
  'record-exit',
  'finish-spawn',
  'undo-spawn',
  'terminate',
  'relaunch',
  'restore-parked',
];

export function planReconcile(input: ReconcileInput): ReconcilePlan {
  const rowsById = new Map(input.rows.map((row) => [row.session.id as string, row]));
  const reaped = new Set<SessionId>();
  const actions: ReconcileAction[] = [];
  const orphans: SeenRuntime[] = [];

  for (const runtime of input.seen) {
    const { tags } = runtime.probe;
    if (tags.instanceId !== input.instanceId || tags.sessionId === null || input.busy.has(tags.sessionId as SessionId)) continue;
    const row = rowsById.get(tags.sessionId);
    if (row === undefined) orphans.push(runtime);
    else if (row.session.phase === 'terminated' && tags.launchId === row.session.launchId) {
      reaped.add(row.session.id);
      const why = 'the session is terminated and its last launch still has a runtime';
      actions.push({ kind: 'reap', sessionId: row.session.id, handle: runtime.handle, launchId: row.session.launchId, why });
    }
  }

  const looks = new Map<SessionId, RuntimeLook>();
  const undecided: SessionId[] = [];
  const worktreeMissing: SessionId[] = [];
  for (const row of input.rows) {
    if (input.busy.has(row.session.id)) continue;
    const verdict = judge(row, input.instanceId, reaped);
    looks.set(row.session.id, verdict.look);
    if (verdict.action !== null) actions.push(verdict.action);
    if (verdict.look.state === 'unknown') undecided.push(row.session.id);
    if (row.session.phase === 'live' && row.probe.state === 'alive' && row.worktree === 'missing') worktreeMissing.push(row.session.id);
  }
  return { actions: inOrder(actions, rowsById), looks, undecided, worktreeMissing, orphans };
}

function inOrder(actions: readonly ReconcileAction[], rows: ReadonlyMap<string, RowObservation>): readonly ReconcileAction[] {
  const rank = (action: ReconcileAction): number =>
    ORDER.indexOf(action.kind) * 2 + (rows.get(action.sessionId)?.session.kind === 'orchestrator' ? 0 : 1);
  return [...actions].sort((a, b) => rank(a) - rank(b));
}

function judge(row: RowObservation, instanceId: InstanceId, reaped: ReadonlySet<SessionId>): Verdict {
  const { session, probe } = row;
  const sessionId = session.id;
  if (session.phase === 'terminated') {
    if (!session.parked || session.killRequestedAtMs !== null || row.relaunchTried === 'yes' || reaped.has(sessionId)) return nothing();
    return act({ kind: 'restore-parked', sessionId, why: 'it was parked and this is the next start' });
  }
  if (probe.state === 'unknown') return nothing({ state: 'unknown', why: probe.why });
  if (session.killRequestedAtMs !== null) return act({ kind: 'finish-kill', sessionId, why: 'a kill was requested and not finished' });
  if (session.parked && session.phase === 'live') return act({ kind: 'finish-park', sessionId, why: 'it was being parked' });
  return session.phase === 'spawning' ? judgeSpawning(row, instanceId) : judgeLive(row, instanceId);
}

function judgeSpawning({ session, probe, launchIds }: RowObservation, instanceId: InstanceId): Verdict {
  const sessionId = session.id;
  if (probe.state === 'alive' || probe.state === 'exited') {
    if (whose(probe.tags, session, launchIds, instanceId) === 'current') {
      return act({ kind: 'finish-spawn', sessionId, why: 'its runtime was created; only the mark was missing' });
    }
    return act({ kind: 'undo-spawn', sessionId, why: "its name is taken by a runtime that is not this session's" });
  }
  return act({ kind: 'undo-spawn', sessionId, why: 'the spawn was cut off before its runtime was created' });
}

function judgeLive(row: RowObservation, instanceId: InstanceId): Verdict {
  const { session, probe, launchIds } = row;
  const sessionId = session.id;
  if (probe.state === 'dead') return judgeAbsent(row, 'same');
  if (probe.state === 'unknown') return nothing({ state: 'unknown', why: probe.why });

  const owner = whose(probe.tags, session, launchIds, instanceId);
  if (owner === 'foreign' || probe.tags.launchId === null) return judgeAbsent(row, 'another');
  const launchId = probe.tags.launchId;
  const settled = owner === 'current' && session.recovery === null;
  if (probe.state === 'exited') {
    if (settled && session.exit !== null) return nothing();
    const why = owner === 'current' ? 'the agent process ended' : 'a relaunch was cut off before it began; the earlier launch had exited';
    return act({ kind: 'record-exit', sessionId, launchId, exit: probe.exit, why });
  }
  if (settled && session.exit === null) return nothing();
  const why =
    owner === 'current' ? 'its relaunch was created; only the mark was missing' : 'a relaunch was cut off and the earlier launch lives';
  return act({ kind: 'adopt', sessionId, launchId, why });
}

function judgeAbsent(row: RowObservation, handle: 'same' | 'another'): Verdict {
  const { session, probe, relaunch } = row;
  const sessionId = session.id;
  // An exit is a durable fact: such a row is offered a resume, never relaunched by itself.
  if (session.exit !== null) return nothing();
  if (session.recovery?.state === 'failed' && row.relaunchTried === 'yes') return nothing();
  const hostGone = probe.state === 'dead' && probe.evidence === 'host_gone';
  if (!hostGone && row.absence === 'doubtful') return nothing({ state: 'unknown', why: 'Its runtime is missing; being confirmed' });
  const what =
    handle === 'another' ? 'its name is taken by a foreign runtime' : hostGone ? 'the session host is gone' : 'its runtime is gone';
  if (relaunch === null) return nothing({ state: 'unknown', why: `${what}; how it could come back is not known yet` });
  if (relaunch.kind === 'refuse') return act({ kind: 'terminate', sessionId, why: `${what}; ${relaunch.why}` });
  return act({ kind: 'relaunch', sessionId, handle, why: `${what}; ${relaunch.why}` });
}

/** Whose runtime stands under a row's handle: this launch's, an earlier one's of the row, or somebody else's. */
export function whose(
  tags: ObservedTags,
  session: Session,
  launchIds: readonly LaunchId[],
  instanceId: InstanceId,
): 'current' | 'earlier' | 'foreign' {
  if (tags.instanceId !== instanceId || tags.sessionId !== session.id || tags.launchId === null) return 'foreign';
  if (tags.launchId === session.launchId) return 'current';
  return launchIds.includes(tags.launchId) ? 'earlier' : 'foreign';
}
