import { agentListInput } from '../../../contract/agent.ts';
import { toAgentView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const listAgents = procedure
  .input(agentListInput.default({}))
  .query(async ({ ctx, input }) => (await ctx.services.agents.list(input.projectId ?? null)).map(toAgentView));
