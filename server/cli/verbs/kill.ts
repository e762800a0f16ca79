import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';

export async function kill(context: CliContext, id: string): Promise<VerbResult> {
  const session = await (await connect(context)).sessions.kill.mutate({ id });
  const worktree = {
    removed: 'its worktree is removed',
    missing: 'its worktree was gone already',
    kept: `its worktree is kept: ${session.workspacePath}`,
  }[session.worktree];
  const note = session.worktreeNote === null ? '' : ` (${session.worktreeNote})`;
  return { value: session, text: `Killed ${session.id}; ${worktree}${note}. The branch ${session.branch} stays.` };
}
