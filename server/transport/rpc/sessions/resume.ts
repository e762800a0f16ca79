import { sessionGetInput } from '../../../contract/session.ts';
import { toRecoveryResult } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const resumeSession = procedure
  .input(sessionGetInput)
  .mutation(async ({ ctx, input }) => toRecoveryResult(await ctx.services.sessions.resume(input.id)));
