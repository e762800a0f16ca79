import { sessionSendInput } from '../../../contract/session.ts';
import { toMessageView } from '../../views.ts';
import { assertMessageLength } from '../limits.ts';
import { procedure } from '../trpc.ts';

export const sendMessage = procedure.input(sessionSendInput).mutation(({ ctx, input }) => {
  assertMessageLength(input.text);
  return toMessageView(ctx.services.sessions.send(input.id, { text: input.text, key: input.key ?? null }));
});
