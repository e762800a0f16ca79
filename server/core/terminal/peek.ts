/**
 * The last lines of a screen as a few coloured runs of text, for a glance at many sessions at once. What comes in is a program's
 * output and may be anything; what goes out is text without a single control character, and colours by number. So whoever shows
 * it needs no terminal, and nothing in it can act. Pure.
 */

/** 0–15: by its name in the terminal's theme; otherwise `#rrggbb`. */
export type PeekColour = number | string;
export type PeekLook = 'bold' | 'dim' | 'italic' | 'underline' | 'strike' | 'reverse';

/** What is as usual is left out. */
export type PeekRun = {
  readonly text: string;
  readonly fg?: PeekColour;
  readonly bg?: PeekColour;
  readonly looks?: readonly PeekLook[];
};

export type PeekLines = readonly (readonly PeekRun[])[];

/** Screens of one look. */
export const PEEKS_AT_ONCE = 40;
export const PEEK_ROWS = 12;
/** Characters of a line; a card has room for fewer. */
export const PEEK_COLS = 120;

type Pen = { readonly fg: PeekColour | null; readonly bg: PeekColour | null; readonly looks: ReadonlySet<PeekLook | 'hidden'> };
const PLAIN: Pen = { fg: null, bg: null, looks: new Set() };

const PARTS = new RegExp(
  [
    String.raw`\x1b\[(?<sgr>[\d;:]*)m`,
    String.raw`(?<line>\r?\n)`,
    String.raw`(?<shift>[\x0e\x0f])`,
    // Dropped: other control sequences; strings (titles, links, the clipboard) up to their end or the line's; what is left of escapes.
    String.raw`\x1b\[[0-?]*[ -/]*[@-~]?`,
    String.raw`[\x1b][\]PX^_][^\n\x07\x1b]*(?:\x07|\x1b\\)?`,
    String.raw`\x1b[ -/]*[0-~]?`,
    // Also the controls of writing direction: they would reorder what stands beside them.
    String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]`,
    String.raw`(?<text>[^\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+)`,
  ].join('|'),
  'g',
);

/** The last lines with anything on them. `screen`: lines from the top, colours as SGR. */
export function toPeek(screen: string): PeekLines {
  const lines: PeekRun[][] = [[]];
  let pen = PLAIN;
  let drawing = false;
  for (const { groups } of screen.matchAll(PARTS)) {
    const { sgr, line, shift, text } = groups ?? {};
    if (sgr !== undefined) pen = applySgr(pen, sgr);
    else if (line !== undefined) lines.push([]);
    else if (shift !== undefined) drawing = shift === '\x0e';
    else if (text !== undefined) lines.at(-1)?.push(toRun(drawing ? toDrawing(text) : text.replaceAll('\t', ' '), pen));
  }
  const last = lines.findLastIndex((line) => !isBlank(line));
  return lines.slice(Math.max(0, last + 1 - PEEK_ROWS), last + 1).map(cutLine);
}

/** The same for the same screen; another one for another, but for one case in four billion. */
export function versionOf(screen: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < screen.length; at += 1) hash = Math.imul(hash ^ screen.charCodeAt(at), 0x01000193);
  return `${(hash >>> 0).toString(36)}-${screen.length.toString(36)}`;
}

function toRun(text: string, { fg, bg, looks }: Pen): PeekRun {
  const shown = [...looks].filter((look) => look !== 'hidden');
  return {
    text: looks.has('hidden') ? ' '.repeat(text.length) : text,
    ...(fg === null ? {} : { fg }),
    ...(bg === null ? {} : { bg }),
    ...(shown.length === 0 ? {} : { looks: shown }),
  };
}

/** Blanks are seen only by what they stand on. */
const isUnseen = ({ text, bg, looks = [] }: PeekRun): boolean =>
  text.trim() === '' && bg === undefined && !looks.some((look) => look === 'reverse' || look === 'underline' || look === 'strike');

const isBlank = (line: readonly PeekRun[]): boolean => line.every(isUnseen);

function cutLine(line: readonly PeekRun[]): readonly PeekRun[] {
  const runs: PeekRun[] = [];
  let room = PEEK_COLS;
  for (const run of line.slice(0, line.findLastIndex((each) => !isUnseen(each)) + 1)) {
    const characters = [...run.text];
    const text = characters.length > room ? characters.slice(0, room).join('') : run.text;
    room -= characters.length;
    if (text !== '') runs.push({ ...run, text });
    if (room <= 0) break;
  }
  return runs;
}

const LOOK_OF: Readonly<Record<number, PeekLook | 'hidden'>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'reverse',
  8: 'hidden',
  9: 'strike',
  21: 'underline',
};
const ENDS: Readonly<Record<number, readonly (PeekLook | 'hidden')[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['reverse'],
  28: ['hidden'],
  29: ['strike'],
};

/** Parameters are separated by `;`, or by `:` within one. */
function applySgr(before: Pen, codes: string): Pen {
  const parameters = codes.split(';').map((parameter) => parameter.split(':').map(Number));
  let { fg, bg } = before;
  let looks = new Set(before.looks);
  for (let parameter = parameters.shift(); parameter !== undefined; parameter = parameters.shift()) {
    const [code = 0, ...own] = parameter;
    const look = LOOK_OF[code];
    if (code === 0) {
      fg = null;
      bg = null;
      looks = new Set();
    } else if (code === 4 && own[0] === 0) looks.delete('underline');
    else if (look !== undefined) looks.add(look);
    else if (ENDS[code] !== undefined) for (const each of ENDS[code]) looks.delete(each);
    else if (code === 38 || code === 48 || code === 58) {
      const colour = own.length > 0 ? toColour(own) : toColour(takeColour(parameters));
      if (colour !== null && code === 38) fg = colour;
      if (colour !== null && code === 48) bg = colour;
    } else if (code === 39) fg = null;
    else if (code === 49) bg = null;
    else if (code >= 30 && code <= 37) fg = code - 30;
    else if (code >= 90 && code <= 97) fg = code - 82;
    else if (code >= 40 && code <= 47) bg = code - 40;
    else if (code >= 100 && code <= 107) bg = code - 92;
  }
  return { fg, bg, looks };
}

/** `5;n` or `2;r;g;b`, taken from what follows. */
function takeColour(parameters: number[][]): readonly number[] {
  const kind = parameters.shift()?.[0];
  const rest = parameters.splice(0, kind === 5 ? 1 : kind === 2 ? 3 : 0);
  return [kind ?? Number.NaN, ...rest.map(([part = Number.NaN]) => part)];
}

const CUBE = [0, 95, 135, 175, 215, 255] as const;

function toColour([kind, ...parts]: readonly number[]): PeekColour | null {
  // A colour space may stand before the three (`2::r:g:b`).
  if (kind === 2) return toHex(parts.slice(-3));
  const [index = Number.NaN] = parts;
  if (kind !== 5 || !isByte(index)) return null;
  if (index < 16) return index;
  if (index >= 232) return toHex(Array.from({ length: 3 }, () => 8 + 10 * (index - 232)));
  const cell = index - 16;
  return toHex([Math.floor(cell / 36), Math.floor(cell / 6) % 6, cell % 6].map((level) => CUBE[level] ?? 0));
}

const isByte = (part: number): boolean => Number.isInteger(part) && part >= 0 && part <= 255;

function toHex(parts: readonly number[]): string | null {
  if (parts.length !== 3 || !parts.every(isByte)) return null;
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** The line drawing characters of DEC terminals, which letters stand for while shifted out. */
const DRAWN = 'jklmnqtuvwx`a~';
const DRAWING = '┘┐┌└┼─├┤┴┬│◆▒·';

const toDrawing = (text: string): string => text.replace(/[j-nqt-x`a~]/g, (letter) => DRAWING[DRAWN.indexOf(letter)] ?? letter);
