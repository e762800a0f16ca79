/** Lengths in bytes, which a schema's character counts cannot say. */
import { MESSAGE_MAX_BYTES, PROMPT_MAX_BYTES } from '../../contract/session.ts';
import { AppError } from '../../core/errors.ts';

export function assertPromptLength(prompt: string): void {
  const bytes = Buffer.byteLength(prompt);
  if (bytes <= PROMPT_MAX_BYTES) return;
  throw new AppError({
    code: 'PROMPT_TOO_LONG',
    message: `The prompt has ${bytes} bytes; at most ${PROMPT_MAX_BYTES} are accepted.`,
    hint: 'Put the long part into a file of the repository and name that file in the prompt.',
  });
}

export function assertMessageLength(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MESSAGE_MAX_BYTES) return;
  throw new AppError({
    code: 'MESSAGE_TOO_LONG',
    message: `The message has ${bytes} bytes; at most ${MESSAGE_MAX_BYTES} are accepted.`,
    hint: 'Put the long part into a file of the worktree and name that file in the message.',
  });
}
