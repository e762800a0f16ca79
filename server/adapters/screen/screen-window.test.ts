// oxlint-disable-next-line import/default -- CommonJS in Node; the linter looks at the file for bundlers
import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { openScreenWindow, type ScreenWindow } from './screen-window.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const write = (window: ScreenWindow, text: string): Promise<void> => new Promise((resolve) => window.write(bytes(text), resolve));
const quiet = { onBell: () => undefined };

/** The picture as another terminal draws it, row by row. */
async function drawn(window: ScreenWindow, room: { cols: number; rows: number }): Promise<readonly string[]> {
  const terminal = new headless.Terminal({ cols: 40, rows: 10, allowProposedApi: true });
  const { rows } = window.draw(room);
  await new Promise<void>((resolve) => terminal.write(rows.map((row, at) => `\x1b[${at + 1}H${row}`).join(''), resolve));
  return rows.map((_, at) => terminal.buffer.active.getLine(at)?.translateToString(true) ?? '');
}

describe('a window on a screen', () => {
  it('shows as much as there is room for, in its colours, and halves no wide character', async () => {
    const window = openScreenWindow({ cols: 10, rows: 4 }, quiet);
    await write(window, 'abcd世界\r\n\x1b[31;44mred\x1b[0m\r\nthird\r\nfourth');
    expect(await drawn(window, { cols: 40, rows: 10 })).toEqual(['abcd世界', 'red', 'third', 'fourth']);
    expect(await drawn(window, { cols: 7, rows: 4 })).toEqual(['abcd世', 'red', 'third', 'fourth']);
    expect(await drawn(window, { cols: 5, rows: 4 })).toEqual(['abcd', 'red', 'third', 'fourt']);
    expect(window.draw({ cols: 10, rows: 4 }).rows[1]).toContain('\x1b[0;31;44m');
    window.close();
  });

  it('T7: shows nothing of what stood beyond an edge that moved in, when a program takes characters out of a row', async () => {
    const window = openScreenWindow({ cols: 10, rows: 4 }, quiet);
    await write(window, '\x1b[?1049h\x1b[Habcdefghij');
    window.resize({ cols: 6, rows: 4 });
    await write(window, '\x1b[H\x1b[2P');
    expect(await drawn(window, { cols: 10, rows: 4 })).toEqual(['cdef', '', '', '']);
    window.close();
  });

  it('goes down with the cursor where there is room for fewer rows, and says where the cursor is', async () => {
    const window = openScreenWindow({ cols: 10, rows: 4 }, quiet);
    await write(window, '1\r\n2\r\n3\r\n4');
    expect([await drawn(window, { cols: 10, rows: 2 }), window.draw({ cols: 10, rows: 2 }).cursor]).toEqual([
      ['3', '4'],
      { row: 1, col: 1 },
    ]);
    await write(window, '\x1b[H');
    expect([await drawn(window, { cols: 10, rows: 2 }), window.draw({ cols: 10, rows: 2 }).cursor]).toEqual([
      ['1', '2'],
      { row: 0, col: 0 },
    ]);
    await write(window, '\x1b[1;9H');
    expect(window.draw({ cols: 5, rows: 4 }).cursor).toBeNull();
    await write(window, '\x1b[H\x1b[?25l');
    expect(window.draw({ cols: 10, rows: 4 }).cursor).toBeNull();
    window.close();
  });

  it('passes on what keys are to say, and nothing else that a program may ask of a terminal', async () => {
    const window = openScreenWindow({ cols: 10, rows: 2 }, quiet);
    await write(window, '\x1b[?1h\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b]52;c;c2VjcmV0\x07\x1b]2;title\x07\x1b[c\x1b[>c\x1b[?u\x1b[4hx');
    const { modes, rows } = window.draw({ cols: 10, rows: 2 });
    expect([modes, rows]).toEqual(['\x1b[?1h\x1b[?2004h\x1b[?1002h\x1b[?1006h', ['x', '']]);
    window.close();
  });

  it('starts from nothing at a replay, also in the middle of a sequence, and rings for what is new only', async () => {
    let bells = 0;
    const window = openScreenWindow({ cols: 10, rows: 2 }, { onBell: () => (bells += 1) });
    await write(window, 'old\x07\x1b[?2004h\x1b[3');
    await new Promise<void>((resolve) => window.replay(bytes('new\x07'), resolve));
    expect([await drawn(window, { cols: 10, rows: 2 }), window.draw({ cols: 10, rows: 2 }).modes, bells]).toEqual([['new', ''], '', 1]);
    window.resize({ cols: 20, rows: 3 });
    await write(window, '\x07');
    expect([window.size(), bells]).toEqual([{ cols: 20, rows: 3 }, 2]);
    window.close();
  });
});
