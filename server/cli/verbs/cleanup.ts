import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { formatTable } from '../table.ts';

export async function cleanup(context: CliContext, { dryRun }: { readonly dryRun: boolean }): Promise<VerbResult> {
  const value = await (await connect(context)).sessions.cleanup.mutate({ dryRun });
  if (value.length === 0) return { value, text: 'No ended session has a worktree.' };
  const outcome = { removed: 'removed', removable: 'would be removed', kept: 'kept' };
  const rows = value.map((item) => [item.id, outcome[item.outcome], item.path, item.why ?? `the branch ${item.branch} stays`]);
  return { value, text: formatTable(['ID', 'WORKTREE', 'PATH', 'WHY'], rows) };
}
