import { sessionGetInput } from '../../../contract/session.ts';
import { toSessionView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const getSession = procedure.input(sessionGetInput).query(({ ctx, input }) => toSessionView(ctx.services.sessions.get(input.id)));
