/**
 * Reads a session's history into a screen: the newest page at once, older ones as somebody comes near them, newer ones at the end,
 * all of them for a search. One request at a time. It must not know xterm or sockets.
 */
import type { TerminalHistory } from '../../server/contract/socket.ts';
import type { HistoryRange } from '../../server/terminal-client/terminal-wire.ts';
import {
  type HistoryText,
  NEWEST,
  newerRange,
  olderRange,
  startHistory,
  toPlainText,
  toTerminalText,
  withNewer,
  withOlder,
} from './history-pages.ts';

/** Nearer to the top than this the page above is read. Rows. */
const NEAR_TOP = 300;

export type ReaderScreen = {
  readonly draw: (text: string, where: 'end' | 'above' | 'below') => Promise<void>;
  readonly rowsAbove: () => number;
  readonly pageRows: () => number;
};

export type HistoryReader = {
  /** Answers whether anything has scrolled off. */
  readonly open: () => Promise<'some' | 'nothing'>;
  /** The screen has been scrolled: what is above may be needed. */
  readonly scrolled: () => void;
  /** Somebody wants further down than the end: to what was printed meanwhile, or else there is nothing but the live screen. */
  readonly down: () => Promise<'more' | 'live'>;
  readonly all: () => Promise<void>;
  readonly plainText: () => Promise<string>;
  /** The program has printed something. */
  readonly printed: () => void;
  /** `lost`: what is above was dropped, or its lines were broken anew, after reading began. */
  readonly top: () => 'more' | 'start' | 'lost';
  readonly isBehind: () => boolean;
  readonly close: () => void;
};

export function createHistoryReader(deps: {
  readonly read: (range: HistoryRange) => Promise<TerminalHistory>;
  readonly screen: ReaderScreen;
  readonly onChange: () => void;
  /** A page that was not asked for by hand could not be read. */
  readonly onProblem: (caught: unknown) => void;
}): HistoryReader {
  const { read, screen } = deps;
  let text: HistoryText | null = null;
  let isLost = false;
  let behind = false;
  let climbing = false;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function start(): Promise<HistoryText> {
    behind = false;
    isLost = false;
    text = startHistory(await read(NEWEST));
    return text;
  }

  /** One page more above what is loaded, not drawn yet. */
  async function climb(known: HistoryText): Promise<HistoryText | null> {
    const range = isLost ? null : olderRange(known);
    if (range === null) return null;
    const next = withOlder(known, await read(range));
    if (next === 'lost') {
      isLost = true;
      return null;
    }
    text = next;
    return next;
  }

  async function draw(where: 'end' | 'above' | 'below'): Promise<void> {
    if (closed || text === null) return;
    await screen.draw(toTerminalText(text), where);
    deps.onChange();
  }

  async function loadAll(): Promise<void> {
    const before = text?.first;
    let known: HistoryText | null = text ?? (await start());
    while (known !== null) known = await climb(known);
    if (isLost) {
      // What has come since is worth more than what is gone: from the end once more, and what is lost then is told.
      known = await start();
      while (known !== null) known = await climb(known);
      await draw('end');
    } else if (text?.first !== before) await draw(before === undefined ? 'end' : 'above');
  }

  return {
    open: () =>
      inTurn(async () => {
        const { total } = await start();
        await draw('end');
        return total === 0 ? 'nothing' : 'some';
      }),
    scrolled() {
      deps.onChange();
      if (climbing || closed || text === null || isLost || text.first === 0 || screen.rowsAbove() > NEAR_TOP) return;
      climbing = true;
      void inTurn(async () => {
        if (text !== null && (await climb(text)) !== null) await draw('above');
        else deps.onChange();
      })
        .catch(deps.onProblem)
        .finally(() => {
          climbing = false;
        });
    },
    down: () =>
      inTurn(async () => {
        if (text === null || !behind) return 'live';
        behind = false;
        const next = withNewer(text, await read(newerRange(text)));
        // What fits on a screen is on the live one, below rows that have been seen: a program that prints on holds nobody here.
        if (next === 'lost' || next.end - text.end <= screen.pageRows()) return 'live';
        text = next;
        if (next.screen === '') behind = true;
        await draw('below');
        return 'more';
      }),
    all: () => inTurn(loadAll),
    plainText: () =>
      inTurn(async () => {
        await loadAll();
        return text === null ? '' : toPlainText(text);
      }),
    printed() {
      if (behind || closed) return;
      behind = true;
      deps.onChange();
    },
    top: () => (isLost ? 'lost' : text?.first === 0 ? 'start' : 'more'),
    isBehind: () => behind,
    close() {
      closed = true;
    },
  };
}
