import { sessionGetInput } from '../../../contract/session.ts';
import { toSessionDirt } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const getSessionDirt = procedure
  .input(sessionGetInput)
  .query(async ({ ctx, input }) => toSessionDirt(await ctx.services.sessions.dirt(input.id)));
