import { sessionRenameInput } from '../../../contract/session.ts';
import { toSessionView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const renameSession = procedure
  .input(sessionRenameInput)
  .mutation(({ ctx, input }) => toSessionView(ctx.services.sessions.rename(input.id, input.title)));
