import { describe, expect, it } from 'vitest';
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

const SCREEN_ROWS = 5;

/** A host whose rows are `row-1`, `row-2` …, of which it keeps `limit` above the screen. */
function makeHost(limit = 5_000) {
  let printed = 0;
  let dropped = 0;
  const print = (count: number): void => {
    printed += count;
    while (printed - dropped - SCREEN_ROWS > limit) dropped += limit / 10;
  };
  const read = ({ from, rows, anchor }: HistoryRange): TerminalHistory => {
    const row = (index: number): string => `row-${dropped + index + 1}`;
    const total = printed - dropped - SCREEN_ROWS;
    const first = Math.min(total, Math.max(0, from ?? total - rows));
    const end = Math.min(total, first + rows);
    const lines = (start: number, stop: number): string[] => Array.from({ length: stop - start }, (_, index) => row(start + index));
    return {
      total,
      first,
      rows: end - first,
      text: lines(first, end)
        .map((line) => `${line}\n`)
        .join(''),
      anchor: lines(anchor ?? first, (anchor ?? first) + 4).join('\n'),
      cols: 80,
      screen: end === total ? lines(total, total + SCREEN_ROWS).join('\n') : null,
    };
  };
  return { print, read };
}

function must(text: HistoryText | 'lost'): HistoryText {
  if (text === 'lost') throw new Error('the history was lost');
  return text;
}

const numbers = (text: HistoryText): number[] =>
  toPlainText(text)
    .split('\n')
    .map((line) => Number(line.slice(4)));
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('what is loaded of a history', () => {
  it('grows upwards to the first row, and downwards to what was printed meanwhile', () => {
    const { print, read } = makeHost();
    print(3_000);
    let text = startHistory(read(NEWEST));
    expect(numbers(text)).toEqual(range(1_996, 3_000));
    for (let older = olderRange(text); older !== null; older = olderRange(text)) {
      print(100);
      text = must(withOlder(text, read(older)));
    }
    expect(numbers(text)).toEqual(range(1, 3_000));
    text = must(withNewer(text, read(newerRange(text))));
    expect(numbers(text)).toEqual(range(1, 3_200));
    expect([text.first, text.end, text.total]).toEqual([0, 3_195, 3_195]);
  });

  it('has no screen until all that was printed is there', () => {
    const { print, read } = makeHost();
    print(100);
    let text = startHistory(read(NEWEST));
    print(1_500);
    text = must(withNewer(text, read(newerRange(text))));
    expect([text.screen, text.end]).toEqual(['', 1_095]);
    text = must(withNewer(text, read(newerRange(text))));
    expect(numbers(text)).toEqual(range(1, 1_600));
  });

  it('is lost where the host has dropped its oldest rows meanwhile, even if it has as many again', () => {
    const { print, read } = makeHost();
    print(4_500);
    const text = startHistory(read(NEWEST));
    print(1_100);
    const older = olderRange(text);
    if (older === null) throw new Error('nothing is above');
    const page = read(older);
    expect(page.total).toBeGreaterThan(text.total);
    expect(withOlder(text, page)).toBe('lost');
    expect(withNewer(text, read(newerRange(text)))).toBe('lost');
  });

  it('is lost where another width broke its lines anew', () => {
    const { print, read } = makeHost();
    print(2_000);
    const text = startHistory(read(NEWEST));
    expect(withNewer(text, { ...read(newerRange(text)), cols: 100 })).toBe('lost');
  });

  it('is drawn with each page from plain colours, and copied without any', () => {
    const page = { total: 2, rows: 1, anchor: '', cols: 80 };
    const bottom = startHistory({ ...page, first: 1, text: '\x1b[32mgreen  \n', screen: '\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\\n\n' });
    const text = must(withOlder(bottom, { ...page, first: 0, text: '\x1b[1;31mred\n', screen: null }));
    expect(toTerminalText(text)).toBe('\x1b[1;31mred\r\n\x1b[m\x1b[32mgreen  \r\n\x1b[m\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\\r\n\r\n');
    expect(toPlainText(text)).toBe('red\ngreen\nlink');
  });
});
