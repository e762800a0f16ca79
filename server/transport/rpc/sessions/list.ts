import { sessionListInput } from '../../../contract/session.ts';
import { toSessionView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const listSessions = procedure
  .input(sessionListInput.default({ all: false }))
  .query(({ ctx, input }) =>
    ctx.services.sessions.list({ projectId: input.projectId ?? null, which: input.all ? 'all' : 'not_terminated' }).map(toSessionView),
  );
