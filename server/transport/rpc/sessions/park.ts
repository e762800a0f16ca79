import { sessionManyInput } from '../../../contract/session.ts';
import { toParkResult } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const parkSessions = procedure
  .input(sessionManyInput)
  .mutation(async ({ ctx, input }) => toParkResult(await ctx.services.sessions.park(input.ids ?? null)));
