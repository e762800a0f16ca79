/** Pages of a terminal's history for a tab: parses what it asks for and answers, a few at a time. */
import { type TerminalHistory, terminalHistorySchema } from '../../contract/socket.ts';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { TerminalHistories } from '../../ports/terminal.ts';
import { onMessage, type TabSocket } from './tab-socket.ts';
import { parse } from './terminal.ts';

/** A tab asks for one page after the other, in each terminal that somebody reads back in. */
export const MAX_PAGES_AT_ONCE = 4;

export function registerHistoryHandler(deps: {
  readonly socket: TabSocket;
  readonly histories: TerminalHistories;
  readonly log: Log;
}): void {
  let reading = 0;
  onMessage(deps.socket, 'terminal.history', {
    log: deps.log,
    async handle({ input, answer }) {
      const { session, ...range } = parse(terminalHistorySchema, input);
      if (reading >= MAX_PAGES_AT_ONCE) throw tooMany();
      reading += 1;
      try {
        answer({ ok: true, value: (await deps.histories.read(session, range)) satisfies TerminalHistory });
      } finally {
        reading -= 1;
      }
    },
  });
}

function tooMany(): AppError {
  return new AppError({
    code: 'TOO_MANY_REQUESTS',
    message: `${MAX_PAGES_AT_ONCE} pages of history are being read for this tab already.`,
    hint: 'Ask again when one of them has come.',
  });
}
