/**
 * Clean-up: worktrees of ended sessions go, if they are clean; the others are kept and named with the reason. Branches stay. A
 * parked session is not an ended one. Removing is one effect that can be repeated, so a crash leaves nothing half done.
 */
import type { SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { CleanedWorktree } from '../../ports/app-services.ts';
import type { SessionContext } from './context.ts';

export function createCleanup(context: SessionContext) {
  const { store, workspace, faults, log } = context;

  async function look(session: Session, mode: 'dry run' | 'remove'): Promise<Pick<CleanedWorktree, 'outcome' | 'why'> | null> {
    const state = await workspace.state(session.workspace);
    if (state === 'missing') return null;
    if (state === 'unknown') return { outcome: 'kept', why: 'it cannot be looked at now' };
    const waiting = store.sessions.list().filter((other) => other.phase !== 'terminated' || other.parked);
    const user = waiting.find((other) => other.workspace.path === session.workspace.path);
    if (user !== undefined) return { outcome: 'kept', why: `${user.id} works in it` };
    const disposable = store.projects.get(session.projectId)?.disposable ?? [];
    const act = mode === 'remove' ? workspace.removeClean : workspace.judgeRemoval;
    const outcome = await act(session.workspace, disposable);
    if (outcome.kind === 'kept') return { outcome: 'kept', why: outcome.why };
    return { outcome: mode === 'remove' ? 'removed' : 'removable', why: null };
  }

  function noteRemoved(session: Session): void {
    faults.passed('cleanup.worktree');
    // What the kill said of the worktree is not true any more.
    const endDetail = session.endDetail?.startsWith('worktree kept') === true ? null : session.endDetail;
    store.sessions.update(session.id, { endDetail }, { kind: 'cleaned-up', reason: 'asked for by the user; its worktree was clean' });
    faults.passed('cleanup.noted');
    log.info({ sessionId: session.id, path: session.workspace.path }, 'worktree of an ended session removed');
  }

  /** `null` where there is nothing to clean up, or not any more. */
  async function clean(id: SessionId, mode: 'dry run' | 'remove'): Promise<CleanedWorktree | null> {
    return await context.sessionLocks.run(id, async () => {
      const session = store.sessions.get(id);
      if (session === null || session.phase !== 'terminated' || session.parked) return null;
      const found = await look(session, mode);
      if (found === null) return null;
      if (found.outcome === 'removed') noteRemoved(session);
      return { id, path: session.workspace.path, branch: session.workspace.branch, ...found };
    });
  }

  return async function cleanup(mode: 'dry run' | 'remove'): Promise<readonly CleanedWorktree[]> {
    const found: CleanedWorktree[] = [];
    for (const { id } of store.sessions.list({ phases: ['terminated'] })) {
      const cleaned = await clean(id, mode);
      if (cleaned !== null) found.push(cleaned);
    }
    return found;
  };
}

export type Cleanup = ReturnType<typeof createCleanup>;
