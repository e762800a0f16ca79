/** One look at everything reconcile decides on: rows, runtimes, worktrees, and how absent ones would come back. No decisions. */

import type { LaunchDecision } from '../../core/agent/capabilities.ts';
import { toAppError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { countMisses, isConfirmedMissing, type MissHistory } from '../../core/reconcile/missing.ts';
import type { ReconcileInput, RowObservation } from '../../core/reconcile/plan.ts';
import type { Probe } from '../../core/session/probe.ts';
import type { Session } from '../../core/session/session.ts';
import type { SessionContext } from '../sessions/context.ts';
import type { Recover } from '../sessions/recover.ts';

export type ObserveOptions = {
  readonly limitMs: number;
  /** At boot nothing of ours can be under way, so absence on an answering host counts at once. */
  readonly absence: 'at once' | 'by hysteresis';
};

type Deps = Pick<SessionContext, 'store' | 'runtime' | 'workspace' | 'clock' | 'sessionLocks' | 'log'> & {
  readonly decide: Recover['decide'];
  readonly tried: ReadonlySet<SessionId>;
};

export function createObserver(deps: Deps) {
  const { store, runtime, workspace, clock } = deps;
  let misses: MissHistory = new Map();

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

  async function observeRow(session: Session, probe: Probe, options: ObserveOptions): Promise<RowObservation> {
    const absent = probe.state === 'dead';
    const foreign = (probe.state === 'alive' || probe.state === 'exited') && probe.tags.launchId !== session.launchId;
    const waitsForUser = session.exit !== null || (session.recovery?.state === 'failed' && deps.tried.has(session.id));
    const needsDecision = session.phase === 'live' && !waitsForUser && (absent || foreign);
    return {
      session,
      probe,
      worktree: session.phase === 'live' && options.absence === 'at once' ? await workspace.state(session.workspace) : 'unknown',
      launchIds: foreign ? store.sessions.launchIds(session.id) : [session.launchId],
      relaunch: needsDecision ? await decideFor(session) : null,
      absence: options.absence === 'at once' || isConfirmedMissing(misses.get(session.id), clock.monotonicMs()) ? 'confirmed' : 'doubtful',
      relaunchTried: deps.tried.has(session.id) ? 'yes' : 'no',
    };
  }

  return async function observe(options: ObserveOptions): Promise<ReconcileInput> {
    // Rows first: a session made after this is not judged by a look that was taken before it.
    const open = store.sessions.list({ phases: ['spawning', 'live'] });
    const parked = store.sessions.list({ phases: ['terminated'] }).filter((session) => session.parked);
    const observation = await runtime.probe(
      open.map((session) => session.runtimeHandle),
      { limitMs: options.limitMs },
    );
    const known = new Set<string>([...open, ...parked].map((session) => session.id));
    const ended = observation.seen
      .map((runtimeSeen) => (runtimeSeen.probe.tags.sessionId === null ? null : parseSessionId(runtimeSeen.probe.tags.sessionId)))
      .filter((id): id is SessionId => id !== null && !known.has(id))
      .map((id) => store.sessions.get(id))
      .filter((session): session is Session => session !== null);

    const probeOf = (session: Session): Probe =>
      observation.byHandle.get(session.runtimeHandle) ?? { state: 'unknown', why: 'Its runtime was not looked at' };
    const absent = open.filter((session) => probeOf(session).state === 'dead').map((session) => session.id);
    misses = countMisses(misses, absent, clock.monotonicMs());
    const rows = await Promise.all([...open, ...parked, ...ended].map((session) => observeRow(session, probeOf(session), options)));
    return { instanceId: store.meta.instanceId, rows, seen: observation.seen, busy: deps.sessionLocks.busy() };
  };
}

export type Observe = ReturnType<typeof createObserver>;
