/**
 * "Ensure orchestrator": idempotent on the server (I3). One per project at a time passes here, so check and spawn are one
 * step; the unique slot in the database is the second lock. Never mints a new id while one can come back.
 */
import { AppError } from '../../core/errors.ts';
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
      const recovered = await parts.recover.recoverLive(session);
      return recovered === 'alive' ? requireSession(store, session.id) : recovered.session;
    });
  }

  async function restoreNewest(request: EnsureRequest): Promise<Session | null> {
    const newest = recoverableOrchestrators(store, request.projectId)[0];
    if (newest === undefined) return null;
    return await context.sessionLocks.run(
      newest.id,
      async () => (await parts.recover.restoreTerminated(requireSession(store, newest.id))).session,
    );
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
      for (let held = currentOrchestrator(store, request.projectId); held !== null; held = currentOrchestrator(store, request.projectId)) {
        const settled = await settleCurrent(held);
        if (settled !== null) return { session: settled, created: false };
      }
      const restored = await restoreNewest(request);
      if (restored !== null) return { session: restored, created: false };
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
