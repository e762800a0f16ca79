/**
 * "Ensure orchestrator": idempotent on the server (I3). One per project at a time passes here, so check and spawn are one
 * step; the unique slot in the database is the second lock. Never mints a new id while one can come back.
 */
import { AppError, isAppError } from '../../core/errors.ts';
import type { ProjectId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { EnsureRequest } from '../../ports/app-services.ts';
import type { SessionContext } from './context.ts';
import { currentOrchestrator, recoverableOrchestrators, requireProject, requireSession } from './find.ts';
import type { Kill } from './kill.ts';
import type { Recover } from './recover.ts';
import type { Spawn } from './spawn.ts';

export type Ensured = { readonly session: Session; readonly created: boolean };

type Parts = {
  readonly spawn: Spawn;
  readonly kill: Kill;
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

  return async function ensureOrchestrator(request: EnsureRequest): Promise<Ensured> {
    requireProject(store, request.projectId);
    if (request.mode === 'clean') {
      throw new AppError({
        code: 'NOT_IMPLEMENTED',
        message: 'A clean replacement needs a durable job that does not exist yet, and half of one could leave you with none or two.',
        hint: `Use \`ao kill ${request.projectId}/orchestrator\`, then \`ao orchestrator ensure --project ${request.projectId}\`.`,
      });
    }
    return await context.projectLocks.run(request.projectId, async () => {
      const found = await existing(request.projectId);
      if (found !== null) return { session: found, created: false };
      const order = {
        projectId: request.projectId,
        agent: request.agent,
        command: request.command,
        prompt: null,
        title: null,
        branch: null,
      };
      return { session: await parts.spawn.spawn({ ...order, kind: 'orchestrator' }), created: true };
    });
  };
}
