/**
 * Kill: intent first, durable, so that a crash finishes it and nothing brings the session back (I10); then the runtime with
 * its whole process tree; then the worktree, if it is clean. The branch stays, and so does uncommitted work (I11). The old
 * orchestrator of a replacement goes the same way, but its work is captured, and its successor takes the slot.
 */
import { AppError, toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { WorktreeOutcome } from '../../ports/app-services.ts';
import type { SessionChange } from '../../ports/store.ts';
import type { RemoveOutcome } from '../../ports/workspace.ts';
import type { SessionContext } from './context.ts';
import { endRuntime } from './end-runtime.ts';
import { requireSession } from './find.ts';
import { planInheritance } from './succession.ts';
import { describeUndone, undoSpawn } from './undo-spawn.ts';

export type Killed = { readonly session: Session; readonly worktree: WorktreeOutcome; readonly note: string | null };

export function createKill(context: SessionContext) {
  const { store, workspace, clock, faults, log } = context;

  async function finish(session: Session): Promise<Killed> {
    if (session.phase === 'spawning') {
      // Cut off while being started and killed since: undone whole, as if it had never been.
      const kept = describeUndone(await undoSpawn(context, session, 'killed by the user while it was being started')).trim();
      return { ...undone(session), note: kept === '' ? null : kept };
    }
    await endRuntime(context, session, { fenced: 'kill.fenced', ended: 'kill.runtime' });
    const outcome = await takeWorktree(session);
    faults.passed('kill.worktree');
    // Read anew: a successor may have gone live meanwhile, and takes the slot in the step that gives it up.
    const heirs = planInheritance(store, requireSession(store, session.id));
    const end: SessionChange = {
      id: session.id,
      patch: {
        phase: 'terminated',
        endReason: 'killed',
        endDetail: outcome.note,
        slot: null,
        parked: false,
        recovery: null,
        activity: 'unknown',
        activitySource: 'none',
        attention: null,
      },
      event: {
        kind: 'killed',
        reason: session.replacedBy === null ? 'asked for by the user' : `replaced by ${session.replacedBy}`,
        data: { worktree: outcome.worktree },
      },
    };
    store.sessions.updateAll([end, ...heirs]);
    const ended = requireSession(store, session.id);
    faults.passed('kill.terminated');
    failMessages(session.id);
    context.looks.forget(session.id);
    log.info({ sessionId: session.id, worktree: outcome.worktree }, 'session killed');
    return { session: ended, ...outcome };
  }

  async function takeWorktree(session: Session): Promise<Pick<Killed, 'worktree' | 'note'>> {
    const others = store.sessions.list({ phases: ['spawning', 'live'] });
    const shared = others.find((other) => other.id !== session.id && other.workspace.path === session.workspace.path);
    if (shared !== undefined) return { worktree: 'kept', note: `worktree kept: ${shared.id} works in it` };
    const disposable = store.projects.get(session.projectId)?.disposable ?? [];
    try {
      const { preservedRef, outcome } =
        session.replacedBy === null
          ? { preservedRef: null, outcome: await workspace.removeClean(session.workspace, disposable) }
          : await retireWorktree(session, disposable);
      const work = preservedRef === null ? null : `its uncommitted work is kept as ${preservedRef}`;
      if (outcome.kind !== 'kept') return { worktree: outcome.kind, note: work };
      return { worktree: 'kept', note: `worktree kept: ${outcome.why}${work === null ? '' : `; ${work}`}` };
    } catch (caught) {
      const why = caught instanceof Error ? caught.message : String(caught);
      log.warn({ sessionId: session.id, why }, 'worktree could not be removed');
      return { worktree: 'kept', note: `worktree kept: it could not be removed (${why})` };
    }
  }

  /** Of one that is replaced: its work goes to a ref, which is written down before the worktree goes (I11). */
  async function retireWorktree(
    session: Session,
    disposable: readonly string[],
  ): Promise<{ readonly preservedRef: string | null; readonly outcome: RemoveOutcome }> {
    const ref = await workspace.capture(session.workspace, session.id);
    faults.passed('kill.ref');
    if (ref !== null)
      store.sessions.update(
        session.id,
        { preservedRef: ref },
        { kind: 'captured', reason: 'before its worktree is removed', data: { ref } },
      );
    faults.passed('kill.captured');
    const outcome = await workspace.removeCaptured(session.workspace, { sessionId: session.id, ref, disposable });
    return { preservedRef: ref ?? session.preservedRef, outcome };
  }

  function failMessages(id: SessionId): void {
    for (let message = store.messages.next(id); message !== null; message = store.messages.next(id)) {
      store.messages.update(message.id, { state: 'failed', reason: 'the session was killed' });
      faults.passed('kill.message');
    }
  }

  /** Durable at once, whoever holds the session's lock: a spawn under way ends at its next step. */
  function intend(id: SessionId): Session {
    const session = requireSession(store, id);
    if (session.phase === 'terminated' || session.killRequestedAtMs !== null) return session;
    const intended = store.sessions.update(
      id,
      { killRequestedAtMs: clock.nowMs(), parked: false },
      { kind: 'kill-requested', reason: 'asked for by the user' },
    );
    faults.passed('kill.intent');
    context.cancellations.cancel(id);
    return intended;
  }

  return {
    async kill(id: SessionId): Promise<Killed> {
      const asked = intend(id);
      return await context.sessionLocks.run(id, async () => {
        if (store.sessions.get(id) === null) return undone(asked);
        // It may have come back to life, or ended, while its lock was waited for.
        const session = intend(id);
        if (session.phase === 'terminated') {
          const state = await workspace.state(session.workspace);
          const marked = session.killRequestedAtMs !== null && session.endReason === 'killed' ? session : markKilled(session);
          return { session: marked, worktree: state === 'present' ? 'kept' : 'missing', note: marked.endDetail };
        }
        try {
          return await finish(session);
        } catch (caught) {
          throw finishedLater(session, toAppError(caught));
        }
      });
    },
    /** For reconcile, which holds the session's lock. */
    finish,
  };

  /** One that ended by itself and is killed now must not come back by itself either. */
  function markKilled(session: Session): Session {
    const marked = store.sessions.update(
      session.id,
      { killRequestedAtMs: clock.nowMs(), endReason: 'killed', parked: false },
      { kind: 'killed', reason: 'asked for by the user; it had ended before' },
    );
    faults.passed('kill.marked');
    return marked;
  }
}

/** A spawn that was undone leaves no row to answer with. */
function undone(session: Session): Killed {
  return { session: { ...session, phase: 'terminated', endReason: 'killed', slot: null }, worktree: 'removed', note: null };
}

export type Kill = ReturnType<typeof createKill>;

function finishedLater({ id }: Session, failure: AppError): AppError {
  const message = `The kill of ${id} is noted but not finished yet: ${failure.message} It is finished by itself, and ${id} never comes back.`;
  return new AppError({ code: failure.code, message, hint: `Look again with \`ao get ${id}\`.` }, { cause: failure });
}
