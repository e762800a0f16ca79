/** One look at everything reconcile decides on: rows, runtimes, worktrees, and how absent ones would come back. No decisions. */

import type { LaunchDecision } from '../../core/agent/capabilities.ts';
import { toAppError } from '../../core/errors.ts';
import { type LaunchId, parseSessionId, type SessionId } from '../../core/ids.ts';
import { countMisses, isConfirmedMissing, type MissHistory } from '../../core/reconcile/missing.ts';
import { type ReconcileInput, type RowObservation, whose } from '../../core/reconcile/plan.ts';
import type { Probe } from '../../core/session/probe.ts';
import type { Session } from '../../core/session/session.ts';
import type { WorktreeState } from '../../ports/workspace.ts';
import type { SessionContext } from '../sessions/context.ts';
import type { Recover } from '../sessions/recover.ts';

/** Two looks at the file system a session; a worktree that is deleted by hand shows within about this. */
export const WORKTREE_LOOK_MS = 10_000;

export type ObserveOptions = {
  readonly limitMs: number;
  /** At boot nothing of ours can be under way, so absence on an answering host counts at once. */
  readonly absence: 'at once' | 'by hysteresis';
};

/** What is left out is not looked at this time. */
type WorktreeLooks = ReadonlyMap<SessionId, Promise<WorktreeState>>;

type Deps = Pick<SessionContext, 'store' | 'runtime' | 'workspace' | 'clock' | 'sessionLocks' | 'log'> & {
  readonly decide: Recover['decide'];
  readonly tried: ReadonlySet<SessionId>;
  readonly parkedHere: ReadonlySet<SessionId>;
};

export function createObserver(deps: Deps) {
  const { store, runtime, workspace, clock } = deps;
  let misses: MissHistory = new Map();
  let parked: readonly SessionId[] = [];
  let nextWorktreeLookMs = 0;

  async function decideFor(session: Session): Promise<LaunchDecision | null> {
    const project = store.projects.get(session.projectId);
    if (project === null) return null;
    try {
      return await deps.decide(session, project);
    } catch (caught) {
      // An adapter that is gone in this version: the relaunch itself says so, in the row.
      deps.log.warn({ sessionId: session.id, error: toAppError(caught).message }, 'how a session could come back cannot be told');
      return { kind: 'launch', mode: 'fresh', why: toAppError(caught).message };
    }
  }

  /** Parked sessions come back at a start, not while the daemon runs in which they were parked. */
  function parkedBefore(open: readonly Session[], options: ObserveOptions): readonly Session[] {
    if (options.absence === 'at once') {
      const ended = store.sessions.list({ phases: ['terminated'], parked: 'yes' });
      parked = [...open.filter((session) => session.parked), ...ended].map(({ id }) => id);
    }
    const sessions = parked.flatMap((id) => store.sessions.get(id) ?? []).filter(({ id, parked }) => parked && !deps.parkedHere.has(id));
    parked = sessions.map(({ id }) => id);
    return sessions.filter((session) => session.phase === 'terminated');
  }

  async function observeRow(session: Session, probe: Probe, options: ObserveOptions, worktrees: WorktreeLooks): Promise<RowObservation> {
    const launchIds = launchIdsOf(session, probe);
    const waitsForUser = session.exit !== null || (session.recovery?.state === 'failed' && deps.tried.has(session.id));
    const needsDecision = session.phase === 'live' && !session.parked && !waitsForUser && isAbsent(session, probe);
    return {
      session,
      probe,
      worktree: (await worktrees.get(session.id)) ?? 'unknown',
      launchIds,
      relaunch: needsDecision ? await decideFor(session) : null,
      absence: options.absence === 'at once' || isConfirmedMissing(misses.get(session.id), clock.monotonicMs()) ? 'confirmed' : 'doubtful',
      relaunchTried: deps.tried.has(session.id) ? 'yes' : 'no',
    };
  }

  function lookAtWorktrees(open: readonly Session[], options: ObserveOptions): WorktreeLooks {
    if (options.absence !== 'at once' && clock.monotonicMs() < nextWorktreeLookMs) return new Map();
    nextWorktreeLookMs = clock.monotonicMs() + WORKTREE_LOOK_MS;
    return new Map(open.filter(({ phase }) => phase === 'live').map(({ id, workspace: place }) => [id, workspace.state(place)]));
  }

  /** The whole history is read only where the runtime that was seen is of another launch. */
  function launchIdsOf(session: Session, probe: Probe): readonly LaunchId[] {
    const isOther = (probe.state === 'alive' || probe.state === 'exited') && probe.tags.launchId !== session.launchId;
    return isOther ? store.sessions.launchIds(session.id) : [session.launchId];
  }

  /** Its runtime is not there, be it that a foreign one stands under its name. */
  function isAbsent(session: Session, probe: Probe): boolean {
    if (probe.state === 'unknown') return false;
    return probe.state === 'dead' || whose(probe.tags, session, launchIdsOf(session, probe), store.meta.instanceId) === 'foreign';
  }

  return async function observe(options: ObserveOptions): Promise<ReconcileInput> {
    // Rows first: a session made after this is not judged by a look that was taken before it.
    const open = store.sessions.list({ phases: ['spawning', 'live'] });
    const waiting = parkedBefore(open, options);
    const looking = runtime.probe(
      open.map((session) => session.runtimeHandle),
      { limitMs: options.limitMs },
    );
    // While the host answers.
    const worktrees = lookAtWorktrees(open, options);
    const observation = await looking;
    const known = new Set<string>([...open, ...waiting].map((session) => session.id));
    const others = observation.seen
      .map((runtimeSeen) => (runtimeSeen.probe.tags.sessionId === null ? null : parseSessionId(runtimeSeen.probe.tags.sessionId)))
      .filter((id): id is SessionId => id !== null && !known.has(id))
      .map((id) => store.sessions.get(id))
      .filter((session): session is Session => session !== null);

    // One that was spawned meanwhile was not asked for, and may have been seen all the same.
    const seen = new Map(others.length === 0 ? [] : observation.seen.map(({ handle, probe }) => [handle, probe]));
    const probeOf = (session: Session): Probe =>
      observation.byHandle.get(session.runtimeHandle) ??
      seen.get(session.runtimeHandle) ?? { state: 'unknown', why: 'Its runtime was not looked at' };
    const absent = open.filter((session) => isAbsent(session, probeOf(session))).map((session) => session.id);
    misses = countMisses(misses, absent, clock.monotonicMs());
    const rows = await Promise.all(
      [...open, ...waiting, ...others].map((session) => observeRow(session, probeOf(session), options, worktrees)),
    );
    return { instanceId: store.meta.instanceId, rows, seen: observation.seen, busy: deps.sessionLocks.busy() };
  };
}

export type Observe = ReturnType<typeof createObserver>;
