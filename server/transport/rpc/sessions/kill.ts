import { sessionGetInput } from '../../../contract/session.ts';
import { toKillResult } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const killSession = procedure
  .input(sessionGetInput)
  .mutation(async ({ ctx, input }) => toKillResult(await ctx.services.sessions.kill(input.id)));
