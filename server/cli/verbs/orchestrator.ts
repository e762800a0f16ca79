import { AppError } from '../../core/errors.ts';
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { describeSession } from '../describe.ts';

export type EnsureOptions = { readonly project: string; readonly clean: boolean; readonly agent?: string; readonly command?: string };

export async function ensureOrchestrator(context: CliContext, { project, clean, agent, command }: EnsureOptions): Promise<VerbResult> {
  if (clean) {
    throw new AppError({
      code: 'NOT_IMPLEMENTED',
      message: 'A clean replacement (--clean) is not there yet: it needs a job that survives a crash half way.',
      hint: `Without it you get the orchestrator that is there: \`ao orchestrator ensure --project ${project}\`.`,
    });
  }
  const result = await (await connect(context)).orchestrator.ensure.mutate({ projectId: project, agent, command });
  return { value: result, text: `${result.created ? 'Created' : 'Already there'}.\n${describeSession(result.session)}` };
}
