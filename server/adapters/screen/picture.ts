/**
 * A terminal's whole visible state as bytes that draw it on another terminal of the same size. Written rather than taken from
 * `@xterm/addon-serialize`, whose pictures differ from the original in half of our random screens: background colours leak into
 * rows, "bold off" takes dim with it, and margins, hidden cursor, mouse encoding and a pending wrap are not there at all.
 *
 * Every look is set in full and every row and wide character is placed by its column, so that nothing depends on what came before.
 */
import type { IBuffer, Terminal } from '@xterm/headless';
import { createPen, isBlank, isEmpty, type Pen, toEraser } from './pen.ts';
import { type CellLook, readXtermState, type XtermState } from './xterm-state.ts';

/** Ends whatever sequence the viewer's terminal was cut off in, then resets it, in the order of the stream. */
const RESET = '\x18\x1bc';

export function drawPicture(terminal: Terminal): string {
  const state = readXtermState(terminal);
  const { normal, alternate, active } = terminal.buffer;
  const screen = { terminal, state };
  const below = active.type === 'alternate' ? `${drawBuffer(screen, normal)}${place(normal)}\x1b[0m\x1b[?1049h\x1b[H` : '';
  const shown = active.type === 'alternate' ? alternate : normal;
  return `${RESET}${below}${drawBuffer(screen, shown)}${drawMargins(screen)}${drawModes(screen)}${drawCursor(screen, shown)}`;
}

type Screen = { readonly terminal: Terminal; readonly state: XtermState };

function drawBuffer({ terminal, state }: Screen, buffer: IBuffer): string {
  const pen = createPen(state);
  let out = '';
  let continues = false;
  for (let row = 0; row < terminal.rows; row += 1) {
    const cells = readRow(state, buffer, { row, cols: terminal.cols });
    const drawn = drawRow(cells, pen);
    if (drawn !== '') out += continues ? drawn : `\x1b[${row + 1}H${drawn}`;
    // Written on, the next row begins by itself, and is known to belong to this one when it is copied.
    continues = isFull(cells) && isWrapOf(state, buffer, row + 1);
  }
  return `${out}${pen.lift()}`;
}

/**
 * One row of what is shown, no wider than `cols`, for a terminal of any size: on a row that was erased, with a plain pen before
 * and after it.
 */
export function drawLine(terminal: Terminal, { row, cols }: { readonly row: number; readonly cols: number }): string {
  const state = readXtermState(terminal);
  const cells = readRow(state, terminal.buffer.active, { row, cols: Math.min(cols, terminal.cols) });
  // Half of a wide character is none.
  const whole = cells.at(-1)?.getWidth() === 2 ? cells.slice(0, -1) : cells;
  const pen = createPen(state);
  return `${drawRow(whole, pen)}${pen.lift()}`;
}

function readRow(state: XtermState, buffer: IBuffer, { row, cols }: { readonly row: number; readonly cols: number }): readonly CellLook[] {
  return Array.from({ length: cols }, (_, col) => state.cell(buffer, buffer.baseY + row, col)).filter((cell) => cell !== null);
}

function isFull(cells: readonly CellLook[]): boolean {
  const last = cells.at(-1);
  return last !== undefined && !isEmpty(last);
}

function isWrapOf(state: XtermState, buffer: IBuffer, row: number): boolean {
  const first = state.cell(buffer, buffer.baseY + row, 0);
  return first !== null && !isEmpty(first) && buffer.getLine(buffer.baseY + row)?.isWrapped === true;
}

function drawRow(cells: readonly CellLook[], pen: Pen): string {
  let out = '';
  /** Where the terminal's cursor is; -1 after a character of whose width two terminals may think differently. */
  let at = 0;
  const moveTo = (col: number): void => {
    if (at !== col) out += `\x1b[${col + 1}G`;
    at = col;
  };
  for (let col = 0; col < cells.length; col += 1) {
    const cell = cells[col];
    if (cell === undefined || cell.getWidth() === 0 || isBlank(cell)) continue;
    if (isEmpty(cell)) {
      const count = countErased(cells, col);
      moveTo(col);
      out += `${pen.erase(cell)}\x1b[${count}X`;
      col += count - 1;
      continue;
    }
    moveTo(col);
    const chars = cell.getChars();
    out += pen.write(cell) + chars;
    at = /^[ -~]$/.test(chars) ? col + 1 : -1;
  }
  return out;
}

/** How many cells from `col` on were erased with the same background. */
function countErased(cells: readonly CellLook[], col: number): number {
  const first = cells[col];
  if (first === undefined) return 0;
  const wanted = toEraser(first);
  let count = 0;
  for (const cell of cells.slice(col)) {
    if (!isEmpty(cell) || toEraser(cell) !== wanted) break;
    count += 1;
  }
  return count;
}

const place = (buffer: IBuffer): string => `\x1b[${buffer.cursorY + 1};${buffer.cursorX + 1}H`;

/** Both of these move the cursor, so they come before it is placed. */
function drawMargins({ terminal, state }: Screen): string {
  const { top, bottom } = state.margins();
  const margins = top === 0 && bottom === terminal.rows - 1 ? '' : `\x1b[${top + 1};${bottom + 1}r`;
  return `${margins}${terminal.modes.originMode ? '\x1b[?6h' : ''}`;
}

/**
 * The cursor and the pen. Where the stream has just written a character, that one is written again as the very last thing: a
 * combining character or a repetition (REP) that comes next belongs to it. Writing it is also the only way to get a cursor behind
 * the last column.
 */
function drawCursor({ terminal, state }: Screen, buffer: IBuffer): string {
  const { cursorX: x, cursorY: y } = buffer;
  const pen = createPen(state);
  const row = y + 1 - (terminal.modes.originMode ? state.margins().top : 0);
  const col = state.cell(buffer, buffer.baseY + y, x - 1)?.getWidth() === 0 ? x - 2 : x - 1;
  const before = col < 0 ? null : state.cell(buffer, buffer.baseY + y, col);
  const written = state.lastAction() === 'wrote';
  if (before === null || (!written && x < terminal.cols)) return `\x1b[${row};${x + 1}H${pen.write(state.pen())}`;
  const room = terminal.modes.insertMode ? `\x1b[${x - col}P` : '';
  const chars = isEmpty(before) ? ' ' : before.getChars();
  return `\x1b[${row};${col + 1}H${room}${pen.write(written ? state.pen() : before)}${chars}${pen.write(state.pen())}`;
}

const MOUSE = { none: '', x10: '\x1b[?9h', vt200: '\x1b[?1000h', drag: '\x1b[?1002h', any: '\x1b[?1003h' } as const;
const MOUSE_ENCODING: Readonly<Record<string, string>> = { SGR: '\x1b[?1006h', SGR_PIXELS: '\x1b[?1016h' };
const SHAPES: Readonly<Record<string, number>> = { block: 1, underline: 3, bar: 5 };

/** None of these moves the cursor. A synchronized update that has begun is not continued: what is there is shown. */
function drawModes({ terminal, state }: Screen): string {
  const { modes } = terminal;
  return [
    modes.wraparoundMode ? '' : '\x1b[?7l',
    modes.reverseWraparoundMode ? '\x1b[?45h' : '',
    modes.insertMode ? '\x1b[4h' : '',
    drawKeyModes(terminal),
    // Said either way: a reset does not bring a hidden cursor back.
    state.cursor() === 'hidden' ? '\x1b[?25l' : '\x1b[?25h',
  ].join('');
}

/** What changes what keys and the mouse say, and the shape of the cursor; from a terminal where none of it is on. */
export function drawKeyModes(terminal: Terminal): string {
  const state = readXtermState(terminal);
  const { modes } = terminal;
  const { style, blink } = state.cursorShape();
  const shape = style === undefined ? undefined : SHAPES[style];
  return [
    modes.applicationCursorKeysMode ? '\x1b[?1h' : '',
    modes.applicationKeypadMode ? '\x1b=' : '',
    modes.bracketedPasteMode ? '\x1b[?2004h' : '',
    modes.sendFocusMode ? '\x1b[?1004h' : '',
    MOUSE[modes.mouseTrackingMode],
    MOUSE_ENCODING[state.mouseEncoding()] ?? '',
    shape === undefined ? '' : `\x1b[${blink === true ? shape : shape + 1} q`,
  ].join('');
}
