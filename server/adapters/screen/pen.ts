/** How a terminal is told the looks of what is written next: each is set in full, so that nothing depends on what came before. */
import type { CellLook, Look, XtermState } from './xterm-state.ts';

export const isEmpty = (cell: CellLook): boolean => cell.getChars() === '' && cell.getWidth() !== 0;
export const isBlank = (cell: CellLook): boolean => isEmpty(cell) && !cell.isBgRGB() && !cell.isBgPalette();

export type Pen = {
  /** What to send so that the next character looks like this one. */
  readonly write: (look: Look) => string;
  /** … so that an erased cell has this one's background. */
  readonly erase: (look: Look) => string;
  readonly lift: () => string;
};

export function createPen(state: XtermState): Pen {
  let sgr = '0';
  let link = '';
  function set(nextSgr: string, nextLink: string): string {
    const out = (nextLink === link ? '' : nextLink === '' ? '\x1b]8;;\x1b\\' : nextLink) + (nextSgr === sgr ? '' : `\x1b[${nextSgr}m`);
    sgr = nextSgr;
    link = nextLink;
    return out;
  }
  return {
    write: (look) => set(toSgr(look), toLink(state, look)),
    erase: (look) => set(toEraser(look), ''),
    lift: () => set('0', ''),
  };
}

function toLink(state: XtermState, look: Look): string {
  const found = look.hasExtendedAttrs() === 0 || look.extended.urlId === 0 ? null : state.link(look.extended.urlId);
  return found === null ? '' : `\x1b]8;${found.id === undefined ? '' : `id=${found.id}`};${found.uri}\x1b\\`;
}

function toSgr(look: Look): string {
  const underline = look.getUnderlineStyle();
  const parts = ['0'];
  if (look.isBold() !== 0) parts.push('1');
  if (look.isDim() !== 0) parts.push('2');
  if (look.isItalic() !== 0) parts.push('3');
  if (underline !== 0) parts.push(underline === 1 ? '4' : `4:${underline}`);
  if (look.isBlink() !== 0) parts.push('5');
  if (look.isInverse() !== 0) parts.push('7');
  if (look.isInvisible() !== 0) parts.push('8');
  if (look.isStrikethrough() !== 0) parts.push('9');
  if (look.isOverline() !== 0) parts.push('53');
  if (look.isFgRGB()) parts.push(`38;2;${toRgb(look.getFgColor(), ';')}`);
  else if (look.isFgPalette())
    parts.push(look.getFgColorMode() === SIXTEEN_COLOURS ? toSixteen(look.getFgColor(), 30) : `38;5;${look.getFgColor()}`);
  return [...parts, ...toUnderlineColour(look.extended.underlineColor), ...toBackground(look)].join(';');
}

/** It is there before and after there is an underline, so it is read where it is kept. */
function toUnderlineColour(value: number): readonly string[] {
  const mode = value & COLOUR_MODE;
  if (mode === 0) return [];
  return [mode === COLOUR_MODE ? `58:2::${toRgb(value, ':')}` : `58:5:${value & 255}`];
}

export const toEraser = (look: Look): string => ['0', ...toBackground(look)].join(';');

function toBackground(look: Look): readonly string[] {
  if (look.isBgRGB()) return [`48;2;${toRgb(look.getBgColor(), ';')}`];
  if (!look.isBgPalette()) return [];
  return [look.getBgColorMode() === SIXTEEN_COLOURS ? toSixteen(look.getBgColor(), 40) : `48;5;${look.getBgColor()}`];
}

/** The first sixteen are another thing than the same numbers of the palette: bold may brighten them. */
const SIXTEEN_COLOURS = 0x1000000;
/** All of it: red, green and blue. */
const COLOUR_MODE = 0x3000000;
const toSixteen = (color: number, base: 30 | 40): string => String(color < 8 ? base + color : base + 60 + color - 8);

const toRgb = (color: number, separator: string): string => [(color >>> 16) & 255, (color >>> 8) & 255, color & 255].join(separator);
