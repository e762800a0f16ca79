/**
 * What can be seen of a terminal, as data that two of them can be compared by and that reads well where they differ: each row as
 * text with the looks in brackets, the cursor, and the modes that a program sees its user through.
 */
import type { Terminal } from '@xterm/headless';
import { type CellLook, readXtermState } from '../adapters/screen/xterm-state.ts';

export type Picture = {
  /** Without the blanks at their ends. */
  readonly rows: readonly string[];
  /** The backgrounds of those: a runtime that is asked for its text does not tell them. */
  readonly ends: readonly string[];
  /** `x,y`, or `hidden`. One that stands behind the last column is on it. */
  readonly cursor: string;
  readonly mouse: 'none' | 'x10' | 'vt200' | 'drag' | 'any';
  readonly bracketedPaste: boolean;
};

/** `plain`: a blank is a blank, however it looks. */
export type Blanks = 'told' | 'plain';

export function pictureOf(terminal: Terminal, blanks: Blanks): Picture {
  const state = readXtermState(terminal);
  const { active } = terminal.buffer;
  const { cols } = terminal;
  const lines = Array.from({ length: terminal.rows }, (_, row) => {
    const cells = Array.from({ length: cols }, (__, col) => state.cell(active, active.baseY + row, col)).filter((cell) => cell !== null);
    const end = cells.findLastIndex((cell) => isSeen(cell, blanks)) + 1;
    return { row: draw(cells.slice(0, end), blanks), end: draw(cells.slice(end), blanks) };
  });
  return {
    rows: lines.map(({ row }) => row),
    ends: lines.map(({ end }) => end),
    cursor: state.cursor() === 'hidden' ? 'hidden' : placeOf({ x: active.cursorX, y: active.cursorY, cols }),
    mouse: terminal.modes.mouseTrackingMode,
    bracketedPaste: terminal.modes.bracketedPasteMode,
  };
}

export const placeOf = ({ x, y, cols }: { readonly x: number; readonly y: number; readonly cols: number }): string =>
  `${Math.min(x, cols - 1)},${y}`;

const isBlank = (cell: CellLook): boolean => cell.getChars() === '' || cell.getChars() === ' ';
const isSeen = (cell: CellLook, blanks: Blanks): boolean => !isBlank(cell) || !/^(?:bg \S+)?$/.test(describeLook(cell, blanks));

function draw(cells: readonly CellLook[], blanks: Blanks): string {
  let out = '';
  let look = '';
  for (const cell of cells) {
    if (cell.getWidth() === 0) continue;
    const chars = cell.getChars() === '' ? ' ' : cell.getChars();
    const next = describeLook(cell, blanks);
    if (next !== look) out += `⟨${next}⟩`;
    look = next;
    out += chars;
  }
  return out.replace(/(?:⟨⟩)? *$/, '');
}

/** Of a blank only what shows: its background, and the lines through and under it. */
function describeLook(cell: CellLook, blanks: Blanks): string {
  const blank = isBlank(cell);
  if (blank && blanks === 'plain') return '';
  const inverse = cell.isInverse() !== 0;
  const parts = [
    !blank && cell.isBold() !== 0 && 'bold',
    !blank && cell.isDim() !== 0 && 'dim',
    !blank && cell.isItalic() !== 0 && 'italic',
    !blank && cell.isBlink() !== 0 && 'blink',
    !blank && cell.isInvisible() !== 0 && 'invisible',
    inverse && 'inverse',
    cell.isStrikethrough() !== 0 && 'struck',
    cell.isOverline() !== 0 && 'overlined',
    cell.getUnderlineStyle() !== 0 && `underlined ${cell.getUnderlineStyle()}`,
    (!blank || inverse) && describeColour('fg', cell.getFgColorMode(), cell.getFgColor()),
    describeColour('bg', cell.getBgColorMode(), cell.getBgColor()),
  ];
  return parts.filter((part) => part !== false).join(' ');
}

const describeColour = (name: string, mode: number, value: number): string | false =>
  mode !== 0 && `${name} ${mode === 0x3000000 ? `#${value.toString(16).padStart(6, '0')}` : value}`;
