/**
 * "Ensure orchestrator": idempotent on the server (I3). One per project at a time passes here, so check and spawn are one
 * step; the unique slot in the database is the second lock. Never mints a new id while one can come back.
 *
 * A clean one is a job that its successor's row carries (`succession.ts`): the lock is held only to begin it, the one there is
 * answers meanwhile, and whatever ends the daemon or the request, reconcile finishes or undoes it from the rows.
 */
import { isAppError, toAppError } from '../../core/errors.ts';
import type { ProjectId, SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { EnsureRequest } from '../../ports/app-services.ts';
import type { SessionContext } from './context.ts';
import { currentOrchestrator, recoverableOrchestrators, requireProject, requireSession } from './find.ts';
import type { Kill } from './kill.ts';
import type { Park } from './park.ts';
import type { Recover } from './recover.ts';
import type { Spawn, SpawnOrder } from './spawn.ts';
import { holdersOf } from './succession.ts';

export type Ensured = { readonly session: Session; readonly created: boolean };

type Parts = {
  readonly spawn: Spawn;
  readonly kill: Kill;
  readonly park: Pick<Park, 'finish'>;
  readonly recover: Recover;
  /** Finishes or undoes a spawn that a crash cut off; rejects with `RUNTIME_UNAVAILABLE` when neither can be decided. */
  readonly settleSpawn: (session: Session) => Promise<void>;
};

export function createEnsureOrchestrator(context: SessionContext, parts: Parts) {
  const { store } = context;

  async function settleCurrent(held: Session): Promise<Session | null> {
    return await context.sessionLocks.run(held.id, async () => {
      // It may have changed while its lock was waited for.
      const session = store.sessions.get(held.id);
      if (session === null || session.phase === 'terminated') return null;
      if (session.killRequestedAtMs !== null) {
        await parts.kill.finish(session);
        return null;
      }
      if (session.phase === 'spawning') {
        await parts.settleSpawn(session);
        return null;
      }
      if (session.parked) {
        await parts.park.finish(session);
        return null;
      }
      // "Cannot tell" is not "dead": the one there is stays the one.
      if (context.looks.get(session.id).state === 'unknown') return session;
      try {
        await parts.recover.recoverLive(session);
      } catch (caught) {
        // Nor is "being settled": the next look decides, and it is this one either way.
        if (!isAppError(caught, 'RUNTIME_UNAVAILABLE') && !isAppError(caught, 'SESSION_BUSY')) throw caught;
      }
      return requireSession(store, session.id);
    });
  }

  async function restoreNewest(newest: Session): Promise<Session | null> {
    return await context.sessionLocks.run(newest.id, async () => {
      // It may have been killed, or brought back, while its lock was waited for.
      const stillIs = recoverableOrchestrators(store, newest.projectId).some(({ id }) => id === newest.id);
      return stillIs ? (await parts.recover.restoreTerminated(requireSession(store, newest.id))).session : null;
    });
  }

  /** The one there is, or the newest that may come back; `null` where neither is. */
  async function existing(projectId: ProjectId): Promise<Session | null> {
    for (;;) {
      const held = currentOrchestrator(store, projectId);
      const newest = held ?? recoverableOrchestrators(store, projectId)[0];
      if (newest === undefined) return null;
      const settled = held === null ? await restoreNewest(newest) : await settleCurrent(held);
      if (settled !== null) return settled;
    }
  }

  const orderOf = ({ projectId, agent, command }: EnsureRequest, replaces: SessionId | null): SpawnOrder => {
    const rest = { prompt: null, title: null, branch: null };
    return { projectId, agent, command, replaces, kind: 'orchestrator', ...rest };
  };

  async function keep(request: EnsureRequest): Promise<Ensured> {
    return await context.projectLocks.run(request.projectId, async () => {
      const found = await existing(request.projectId);
      if (found !== null) return { session: found, created: false };
      return { session: await parts.spawn.spawn(orderOf(request, null)), created: true };
    });
  }

  /** The successor with its row written, or the one of a job that is half done already. */
  async function beginReplacement(request: EnsureRequest): Promise<{ readonly live: Promise<Session> }> {
    for (;;) {
      const { current, successor } = holdersOf(store, request.projectId);
      const unsettled = successor ?? (current?.phase === 'spawning' ? current : null);
      if (unsettled === null) {
        const replaces = current ?? recoverableOrchestrators(store, request.projectId)[0] ?? null;
        return await parts.spawn.begin(orderOf(request, replaces?.id ?? null));
      }
      const settled = await settleCurrent(unsettled);
      if (settled !== null && settled.id === successor?.id) return { live: Promise.resolve(settled) };
    }
  }

  /** What is left once the successor is live. Where the old one cannot be ended now, reconcile ends it. */
  async function retireReplaced({ replaces }: Session): Promise<void> {
    if (replaces === null) return;
    await context.sessionLocks.run(replaces, async () => {
      const old = store.sessions.get(replaces);
      if (old === null || old.phase === 'terminated' || old.killRequestedAtMs === null) return;
      try {
        await parts.kill.finish(old);
      } catch (caught) {
        context.log.warn({ sessionId: old.id, error: toAppError(caught).message }, 'the replaced orchestrator is ended later');
      }
    });
  }

  async function replace(request: EnsureRequest): Promise<Ensured> {
    const begun = await context.projectLocks.run(request.projectId, () => beginReplacement(request));
    const successor = await begun.live;
    await retireReplaced(successor);
    return { session: requireSession(store, successor.id), created: true };
  }

  const replacements = new Map<ProjectId, Promise<Ensured>>();

  /** Whoever asks while one is under way gets that one: two that ask at once both want one fresh orchestrator. */
  async function replaceOnce(request: EnsureRequest): Promise<Ensured> {
    const under = replacements.get(request.projectId);
    if (under !== undefined) return await under;
    const mine = replace(request);
    replacements.set(request.projectId, mine);
    try {
      return await mine;
    } finally {
      replacements.delete(request.projectId);
    }
  }

  return async function ensureOrchestrator(request: EnsureRequest): Promise<Ensured> {
    requireProject(store, request.projectId);
    return request.mode === 'clean' ? await replaceOnce(request) : await keep(request);
  };
}
