import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { describeSession } from '../describe.ts';

export type EnsureOptions = { readonly project: string; readonly clean: boolean; readonly agent?: string; readonly command?: string };

export async function ensureOrchestrator(context: CliContext, { project, clean, agent, command }: EnsureOptions): Promise<VerbResult> {
  const result = await (await connect(context)).orchestrator.ensure.mutate({ projectId: project, clean, agent, command });
  return { value: result, text: `${result.created ? 'Created' : 'Already there'}.\n${describeSession(result.session)}` };
}
