/**
 * Rows of a terminal as text in colours, to be shown anywhere: SGR, hyperlinks and `\n`, and no other control, so blanks are
 * written where a picture would move. Pure.
 */
import type { IBuffer, Terminal } from '@xterm/headless';
import { createPen, isBlank, isEmpty, type Pen } from './pen.ts';
import { type CellLook, readXtermState } from './xterm-state.ts';

/** From the row `from` to the one before `to`, the oldest of the buffer being 0. `joined`: no `\n` where a row goes on in the next. */
export type RowRange = { readonly from: number; readonly to: number; readonly lines: 'joined' | 'apart' };

/** Begins and ends with plain colours, and has no `\n` at its end. */
export function drawRows(terminal: Terminal, buffer: IBuffer, { from, to, lines }: RowRange): string {
  const state = readXtermState(terminal);
  const pen = createPen(state);
  let out = '';
  for (let row = from; row < to; row += 1) {
    const cellAt = state.cells(buffer, row);
    const cells = Array.from({ length: terminal.cols }, (_, col) => cellAt(col)).filter((cell) => cell !== null);
    const on = lines === 'joined' && goesOn(buffer, row);
    out += drawCells(cells, on ? colsBefore(buffer, row + 1, cells) : 0, pen);
    if (!on) out += `${pen.lift()}${row + 1 < to ? '\n' : ''}`;
  }
  return out + pen.lift();
}

/** Whether the row after this one belongs to its line. One that was erased since does not. */
export function goesOn(buffer: IBuffer, row: number): boolean {
  const next = buffer.getLine(row + 1);
  return next?.isWrapped === true && next.getCell(0)?.getChars() !== '';
}

/** The columns to be filled, so that what is written next is on the next row: a wide character leaves the last one of a row free. */
function colsBefore(buffer: IBuffer, next: number, cells: readonly CellLook[]): number {
  const last = cells.at(-1);
  const isFree = last !== undefined && isEmpty(last) && buffer.getLine(next)?.getCell(0)?.getWidth() === 2;
  return isFree ? cells.length - 1 : cells.length;
}

/** Blanks at the end only as far as `filled`. */
function drawCells(cells: readonly CellLook[], filled: number, pen: Pen): string {
  const seen = cells.findLastIndex((cell) => cell.getWidth() !== 0 && !isBlank(cell)) + 1;
  let out = '';
  for (const cell of cells.slice(0, Math.max(seen, filled))) {
    if (cell.getWidth() === 0) continue;
    out += isEmpty(cell) ? `${pen.erase(cell)} ` : `${pen.write(cell)}${cell.getChars()}`;
  }
  return out;
}
