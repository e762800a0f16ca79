/**
 * What has been loaded of a terminal's history: one stretch of rows without a gap, with the screen below it if it reaches that far.
 * Pure. A row keeps its number while more is printed; where the host has dropped its oldest, or broken its lines anew, the text at
 * the anchor is another, and what comes then cannot be put beside what is here: `lost`.
 */
import type { TerminalHistory } from '../../server/contract/socket.ts';
import { MAX_HISTORY_ROWS } from '../../server/terminal-client/limits.ts';
import type { HistoryRange } from '../../server/terminal-client/terminal-wire.ts';

export type HistoryText = {
  readonly first: number;
  readonly end: number;
  readonly cols: number;
  /** Rows that the host had when it was last asked. */
  readonly total: number;
  readonly anchor: { readonly row: number; readonly text: string };
  readonly text: string;
  /** Empty where newer rows are not loaded yet. */
  readonly screen: string;
};

/** The newest page: where everybody begins to read back. */
export const NEWEST: HistoryRange = { from: null, rows: MAX_HISTORY_ROWS, anchor: null };

/** Each page begins with plain colours, whatever the one before it ended with. */
const PLAIN = '\x1b[m';

export function startHistory(page: TerminalHistory): HistoryText {
  const { first, rows, cols, total, anchor, text, screen } = page;
  return { first, end: first + rows, cols, total, anchor: { row: first, text: anchor }, text, screen: screen ?? '' };
}

/** The page above; `null` at the top. */
export function olderRange({ first, anchor }: HistoryText): HistoryRange | null {
  if (first === 0) return null;
  const from = Math.max(0, first - MAX_HISTORY_ROWS);
  return { from, rows: first - from, anchor: anchor.row };
}

/** What was printed since: rows that were not there, then the screen as it is now. */
export function newerRange({ end, anchor }: HistoryText): HistoryRange {
  return { from: end, rows: MAX_HISTORY_ROWS, anchor: anchor.row };
}

const isSame = (known: HistoryText, page: TerminalHistory): boolean => page.cols === known.cols && page.anchor === known.anchor.text;

export function withOlder(known: HistoryText, page: TerminalHistory): HistoryText | 'lost' {
  if (!isSame(known, page) || page.first + page.rows !== known.first) return 'lost';
  return { ...known, first: page.first, total: page.total, text: `${page.text}${PLAIN}${known.text}` };
}

export function withNewer(known: HistoryText, page: TerminalHistory): HistoryText | 'lost' {
  if (!isSame(known, page) || page.first !== known.end) return 'lost';
  const text = `${known.text}${PLAIN}${page.text}`;
  return { ...known, end: page.first + page.rows, total: page.total, text, screen: page.screen ?? '' };
}

/** All of it, as a terminal of the same width draws it. */
export function toTerminalText({ text, screen }: HistoryText): string {
  return `${text}${PLAIN}${screen}`.replaceAll('\n', '\r\n');
}

/** All of it, for reading and copying. */
export function toPlainText({ text, screen }: HistoryText): string {
  return `${text}${screen}`
    .replace(/\x1b\[[\d;:]*m|\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
    .replace(/[ \t]+$/gm, '')
    .trimEnd();
}
