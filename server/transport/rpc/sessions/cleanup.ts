import { type CleanupResult, sessionCleanupInput } from '../../../contract/session.ts';
import { procedure } from '../trpc.ts';

export const cleanUpSessions = procedure
  .input(sessionCleanupInput)
  .mutation(
    async ({ ctx, input }): Promise<CleanupResult> => [...(await ctx.services.sessions.cleanup(input.dryRun ? 'dry run' : 'remove'))],
  );
