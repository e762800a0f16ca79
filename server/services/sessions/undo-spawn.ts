/**
 * Undoes a spawn, wherever it stopped: runtime, worktree and branch, row, in this order and each of it idempotent, so that a
 * crash in the middle repeats safely. Work somebody left in the worktree is captured before the worktree goes (I11), and the
 * prompt stays in the event log.
 */
import type { Session } from '../../core/session/session.ts';
import type { Undone } from '../../ports/workspace.ts';
import type { SessionContext } from './context.ts';
import { requireSession } from './find.ts';

type Deps = Pick<SessionContext, 'store' | 'runtime' | 'workspace' | 'faults' | 'log' | 'looks'>;

/**
 * Resolves to where uncommitted work was put, if there was any. Rejects with `RUNTIME_UNAVAILABLE` when the host does not
 * answer; the row then stays `spawning` and is settled later.
 */
export async function undoSpawn(deps: Deps, { id }: Session, why: string): Promise<Undone> {
  // Read anew: where its name was held by a foreign runtime the session has taken another since.
  const session = requireSession(deps.store, id);
  // The fence first: a create that is still in a stopped host's queue must find nothing to launch.
  await deps.runtime.revoke(session.launchId);
  deps.faults.passed('spawn.undo.fenced');
  await deps.runtime.destroy(session.runtimeHandle, session.launchId);
  deps.faults.passed('spawn.undo.runtime');
  const preservedRef = (await captureWork(deps, session)) ?? session.preservedRef;
  deps.faults.passed('spawn.undo.captured');
  const disposable = deps.store.projects.get(session.projectId)?.disposable ?? [];
  const undone = await deps.workspace.undo(session.workspace, { sessionId: session.id, disposable });
  deps.faults.passed('spawn.undo.worktree');
  const kept = { ...undone, preservedRef: undone.preservedRef ?? preservedRef };
  deps.store.sessions.remove(session.id, {
    kind: 'spawn-undone',
    reason: why,
    data: { prompt: session.prompt, command: session.command, ...kept },
  });
  deps.looks.forget(session.id);
  deps.log.warn({ sessionId: session.id, why, ...kept }, 'spawn undone');
  deps.faults.passed('spawn.undo.row');
  return kept;
}

/** Where it was put is written down before the worktree goes: a crash in between must not leave a ref that nobody knows of. */
async function captureWork({ store, workspace, faults }: Deps, session: Session): Promise<string | null> {
  const ref = await workspace.capture(session.workspace, session.id);
  faults.passed('spawn.undo.ref');
  if (ref !== null && ref !== session.preservedRef)
    store.sessions.update(session.id, { preservedRef: ref }, { kind: 'captured', reason: 'before its worktree is removed', data: { ref } });
  return ref;
}

/** The sentence for whoever asked for the spawn; empty where nothing was kept. */
export function describeUndone({ preservedRef, movedTo }: Undone): string {
  const ref = preservedRef === null ? '' : ` What was uncommitted in its worktree is kept as ${preservedRef}.`;
  return movedTo === null ? ref : `${ref} Its worktree held ignored files and is kept as ${movedTo}.`;
}
