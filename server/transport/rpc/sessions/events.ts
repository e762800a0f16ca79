import { sessionGetInput } from '../../../contract/session.ts';
import { toEventView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const listSessionEvents = procedure
  .input(sessionGetInput)
  .query(({ ctx, input }) => ctx.services.sessions.events(input.id).map(toEventView));
