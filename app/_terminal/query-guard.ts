/**
 * Keeps this terminal from answering questions. Exactly one party may answer a program's query (SPEC §5), and that is never
 * a browser: with three viewers the program would get three answers, and in a replay an answer is typed into a shell.
 * The handlers run before xterm's own and swallow the question, so that there is no answer to tell from typing afterwards.
 */

type Parser = {
  registerCsiHandler(id: FunctionId, handler: (params: (number | number[])[]) => boolean): Disposable;
  registerDcsHandler(id: FunctionId, handler: (data: string, params: (number | number[])[]) => boolean): Disposable;
  registerEscHandler(id: FunctionId, handler: () => boolean): Disposable;
  registerOscHandler(ident: number, handler: (data: string) => boolean): Disposable;
};
type FunctionId = { readonly prefix?: string; readonly intermediates?: string; readonly final: string };
type Disposable = { dispose(): void };

const CSI_QUERIES: readonly FunctionId[] = [
  // DA1, DA2, DA3
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  // DSR: status, cursor position, colour scheme …
  { final: 'n' },
  { prefix: '?', final: 'n' },
  // DECRQM, for ANSI and private modes
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  // XTVERSION, kitty keyboard, DECREQTPARM, XTQMODKEYS, XTSMGRAPHICS
  { prefix: '>', final: 'q' },
  { prefix: '?', final: 'u' },
  { final: 'x' },
  { prefix: '?', final: 'm' },
  { prefix: '?', final: 'S' },
  // Checksum of a rectangle, DECRQPSR
  { intermediates: '*', final: 'y' },
  { intermediates: '$', final: 'w' },
];

const DCS_QUERIES: readonly FunctionId[] = [
  // DECRQSS, XTGETTCAP
  { intermediates: '$', final: 'q' },
  { intermediates: '+', final: 'q' },
];

/** Palette, default colours, cursor and highlight colour: `?` in place of a colour asks for it. */
const COLOUR_OSCS: readonly number[] = [4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
/** Clipboard: never read, and not written either; a program's text has no business in the user's clipboard unasked (S8). */
const CLIPBOARD_OSC = 52;

const asks = (data: string): boolean => data.split(';').includes('?');

export function silenceQueries(parser: Parser): Disposable {
  const handlers = [
    ...CSI_QUERIES.map((id) => parser.registerCsiHandler(id, () => true)),
    ...DCS_QUERIES.map((id) => parser.registerDcsHandler(id, () => true)),
    ...COLOUR_OSCS.map((ident) => parser.registerOscHandler(ident, asks)),
    parser.registerOscHandler(CLIPBOARD_OSC, () => true),
    // Size and title reports; titles pushed and popped (22, 23) change nothing that we show.
    parser.registerCsiHandler({ final: 't' }, () => true),
    // DECID
    parser.registerEscHandler({ final: 'Z' }, () => true),
  ];
  return {
    dispose() {
      for (const handler of handlers.splice(0)) handler.dispose();
    },
  };
}
