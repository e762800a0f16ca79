import { sessionSpawnInput } from '../../../contract/session.ts';
import { toSessionView } from '../../views.ts';
import { assertPromptLength } from '../limits.ts';
import { procedure } from '../trpc.ts';

export const spawnSession = procedure.input(sessionSpawnInput).mutation(async ({ ctx, input }) => {
  if (input.prompt !== undefined) assertPromptLength(input.prompt);
  const { projectId, agent = null, command = null, prompt = null, title = null, branch = null } = input;
  return toSessionView(await ctx.services.sessions.spawn({ projectId, agent, command, prompt, title, branch }));
});
