/** What a user is told of captured work that was not put back. Pure. */
import type { Session } from '../../core/session/session.ts';

export function conflictNote({ workspace }: Pick<Session, 'workspace'>, ref: string): string {
  const see = `git -C ${workspace.repository} diff ${ref}^1 ${ref}`;
  return `Its captured work conflicts with what its worktree has now, which was left as it is; the work stays in ${ref}: \`${see}\`.`;
}

export function missingNote(ref: string): string {
  return `Its captured work was in ${ref}, which is not in the repository any more.`;
}
