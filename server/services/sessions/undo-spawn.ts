/**
 * Undoes a spawn, wherever it stopped: runtime, worktree and branch, row, in this order and each of it idempotent, so that a
 * crash in the middle repeats safely. Work somebody left in the worktree is captured before the worktree goes (I11), and the
 * prompt stays in the event log.
 */
import type { Session } from '../../core/session/session.ts';
import type { SessionContext } from './context.ts';
import { requireSession } from './find.ts';

type Deps = Pick<SessionContext, 'store' | 'runtime' | 'workspace' | 'faults' | 'log' | 'looks'>;

/**
 * Resolves to the ref that uncommitted work was captured to, if there was any. Rejects with `RUNTIME_UNAVAILABLE` when the host
 * does not answer; the row then stays `spawning` and is settled later.
 */
export async function undoSpawn(deps: Deps, { id }: Session, why: string): Promise<string | null> {
  // Read anew: where its name was held by a foreign runtime the session has taken another since.
  const session = requireSession(deps.store, id);
  // The fence first: a create that is still in a stopped host's queue must find nothing to launch.
  await deps.runtime.revoke(session.launchId);
  deps.faults.passed('spawn.undo.fenced');
  await deps.runtime.destroy(session.runtimeHandle, session.launchId);
  deps.faults.passed('spawn.undo.runtime');
  const preservedRef = await deps.workspace.undo(session.workspace, session.id);
  deps.faults.passed('spawn.undo.worktree');
  deps.store.sessions.remove(session.id, {
    kind: 'spawn-undone',
    reason: why,
    data: { prompt: session.prompt, command: session.command, preservedRef },
  });
  deps.looks.forget(session.id);
  deps.log.warn({ sessionId: session.id, why, preservedRef }, 'spawn undone');
  deps.faults.passed('spawn.undo.row');
  return preservedRef;
}
