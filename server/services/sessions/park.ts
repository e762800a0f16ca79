/**
 * Park: the explicit save-and-end of live sessions, and their return. Intent first, durable, so that a crash finishes it; then the
 * runtime; the worktree stays. The flag is consumed where a session is marked live, so that it brings a session back once.
 */
import type { LaunchDecision } from '../../core/agent/capabilities.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { SessionContext } from './context.ts';
import { endRuntime } from './end-runtime.ts';
import { requireProject, requireSession } from './find.ts';
import type { Recover, Recovered } from './recover.ts';
import { beingKilled, beingStarted } from './recover-refusals.ts';

export function createPark(context: SessionContext, recover: Pick<Recover, 'decide' | 'locked' | 'restoreTerminated'>) {
  const { store, faults, log } = context;
  /** Those parked while this daemon runs: the next one brings them back, this one only when it is told to. */
  const here = new Set<SessionId>();

  /** The caller holds the session's lock. Resolves to one that is not parked where a kill or a successor came upon it. */
  async function finish(session: Session): Promise<Session> {
    await endRuntime(context, session, { fenced: 'park.fenced', ended: 'park.runtime' });
    // Neither waits for the lock, and both take the wish back. What is left is a kill's: worktree, slot, the end.
    const now = requireSession(store, session.id);
    if (!now.parked) return now;
    const parked = store.sessions.update(
      session.id,
      {
        phase: 'terminated',
        endReason: null,
        endDetail: null,
        slot: null,
        exit: null,
        recovery: null,
        activity: 'unknown',
        activitySource: 'none',
        attention: null,
      },
      { kind: 'parked', reason: 'asked for by the user' },
    );
    context.looks.forget(session.id);
    log.info({ sessionId: session.id }, 'session parked');
    faults.passed('park.terminated');
    return parked;
  }

  /** Only what runs and would come back: parking anything else would be a kill by another name. */
  async function assertParkable(session: Session): Promise<void> {
    if (session.phase === 'spawning') throw beingStarted(session);
    if (session.killRequestedAtMs !== null) throw beingKilled(session);
    if (session.phase === 'terminated' || session.exit !== null) throw notRunning(session);
    const decision = await recover.decide(session, requireProject(store, session.projectId));
    if (decision.kind === 'refuse') throw wouldNotComeBack(session, decision);
  }

  return {
    here: here as ReadonlySet<SessionId>,
    finish,

    async park(id: SessionId): Promise<Session> {
      return await context.sessionLocks.run(id, async () => {
        const session = requireSession(store, id);
        if (session.phase === 'terminated' && session.parked) return session;
        await assertParkable(session);
        here.add(id);
        // Asked for once more in the same step as it is written: a kill does not wait for the lock.
        if (requireSession(store, id).killRequestedAtMs !== null) throw beingKilled(session);
        const intended = store.sessions.update(id, { parked: true }, { kind: 'park-requested', reason: 'asked for by the user' });
        faults.passed('park.intent');
        const finished = await finish(intended).catch((caught: unknown) => {
          throw finishedLater(intended, toAppError(caught));
        });
        if (!finished.parked) throw beingKilled(finished);
        return finished;
      });
    },

    async unpark(id: SessionId): Promise<Recovered> {
      // One hold for both steps: a kill in between would be undone.
      return await recover.locked(id, async (session) => {
        if (!session.parked) throw notParked(session);
        const finished = session.phase === 'live' ? await finish(session) : session;
        if (!finished.parked) throw beingKilled(finished);
        return await recover.restoreTerminated(finished);
      });
    },
  };
}

export type Park = ReturnType<typeof createPark>;

function finishedLater({ id }: Session, failure: AppError): AppError {
  const message = `${id} is being parked, which is not finished yet: ${failure.message} It is finished by itself.`;
  return new AppError({ code: failure.code, message, hint: `Look again with \`ao get ${id}\`.` }, { cause: failure });
}

function notRunning({ id, phase }: Session): AppError {
  return new AppError({
    code: 'SESSION_NOT_LIVE',
    message: `${id} does not run (${phase === 'terminated' ? 'it is terminated' : 'its agent has exited'}), so there is nothing to park.`,
    hint: `See it with \`ao get ${id}\`.`,
  });
}

function notParked({ id }: Session): AppError {
  return new AppError({
    code: 'SESSION_NOT_LIVE',
    message: `${id} is not parked.`,
    hint: `See it with \`ao get ${id}\`; \`ao restore ${id}\` brings a terminated one back.`,
  });
}

function wouldNotComeBack({ id }: Session, { why }: Extract<LaunchDecision, { kind: 'refuse' }>): AppError {
  return new AppError({
    code: 'SESSION_NOT_RESUMABLE',
    message: `${id} was not parked, since it could not be brought back: ${why}.`,
    hint: `It runs on; end it for good with \`ao kill ${id}\`.`,
  });
}
