import { sessionGetInput } from '../../../contract/session.ts';
import { toMessageView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const listMessages = procedure
  .input(sessionGetInput)
  .query(({ ctx, input }) => ctx.services.sessions.messages(input.id).map(toMessageView));
