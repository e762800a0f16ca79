import { sessionLogsInput } from '../../../contract/session.ts';
import { procedure } from '../trpc.ts';

export const readSessionLogs = procedure.input(sessionLogsInput).query(async ({ ctx, input }) => {
  const { id, text } = await ctx.services.sessions.logs(input.id, { lines: input.lines });
  return { id: id as string, text };
});
