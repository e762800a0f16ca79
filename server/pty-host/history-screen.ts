/**
 * The host's own terminal: screen and bounded scrollback. It answers what the program asks of a terminal, once and for all
 * viewers, and says how the screen is to be drawn and what it reads like.
 */
// oxlint-disable-next-line import/default -- CommonJS in Node; the linter looks at the file for bundlers
import unicode11 from '@xterm/addon-unicode11';
import headless, { type IUnicodeVersionProvider } from '@xterm/headless';
import { drawPicture } from '../adapters/screen/picture.ts';
import { drawRows, goesOn } from '../adapters/screen/rows.ts';
import { createUnfinished } from '../adapters/screen/unfinished.ts';
import { readXtermState } from '../adapters/screen/xterm-state.ts';
import { joinBytes } from '../core/terminal/batches.ts';
import { cutHiddenCells } from '../core/terminal/hidden-cells.ts';
import type { HistoryPage, HistoryRange, ScreenText, TerminalSize } from '../ports/runtime.ts';

export type HistoryScreen = {
  /** How many columns a character takes; 0: it is put on the one before it. */
  readonly width: (codePoint: number) => number;
  /** It is on the screen, and what it asks is answered, when this returns. */
  readonly write: (data: Uint8Array) => void;
  readonly resize: (size: TerminalSize) => void;
  readonly size: () => TerminalSize;
  /** What draws the screen as it is. */
  readonly picture: () => Uint8Array;
  /** Wrapped lines as one, blanks at line ends and blank lines at the end dropped. */
  readonly text: (historyLines: number) => string;
  /** What is visible, in colour. */
  readonly visible: () => ScreenText;
  readonly history: (range: HistoryRange) => HistoryPage;
  /** Whether the program has asked for brackets around what is pasted. */
  readonly pasteMode: () => 'bracketed' | 'plain';
  /**
   * What brings the screen, pushed into the history, to the state of a new one. To be written as output is, so that whoever follows
   * the stream sees the same.
   */
  readonly renewal: () => Uint8Array;
};

/** Kept as they come: an empty history costs nothing, a full one of plain 120-column lines some 16 MB. */
const HISTORY_LINES = 10_000;

/** Of a page, to know its rows by. */
const ANCHOR_ROWS = 4;

const ENCODER = new TextEncoder();

/** Light on dark, as the dashboard's terminal is by default: a program that asks wants to know which. */
const COLOURS: Readonly<Record<number, string>> = { 10: 'rgb:d4d4/d4d4/d4d4', 11: 'rgb:1616/1616/1616' };

/** What it is, by which programs know what they may use. */
const NAME = 'xterm.js(6.0.0)';

/** Whatever a program that died may have left on (T4). A full reset would take the history away with it. */
const RENEWED = [
  '\x1b[!p\x1b[0m\x1b]8;;\x1b\\\x0f\x1b(B\x1b>\x1b[r',
  '\x1b[?1l\x1b[?6l\x1b[?7h\x1b[?45l\x1b[4l\x1b[?25h\x1b[0 q',
  '\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1016l\x1b[?1004l\x1b[?2004l\x1b[?2026l',
].join('');

export function openHistoryScreen(initial: TerminalSize, answer: (reply: Uint8Array) => void): HistoryScreen {
  const terminal = new headless.Terminal({
    ...initial,
    scrollback: HISTORY_LINES,
    allowProposedApi: true,
    logLevel: 'off',
    windowOptions: { getWinSizeChars: true },
  });
  let widths: IUnicodeVersionProvider | null = null;
  const register = (provider: IUnicodeVersionProvider): void => {
    widths = provider;
    terminal.unicode.register(provider);
  };
  new unicode11.Unicode11Addon().activate({ unicode: { register } } as never);
  terminal.unicode.activeVersion = '11';
  cutHiddenCells(terminal);
  const { parse } = readXtermState(terminal);
  const unfinished = createUnfinished();
  const say = (text: string): void => answer(ENCODER.encode(text));
  terminal.onData(say);
  terminal.onBinary((text) => answer(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  // XTVERSION, which xterm.js does not answer by itself.
  terminal.parser.registerCsiHandler({ prefix: '>', final: 'q' }, () => {
    say(`\x1bP>|${NAME}\x1b\\`);
    return true;
  });
  for (const [code, colour] of Object.entries(COLOURS)) {
    terminal.parser.registerOscHandler(Number(code), (data) => {
      if (data === '?') say(`\x1b]${code};${colour}\x1b\\`);
      return true;
    });
  }

  function lineTexts(buffer: typeof terminal.buffer.active, from: number, to: number): readonly string[] {
    const lines: string[] = [];
    for (let row = from; row < to; row += 1) {
      const line = buffer.getLine(row);
      if (line === undefined) continue;
      const text = line.translateToString(false, 0, terminal.cols);
      if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.map((line) => line.trimEnd());
  }

  function readText(historyLines: number): string {
    const { normal, active } = terminal.buffer;
    const from = Math.max(0, normal.baseY - historyLines);
    // A line that began in the history goes on where the screen begins.
    if (active.type === 'normal') return joinLines(lineTexts(normal, from, normal.baseY + terminal.rows));
    return joinLines([...lineTexts(normal, from, normal.baseY), ...lineTexts(active, 0, terminal.rows)]);
  }

  function readPage({ from, rows, anchor }: HistoryRange): HistoryPage {
    const { cols } = terminal;
    const { normal } = terminal.buffer;
    const total = normal.baseY;
    const first = Math.min(total, Math.max(0, from ?? total - rows));
    const end = Math.min(total, first + rows);
    const text = drawRows(terminal, normal, { from: first, to: end, lines: 'joined' });
    const known = Array.from({ length: ANCHOR_ROWS }, (_, row) => normal.getLine((anchor ?? first) + row)?.translateToString(true) ?? '');
    return {
      total,
      first,
      rows: end - first,
      text: end === first || goesOn(normal, end - 1) ? text : `${text}\n`,
      anchor: known
        .map((row) => row.trimEnd())
        .join('\n')
        .trimEnd(),
      cols,
      screen: end === total ? readScreen() : null,
    };
  }

  function readScreen(): string {
    const { normal, active } = terminal.buffer;
    const shown = drawRows(terminal, active, { from: active.baseY, to: active.baseY + terminal.rows, lines: 'joined' });
    if (active.type === 'normal') return shown;
    const beneath = drawRows(terminal, normal, { from: normal.baseY, to: normal.baseY + usedRows(), lines: 'joined' });
    return beneath === '' ? shown : `${beneath}\n${shown}`;
  }

  /** Rows of the normal buffer from the first to the last that has anything on it. */
  function usedRows(): number {
    const { normal } = terminal.buffer;
    for (let row = terminal.rows; row > 0; row -= 1) {
      if (normal.getLine(normal.baseY + row - 1)?.translateToString(true) !== '') return row;
    }
    return 0;
  }

  const push = (rows: number): string => `\x1b[${terminal.rows};1H${'\n'.repeat(rows)}\x1b[H`;

  return {
    width: (codePoint) => widths?.wcwidth(codePoint) ?? 1,
    write(data) {
      unfinished.push(data);
      parse(data);
    },
    resize({ cols, rows }) {
      terminal.resize(cols, rows);
    },
    size: () => ({ cols: terminal.cols, rows: terminal.rows }),
    picture: () => joinBytes([ENCODER.encode(drawPicture(terminal)), unfinished.bytes()]),
    text: readText,
    visible() {
      const { active } = terminal.buffer;
      const text = drawRows(terminal, active, { from: active.baseY, to: active.baseY + terminal.rows, lines: 'apart' });
      return { cols: terminal.cols, text };
    },
    history: readPage,
    pasteMode: () => (terminal.modes.bracketedPasteMode ? 'bracketed' : 'plain'),
    renewal() {
      const { active } = terminal.buffer;
      const onTop = active.type === 'alternate' ? lineTexts(active, 0, terminal.rows) : [];
      // Ends whatever sequence it was cut off in, and goes back to the screen beneath before that is pushed away.
      const beneath = `\x18${active.type === 'alternate' ? '\x1b[?1049l' : ''}${RENEWED}${push(usedRows())}`;
      const shown = joinLines(onTop);
      return ENCODER.encode(shown === '' ? beneath : `${beneath}${shown.replaceAll('\n', '\r\n')}${push(terminal.rows)}`);
    },
  };
}

function joinLines(lines: readonly string[]): string {
  return lines.join('\n').trimEnd();
}
