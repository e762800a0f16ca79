/**
 * Kill: intent first, durable, so that a crash finishes it and nothing brings the session back (I10); then the runtime with
 * its whole process tree; then the worktree, if it is clean. The branch stays, and so does uncommitted work (I11).
 */
import { AppError, toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { WorktreeOutcome } from '../../ports/app-services.ts';
import type { SessionContext } from './context.ts';
import { requireSession } from './find.ts';
import { undoSpawn } from './undo-spawn.ts';

export type Killed = { readonly session: Session; readonly worktree: WorktreeOutcome; readonly note: string | null };

export function createKill(context: SessionContext) {
  const { store, runtime, workspace, clock, faults, log } = context;

  async function finish(session: Session): Promise<Killed> {
    if (session.phase === 'spawning') {
      // Cut off while being started and killed since: undone whole, as if it had never been.
      const preservedRef = await undoSpawn(context, session, 'killed by the user while it was being started');
      const note = preservedRef === null ? null : `uncommitted work kept as ${preservedRef}`;
      return { session: { ...session, phase: 'terminated', endReason: 'killed', slot: null }, worktree: 'removed', note };
    }
    // Every launch it ever had, the last one first: where a relaunch was cut off an earlier one may stand there yet.
    for (const launchId of [...store.sessions.launchIds(session.id)].reverse()) {
      await runtime.revoke(launchId);
      faults.passed('kill.fenced');
      await runtime.destroy(session.runtimeHandle, launchId);
      faults.passed('kill.runtime');
    }
    const outcome = await removeWorktree(session);
    faults.passed('kill.worktree');
    const ended = store.sessions.update(
      session.id,
      {
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
      { kind: 'killed', reason: 'asked for by the user', data: { worktree: outcome.worktree } },
    );
    faults.passed('kill.terminated');
    failMessages(session.id);
    context.looks.forget(session.id);
    log.info({ sessionId: session.id, worktree: outcome.worktree }, 'session killed');
    return { session: ended, ...outcome };
  }

  async function removeWorktree(session: Session): Promise<Pick<Killed, 'worktree' | 'note'>> {
    const others = store.sessions.list({ phases: ['spawning', 'live'] });
    const shared = others.find((other) => other.id !== session.id && other.workspace.path === session.workspace.path);
    if (shared !== undefined) return { worktree: 'kept', note: `worktree kept: ${shared.id} works in it` };
    const disposable = store.projects.get(session.projectId)?.disposable ?? [];
    try {
      const outcome = await workspace.removeClean(session.workspace, disposable);
      return outcome.kind === 'kept' ? { worktree: 'kept', note: `worktree kept: ${outcome.why}` } : { worktree: outcome.kind, note: null };
    } catch (caught) {
      const why = caught instanceof Error ? caught.message : String(caught);
      log.warn({ sessionId: session.id, why }, 'worktree could not be removed');
      return { worktree: 'kept', note: `worktree kept: it could not be removed (${why})` };
    }
  }

  function failMessages(id: SessionId): void {
    for (let message = store.messages.next(id); message !== null; message = store.messages.next(id)) {
      store.messages.update(message.id, { state: 'failed', reason: 'the session was killed' });
      faults.passed('kill.message');
    }
  }

  return {
    async kill(id: SessionId): Promise<Killed> {
      return await context.sessionLocks.run(id, async () => {
        const session = requireSession(store, id);
        if (session.phase === 'terminated') {
          const state = await workspace.state(session.workspace);
          const marked = session.killRequestedAtMs !== null && session.endReason === 'killed' ? session : markKilled(session);
          return { session: marked, worktree: state === 'present' ? 'kept' : 'missing', note: marked.endDetail };
        }
        const intended =
          session.killRequestedAtMs !== null
            ? session
            : store.sessions.update(
                id,
                { killRequestedAtMs: clock.nowMs(), parked: false },
                { kind: 'kill-requested', reason: 'asked for by the user' },
              );
        faults.passed('kill.intent');
        try {
          return await finish(intended);
        } catch (caught) {
          throw finishedLater(intended, toAppError(caught));
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

export type Kill = ReturnType<typeof createKill>;

function finishedLater({ id }: Session, failure: AppError): AppError {
  const message = `The kill of ${id} is noted but not finished yet: ${failure.message} It is finished by itself, and ${id} never comes back.`;
  return new AppError({ code: failure.code, message, hint: `Look again with \`ao get ${id}\`.` }, { cause: failure });
}
