/**
 * The terminals of one tab: parses what it sends, hands it to the hub, and sends what its viewers get. Lets go of all of them when
 * the connection ends. Decides nothing about sizes, windows or order.
 */
import type { z } from 'zod';
import {
  type TabToServer,
  TERMINAL_LIMITS,
  type TerminalAttached,
  terminalAckSchema,
  terminalAttachSchema,
  terminalDetachSchema,
  terminalInputSchema,
  terminalKeyboardSchema,
  terminalResizeSchema,
} from '../../contract/socket.ts';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { TerminalService, TerminalSink, TerminalViewer } from '../../ports/terminal.ts';
import { type Message, onMessage, type TabSocket } from './tab-socket.ts';

/** One a pane, and more panes than a screen has. */
export const MAX_ATTACHES = 32;

export type TerminalHandlerDeps = { readonly socket: TabSocket; readonly terminals: TerminalService; readonly log: Log };

export function registerTerminalHandlers({ socket, terminals, log }: TerminalHandlerDeps): void {
  const viewers = new Map<string, TerminalViewer>();
  let opening = 0;
  let state: 'connected' | 'gone' = 'connected';

  function hear<Schema extends z.ZodType>(
    event: Exclude<keyof TabToServer, 'goodbye' | 'feed.subscribe'>,
    schema: Schema,
    handle: (input: z.output<Schema>, answer: Message['answer']) => void | Promise<void>,
  ): void {
    onMessage(socket, event, { log, handle: ({ input, answer }) => handle(parse(schema, input), answer) });
  }

  /** The id is known only once the viewer is there, and nothing is sent before it has begun. */
  function sinkOf(attachId: () => string): TerminalSink {
    return {
      output: (kind, data) => void socket.emit('terminal.output', { attachId: attachId(), kind, data }),
      watchers: (watchers) => void socket.emit('terminal.watchers', { attachId: attachId(), ...watchers }),
      sized: (size) => void socket.emit('terminal.sized', { attachId: attachId(), ...size }),
      ended({ why, exitCode }) {
        viewers.delete(attachId());
        socket.emit('terminal.ended', { attachId: attachId(), why, exitCode });
      },
    };
  }

  async function attach(input: z.output<typeof terminalAttachSchema>, answer: Message['answer']): Promise<void> {
    if (viewers.size + opening >= MAX_ATTACHES) throw tooMany();
    const { session, cols, rows, visible, access, sized } = input;
    const { key, name, device } = socket.data;
    const who = { key, name, place: device === null ? 'terminal' : 'browser' } as const;
    let id = '';
    let viewer: TerminalViewer;
    opening += 1;
    try {
      viewer = await terminals.view(
        { session, size: { cols, rows }, visibility: visible ? 'visible' : 'hidden', access, who, had: sized ? 'the size' : 'nothing' },
        sinkOf(() => id),
      );
    } finally {
      opening -= 1;
    }
    if (isGone()) return viewer.detach();
    id = viewer.attachId;
    viewers.set(id, viewer);
    answer({ ok: true, value: { attachId: id, sessionId: viewer.sessionId, ...viewer.size } satisfies TerminalAttached });
    viewer.begin();
  }

  const isGone = (): boolean => state === 'gone';

  hear('terminal.attach', terminalAttachSchema, attach);
  hear('terminal.input', terminalInputSchema, async ({ attachId, seq, data }, answer) => {
    if (data.length > TERMINAL_LIMITS.maxInputBytes) throw tooLong(data.length);
    const viewer = viewers.get(attachId);
    if (viewer === undefined) throw notAttached();
    await viewer.input(seq, data);
    answer({ ok: true, value: { seq } });
  });
  // What comes late, for one that has ended meanwhile, is no mistake.
  hear('terminal.resize', terminalResizeSchema, ({ attachId, cols, rows, visible }) =>
    viewers.get(attachId)?.resize({ cols, rows }, visible ? 'visible' : 'hidden'),
  );
  hear('terminal.ack', terminalAckSchema, ({ attachId, bytes }) => viewers.get(attachId)?.ack(bytes));
  hear('terminal.keyboard', terminalKeyboardSchema, ({ attachId, word }) => viewers.get(attachId)?.keyboard(word));
  hear('terminal.detach', terminalDetachSchema, ({ attachId }) => {
    viewers.get(attachId)?.detach();
    viewers.delete(attachId);
  });
  socket.on('disconnect', () => {
    state = 'gone';
    for (const viewer of viewers.values()) viewer.detach();
    viewers.clear();
  });
}

export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.slice(0, 5).map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new AppError({ code: 'BAD_INPUT', message: `The message is not accepted: ${why.join('; ')}.`, hint: 'Reload the page.' });
}

function tooMany(): AppError {
  return new AppError({
    code: 'TOO_MANY_REQUESTS',
    message: `This tab shows ${MAX_ATTACHES} terminals already.`,
    hint: 'Close some of them, or open another tab.',
  });
}

function tooLong(bytes: number): AppError {
  return new AppError({
    code: 'BAD_INPUT',
    message: `Nothing was typed: ${bytes} bytes came at once and ${TERMINAL_LIMITS.maxInputBytes} may.`,
    hint: 'Send it in several pieces, in order.',
  });
}

function notAttached(): AppError {
  return new AppError({
    code: 'SESSION_NOT_LIVE',
    message: 'Nothing was typed: this view of the terminal has ended.',
    hint: 'Attach to the terminal again.',
  });
}
