/** `ao send`: puts a message into a session's queue. The key is made here, so that a broken answer can be asked again. */
import { randomUUID } from 'node:crypto';
import { MESSAGE_MAX_BYTES } from '../../contract/session.ts';
import { AppError } from '../../core/errors.ts';
import { connect, fromClientError } from '../client.ts';
import { type CliContext, readText, type VerbResult } from '../context.ts';

export async function send(
  context: CliContext,
  message: { readonly id: string; readonly text: string },
  options: { readonly key: string | undefined },
): Promise<VerbResult> {
  const text = await readText(message.text, context);
  const bytes = Buffer.byteLength(text);
  if (bytes > MESSAGE_MAX_BYTES) {
    throw new AppError({
      code: 'MESSAGE_TOO_LONG',
      message: `The message has ${bytes} bytes; at most ${MESSAGE_MAX_BYTES} are accepted.`,
      hint: 'Put the long part into a file of the worktree and name that file in the message.',
    });
  }
  const key = options.key ?? randomUUID();
  const api = await connect(context);
  try {
    const sent = await api.sessions.send.mutate({ id: message.id, text, key });
    return { value: sent, text: `${sent.state}: ${sent.messageId}${sent.reason === null ? '' : ` (${sent.reason})`}` };
  } catch (caught) {
    const error = fromClientError(caught);
    if (error?.code !== 'DAEMON_UNHEALTHY') throw caught;
    throw new AppError(
      { code: error.code, message: error.message, hint: `Send it again with \`--key ${key}\`: it is then delivered once.` },
      { cause: caught },
    );
  }
}
