/**
 * Applies one action of the plan, under the session's lock, and only if the row still is what the plan saw. Every action logs
 * its reason and is safe to repeat.
 */
import { toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { afterFailure, isDue, type Retry } from '../../core/reconcile/backoff.ts';
import type { ReconcileAction } from '../../core/reconcile/plan.ts';
import type { Session } from '../../core/session/session.ts';
import type { Limiter } from '../limiter.ts';
import type { SessionContext } from '../sessions/context.ts';
import type { Kill } from '../sessions/kill.ts';
import type { Park } from '../sessions/park.ts';
import type { Recover } from '../sessions/recover.ts';
import type { Spawn } from '../sessions/spawn.ts';
import { undoSpawn } from '../sessions/undo-spawn.ts';

type Parts = {
  readonly spawn: Pick<Spawn, 'markSpawned'>;
  readonly kill: Pick<Kill, 'finish'>;
  readonly park: Pick<Park, 'finish'>;
  readonly recover: Pick<Recover, 'relaunch' | 'terminateUnresumable' | 'restoreParked'>;
  readonly relaunches: Limiter;
};

/** What ends something. A relaunch has a rule of its own: it is tried once by each daemon. */
const BACKS_OFF: ReadonlySet<ReconcileAction['kind']> = new Set(['finish-kill', 'finish-park', 'reap', 'undo-spawn']);

export function createApply(context: SessionContext, parts: Parts) {
  const { store, runtime, clock, faults, log } = context;
  const waiting = new Set<SessionId>();
  const retries = new Map<SessionId, Retry>();
  let stopped = false;

  /** What the row must still be for a plan made from `seen` to hold. */
  function unchanged(seen: Session): Session | null {
    const now = store.sessions.get(seen.id);
    if (now === null) return null;
    const same =
      now.phase === seen.phase &&
      now.launchId === seen.launchId &&
      now.runtimeHandle === seen.runtimeHandle &&
      now.killRequestedAtMs === seen.killRequestedAtMs &&
      now.parked === seen.parked &&
      now.exit?.atMs === seen.exit?.atMs &&
      now.recovery?.state === seen.recovery?.state;
    return same ? now : null;
  }

  async function effect(action: ReconcileAction, session: Session): Promise<void> {
    switch (action.kind) {
      case 'finish-kill':
        await parts.kill.finish(session);
        return;
      case 'finish-park':
        await parts.park.finish(session);
        return;
      case 'reap':
        await runtime.destroy(action.handle, action.launchId);
        faults.passed('reconcile.reaped');
        store.sessions.note(session.id, { kind: 'reaped', reason: action.why });
        return;
      case 'adopt':
        store.sessions.update(
          session.id,
          { launchId: action.launchId, exit: null, recovery: null },
          { kind: 'adopted', reason: action.why },
        );
        faults.passed('reconcile.adopted');
        return;
      case 'record-exit':
        store.sessions.update(
          session.id,
          { launchId: action.launchId, exit: action.exit, recovery: null, attention: null },
          { kind: 'exited', reason: action.why },
        );
        faults.passed('reconcile.exited');
        return;
      case 'finish-spawn':
        parts.spawn.markSpawned(session, action.why);
        faults.passed('reconcile.spawned');
        return;
      case 'undo-spawn':
        await undoSpawn(context, session, action.why);
        return;
      case 'terminate':
        await parts.recover.terminateUnresumable(session, action.why);
        return;
      case 'relaunch':
        await parts.recover.relaunch(session.id, action.why);
        return;
      case 'restore-parked':
        await parts.recover.restoreParked(session);
        return;
    }
  }

  /** Shows `recovering` from the moment a relaunch is decided, not from when its turn comes. */
  function queueRelaunch(session: Session, why: string): Session {
    if (session.recovery?.state === 'queued') return session;
    const queued = store.sessions.update(
      session.id,
      { recovery: { state: 'queued', reason: why, atMs: clock.nowMs() } },
      { kind: 'recovery-queued', reason: why },
    );
    faults.passed('reconcile.queued');
    return queued;
  }

  /** Waits for its turn without holding the session, so that a kill or an ensure need not wait behind a reboot's whole queue. */
  async function throttled(action: ReconcileAction, seen: Session): Promise<void> {
    if (waiting.has(seen.id)) return;
    const current = unchanged(seen);
    if (current === null) return;
    const queued = action.kind === 'relaunch' ? queueRelaunch(current, action.why) : current;
    waiting.add(seen.id);
    try {
      const act = (): Promise<void> => context.sessionLocks.run(seen.id, () => run(action, queued));
      // A parked orchestrator takes its project's slot, as `restore` and `ensure` do: the same lock, in the same order.
      const takesSlot = action.kind === 'restore-parked' && seen.kind === 'orchestrator';
      await parts.relaunches.run(() => (takesSlot ? context.projectLocks.run(seen.projectId, act) : act()));
    } finally {
      waiting.delete(seen.id);
    }
  }

  async function run(action: ReconcileAction, expected: Session): Promise<void> {
    const current = stopped ? null : unchanged(expected);
    if (current === null) return;
    log.info({ sessionId: action.sessionId, action: action.kind, why: action.why }, 'reconcile');
    await effect(action, current);
  }

  return {
    queueRelaunch,

    /** What waits for its turn is left to the next start, which finds it as it is. */
    stop(): void {
      stopped = true;
    },

    async apply(action: ReconcileAction, seen: Session): Promise<void> {
      const backsOff = BACKS_OFF.has(action.kind);
      if (backsOff && !isDue(retries.get(seen.id), clock.monotonicMs())) return;
      try {
        if (action.kind === 'relaunch' || action.kind === 'restore-parked') await throttled(action, seen);
        else await context.sessionLocks.run(seen.id, () => run(action, seen));
        retries.delete(seen.id);
      } catch (caught) {
        if (backsOff) retries.set(seen.id, afterFailure(retries.get(seen.id), clock.monotonicMs()));
        const failures = retries.get(seen.id)?.failures ?? 1;
        log.warn(
          { sessionId: action.sessionId, action: action.kind, why: action.why, error: toAppError(caught).message, failures },
          'reconcile action did not finish',
        );
      }
    },
  };
}

export type Apply = ReturnType<typeof createApply>;
