import { orchestratorEnsureInput } from '../../../contract/session.ts';
import { toEnsureResult } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const ensureOrchestrator = procedure.input(orchestratorEnsureInput).mutation(async ({ ctx, input }) => {
  const { projectId, clean, agent = null, command = null } = input;
  return toEnsureResult(await ctx.services.orchestrator.ensure({ projectId, mode: clean ? 'clean' : 'keep', agent, command }));
});
