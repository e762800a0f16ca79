// oxlint-disable-next-line import/default -- CommonJS in Node; the linter looks at the file for bundlers
import unicode11 from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openHeadlessScreen } from './headless-screen.ts';
import { readXtermState } from './xterm-state.ts';

const SIZE = { cols: 14, rows: 6 };

type Viewer = InstanceType<typeof headless.Terminal>;

function openViewer(): Viewer {
  const terminal = new headless.Terminal({ ...SIZE, scrollback: 0, allowProposedApi: true });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  return terminal;
}

const show = (terminal: Viewer, data: Uint8Array): Promise<void> => new Promise((resolve) => terminal.write(data, resolve));

/** A palette colour leaves the bits of an earlier one where nobody looks. */
const toColour = (value: number): number => ((value & 0x3000000) === 0x3000000 ? value : value & 0x30000ff);

/** All that a person or a program could tell apart. */
function describeScreen(terminal: Viewer): unknown {
  const state = readXtermState(terminal);
  const look = (each: ReturnType<typeof state.pen>) => ({
    flags: [
      each.isBold(),
      each.isDim(),
      each.isItalic(),
      each.isBlink(),
      each.isInverse(),
      each.isInvisible(),
      each.isStrikethrough(),
      each.isOverline(),
    ].map((flag) => flag !== 0),
    underline: [each.getUnderlineStyle(), toColour(each.extended.underlineColor)],
    fg: [each.getFgColorMode(), each.getFgColor()],
    bg: [each.getBgColorMode(), each.getBgColor()],
    link: each.hasExtendedAttrs() === 0 ? undefined : state.link(each.extended.urlId)?.uri,
  });
  const buffer = terminal.buffer.active;
  const cells = Array.from({ length: terminal.rows }, (_, row) =>
    Array.from({ length: terminal.cols }, (__, col) => {
      const cell = state.cell(buffer, buffer.baseY + row, col);
      if (cell === null) return 'none';
      // Of an erased cell there is only the background to see, and of a plain blank no more.
      const plain = look(cell).flags.every((flag) => !flag) && cell.getUnderlineStyle() === 0 && look(cell).link === undefined;
      const blank = cell.getWidth() === 1 && (cell.getChars() === '' || (cell.getChars() === ' ' && plain));
      if (cell.getWidth() === 0) return 'second half';
      return blank ? { bg: look(cell).bg } : { chars: cell.getChars(), ...look(cell) };
    }),
  );
  const { synchronizedOutputMode: _, ...modes } = terminal.modes;
  const hidden = state.cursor();
  return {
    cells,
    cursor: [buffer.cursorX, buffer.cursorY, hidden],
    shape: state.cursorShape(),
    type: buffer.type,
    margins: state.margins(),
    modes,
    mouse: state.mouseEncoding(),
    pen: look(state.pen()),
  };
}

const number = (max: number) => fc.integer({ min: 1, max });
const mode = (name: string) => fc.constantFrom(`\x1b[?${name}h`, `\x1b[?${name}l`);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.constantFrom('a', 'Z', ' ', 'é', '世', '😀', 'e\u0301', '👩‍💻', '─', '❤\ufe0f'), { minLength: 1, maxLength: 18 })
      .map((chars) => chars.join('')),
  },
  { weight: 3, arbitrary: fc.tuple(number(SIZE.rows), number(SIZE.cols)).map(([row, col]) => `\x1b[${row};${col}H`) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 27, 31, 39, 42, 49, 53, 95, 103, '4:3', '58:5:9', '58:2::1:2:3'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((codes) => `\x1b[${codes.join(';')}m`),
  },
  fc.tuple(number(255), number(255)).map(([red, blue]) => `\x1b[38;2;${red};0;${blue}m`),
  number(255).map((color) => `\x1b[48;5;${color}m`),
  fc.constantFrom('\x1b[K', '\x1b[1K', '\x1b[2K', '\x1b[J', '\x1b[1J', '\x1b[2J', '\r\n', '\r', '\b', '\x1bM', '\x1b[S', '\x1b[T', '\t'),
  fc.tuple(fc.constantFrom('X', 'L', 'M', 'P', '@', 'C', 'D', 'A', 'B', 'b'), number(7)).map(([final, count]) => `\x1b[${count}${final}`),
  fc.tuple(number(SIZE.rows - 1), number(SIZE.rows)).map(([top, more]) => `\x1b[${top};${Math.min(SIZE.rows, top + more)}r`),
  fc.oneof(
    mode('25'),
    mode('2004'),
    mode('1'),
    mode('6'),
    mode('1000'),
    mode('1003'),
    mode('1006'),
    mode('1004'),
    mode('2026'),
    mode('1049'),
  ),
  fc.constantFrom(
    '\x1b[4h',
    '\x1b[4l',
    '\x1b=',
    '\x1b>',
    '\x1b[5 q',
    '\x1b[2 q',
    '\x1b]8;id=1;https://a.b/c\x1b\\',
    '\x1b]8;;\x1b\\',
    '\x1b]2;title\x07',
    '\x1bP=1s\x1b\\',
  ),
);
const stream = fc.array(step, { maxLength: 30 }).map((steps) => new TextEncoder().encode(steps.join('')));

describe('the headless screen', () => {
  it('T1: gives at any byte a snapshot after which the rest of the stream draws the same screen', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(stream, fc.nat(), async (data, anywhere) => {
        // A share of the whole would mostly be next to nothing: that is how fast-check draws fractions.
        const cut = anywhere % (data.length + 1);
        const screen = openHeadlessScreen(SIZE);
        const [straight, joined] = [openViewer(), openViewer()];
        // A viewer that was cut off anywhere: whatever its parser and screen are in, the snapshot is the whole truth.
        await show(joined, data.subarray(0, Math.floor(cut / 2)));
        screen.write(data.subarray(0, cut), () => undefined);
        const snapshot = new Promise<Uint8Array>((resolve) => screen.snapshot(resolve));
        screen.write(data.subarray(cut), () => undefined);
        await show(straight, data.subarray(0, cut));
        await show(joined, await snapshot);
        expect(describeScreen(joined)).toEqual(describeScreen(straight));
        await show(straight, data.subarray(cut));
        await show(joined, data.subarray(cut));
        expect(describeScreen(joined)).toEqual(describeScreen(straight));
      }),
      { numRuns: 200, interruptAfterTimeLimit: 30_000 },
    );
  });

  it('T1, T7: takes a new size where it comes in the stream, also when what was before it is not parsed yet', async () => {
    const [before, after] = [Buffer.from('0123456789'.repeat(2_000)), Buffer.from('\x1b[Hnarrow and wrapped')];
    const screen = openHeadlessScreen(SIZE);
    const straight = openViewer();
    screen.write(before, () => undefined);
    screen.resize({ cols: 7, rows: 3 });
    screen.write(after, () => undefined);
    const snapshot = new Promise<Uint8Array>((resolve) => screen.snapshot(resolve));
    await show(straight, before);
    straight.resize(7, 3);
    await show(straight, after);
    const joined = openViewer();
    joined.resize(7, 3);
    await show(joined, await snapshot);
    expect(describeScreen(joined)).toEqual(describeScreen(straight));
  });

  it('T7: of what stood beyond an edge that moved in nothing comes back, when a program takes characters out of a row', async () => {
    const screen = openHeadlessScreen(SIZE);
    screen.write(Buffer.from('\x1b[?1049h\x1b[H0123456789abcd'), () => undefined);
    screen.resize({ cols: 7, rows: 3 });
    screen.write(Buffer.from('\x1b[H\x1b[2P'), () => undefined);
    const joined = openViewer();
    joined.resize(7, 3);
    await show(joined, await new Promise<Uint8Array>((resolve) => screen.snapshot(resolve)));
    expect(joined.buffer.active.getLine(0)?.translateToString(true)).toBe('23456');
  });

  it('T4: of a synchronized update that never ends it gives what is there, and holds nobody up', async () => {
    const screen = openHeadlessScreen(SIZE);
    screen.write(Buffer.from('before\x1b[?2026h within'), () => undefined);
    const joined = openViewer();
    await show(joined, Buffer.from('\x1b[?2026hold'));
    await show(joined, await new Promise<Uint8Array>((resolve) => screen.snapshot(resolve)));
    expect(joined.modes.synchronizedOutputMode).toBe(false);
    expect(joined.buffer.active.getLine(0)?.translateToString(true)).toBe('before within');
  });

  it.each([
    ['a title', '\x1b]2;'],
    ['a picture', '\x1bP1;1q'],
  ])('T5: %s that never ends is not carried along for ever', async (_what, start) => {
    const screen = openHeadlessScreen(SIZE);
    screen.write(Buffer.from(`seen${start}`), () => undefined);
    const part = Buffer.alloc(1_000_000, 0x41);
    for (let count = 0; count < 3; count += 1) await new Promise<void>((resolve) => screen.write(part, resolve));
    const snapshot = await new Promise<Uint8Array>((resolve) => screen.snapshot(resolve));
    expect(snapshot.length).toBeLessThan(100_000);
    const joined = openViewer();
    await show(joined, snapshot);
    await show(joined, Buffer.from('\x1b\\, and on'));
    expect(joined.buffer.active.getLine(0)?.translateToString(true)).toBe('seen, and on');
  });
});
