import { describe, expect, it } from 'vitest';
import type { TerminalHistory } from '../../server/contract/socket.ts';
import type { HistoryRange } from '../../server/terminal-client/terminal-wire.ts';
import { createHistoryReader } from './history-reader.ts';

const SCREEN_ROWS = 24;

/** A host with so many rows, and a screen that somebody looks at from its end. */
function makeReading(printed: number) {
  const host = { printed, asked: [] as (number | null)[], cleared: 0 };
  const draws: { readonly where: string; readonly rows: number }[] = [];
  const problems: unknown[] = [];
  let above = 1_000;
  let failure: Error | null = null;
  const read = async ({ from, rows, anchor }: HistoryRange): Promise<TerminalHistory> => {
    host.asked.push(from);
    if (failure !== null) throw failure;
    const row = (index: number): string => `row-${host.cleared + index + 1}`;
    const total = Math.max(0, host.printed - host.cleared - SCREEN_ROWS);
    const first = Math.min(total, Math.max(0, from ?? total - rows));
    const end = Math.min(total, first + rows);
    const text = Array.from({ length: end - first }, (_, index) => `${row(first + index)}\n`).join('');
    const screen = Array.from({ length: SCREEN_ROWS }, (_, index) => row(total + index)).join('\n');
    return { total, first, rows: end - first, text, anchor: row(anchor ?? first), cols: 80, screen: end === total ? screen : null };
  };
  const reader = createHistoryReader({
    read,
    screen: {
      draw: async (text, where) => void draws.push({ where, rows: text.split('\n').length }),
      rowsAbove: () => above,
      pageRows: () => SCREEN_ROWS - 1,
    },
    onChange: () => undefined,
    onProblem: (caught) => problems.push(caught),
  });
  /** All that was asked for has come. */
  const settled = (): Promise<unknown> => reader.down();
  const lookAt = async (rowsAbove: number): Promise<void> => {
    above = rowsAbove;
    reader.scrolled();
    await settled();
  };
  const fail = (error: Error | null): void => {
    failure = error;
  };
  return { host, reader, draws, problems, lookAt, fail };
}

describe('reading back', () => {
  it('begins with the newest page, and goes on upwards only when somebody comes near its top', async () => {
    const { host, reader, draws, lookAt } = makeReading(3_000);
    expect(await reader.open()).toBe('some');
    await lookAt(900);
    expect([host.asked, draws]).toEqual([[null], [{ where: 'end', rows: 1_024 }]]);
    await lookAt(200);
    await lookAt(10);
    await lookAt(0);
    expect(host.asked).toEqual([null, 976, 0]);
    expect(draws.slice(1)).toEqual([
      { where: 'above', rows: 2_024 },
      { where: 'above', rows: 3_000 },
    ]);
    expect(reader.top()).toBe('start');
  });

  it('says where nothing has scrolled off', async () => {
    const { reader } = makeReading(SCREEN_ROWS);
    expect(await reader.open()).toBe('nothing');
  });

  it('goes down to what was printed meanwhile, and at its end to the live screen', async () => {
    const { host, reader, draws } = makeReading(500);
    await reader.open();
    expect([await reader.down(), host.asked]).toEqual(['live', [null]]);
    host.printed += 1_500;
    reader.printed();
    expect(reader.isBehind()).toBe(true);
    expect([await reader.down(), reader.isBehind()]).toEqual(['more', true]);
    expect([await reader.down(), reader.isBehind()]).toEqual(['more', false]);
    host.printed += SCREEN_ROWS - 1;
    reader.printed();
    expect(await reader.down()).toBe('live');
    expect(draws.map(({ where, rows }) => [where, rows])).toEqual([
      ['end', 500],
      ['below', 1_477],
      ['below', 2_000],
    ]);
  });

  it('reads all of it for a search, and draws once', async () => {
    const { host, reader, draws } = makeReading(5_000);
    const opened = reader.open();
    await reader.all();
    await opened;
    expect(host.asked).toEqual([null, 2_976, 1_976, 976, 0]);
    expect(draws.map(({ rows }) => rows)).toEqual([1_024, 5_000]);
    expect((await reader.plainText()).split('\n')).toHaveLength(5_000);
  });

  it('says that what was above is gone where the program cleared it, and a search begins anew', async () => {
    const { host, reader, draws, lookAt } = makeReading(3_000);
    await reader.open();
    host.cleared = 2_500;
    await lookAt(0);
    expect([reader.top(), draws.length]).toEqual(['lost', 1]);
    await lookAt(0);
    expect(host.asked).toHaveLength(2);
    await reader.all();
    expect([reader.top(), draws.at(-1)]).toEqual(['start', { where: 'end', rows: 500 }]);
  });

  it('says that a page could not be read, and tries again at the next scrolling', async () => {
    const { reader, problems, lookAt, fail } = makeReading(3_000);
    await reader.open();
    fail(new Error('no answer'));
    await lookAt(0);
    expect(problems).toEqual([new Error('no answer')]);
    fail(null);
    await lookAt(0);
    await lookAt(0);
    expect(reader.top()).toBe('start');
  });
});
