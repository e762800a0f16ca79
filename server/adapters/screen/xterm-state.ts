/**
 * What xterm.js knows of its screen and does not say in its public interface: margins, the pen, how links and underlines look,
 * how the mouse is encoded; and its parser, without the queue in front of it. Read from its inside, in this file only; the package is pinned, and the tests of the screen model
 * fail where an update moves any of it.
 */
import type { IBuffer, Terminal } from '@xterm/headless';

/** Of a cell, and of the pen that writes the next one. */
export type Look = {
  isBold(): number;
  isDim(): number;
  isItalic(): number;
  isBlink(): number;
  isInverse(): number;
  isInvisible(): number;
  isStrikethrough(): number;
  isOverline(): number;
  getUnderlineStyle(): number;
  hasExtendedAttrs(): number;
  isFgRGB(): boolean;
  isFgPalette(): boolean;
  getFgColor(): number;
  getFgColorMode(): number;
  isBgRGB(): boolean;
  isBgPalette(): boolean;
  getBgColor(): number;
  getBgColorMode(): number;
  readonly extended: { readonly urlId: number; readonly underlineColor: number };
};

export type CellLook = Look & { getChars(): string; getWidth(): number };

export type Link = { readonly id?: string; readonly uri: string };

export type XtermState = {
  /**
   * Puts it on the screen now. `write` does so some time later, in turns of 12 ms in which a program that goes on printing is not read.
   * Not to be mixed with it.
   */
  readonly parse: (data: Uint8Array) => void;
  readonly pen: () => Look;
  /** First and last row that scroll, from 0, of the active buffer. */
  readonly margins: () => { readonly top: number; readonly bottom: number };
  readonly cursor: () => 'shown' | 'hidden';
  /** Whether the stream has just written a character, to which what comes next may be joined. */
  readonly lastAction: () => 'wrote' | 'other';
  readonly cursorShape: () => { readonly style: string | undefined; readonly blink: boolean | undefined };
  readonly mouseEncoding: () => string;
  readonly link: (urlId: number) => Link | null;
  readonly cell: (buffer: IBuffer, row: number, col: number) => CellLook | null;
  /** Those of one row, by column. */
  readonly cells: (buffer: IBuffer, row: number) => (col: number) => CellLook | null;
};

type Inside = {
  readonly buffer: { readonly scrollTop: number; readonly scrollBottom: number };
  readonly _inputHandler: {
    parse(data: Uint8Array): unknown;
    readonly _curAttrData: Look;
    readonly _parser: { readonly precedingJoinState: number };
  };
  readonly coreService: {
    readonly isCursorHidden: boolean;
    readonly decPrivateModes: { readonly cursorStyle?: string; readonly cursorBlink?: boolean };
  };
  readonly coreMouseService: { readonly activeEncoding: string };
  readonly _oscLinkService: { getLinkData(id: number): Link | undefined };
};

export function readXtermState(terminal: Terminal): XtermState {
  const inside = (terminal as unknown as { readonly _core: Inside })._core;
  return {
    parse: (data) => void inside._inputHandler.parse(data),
    pen: () => inside._inputHandler._curAttrData,
    margins: () => ({ top: inside.buffer.scrollTop, bottom: inside.buffer.scrollBottom }),
    cursor: () => (inside.coreService.isCursorHidden ? 'hidden' : 'shown'),
    lastAction: () => (inside._inputHandler._parser.precedingJoinState === 0 ? 'other' : 'wrote'),
    cursorShape: () => ({ style: inside.coreService.decPrivateModes.cursorStyle, blink: inside.coreService.decPrivateModes.cursorBlink }),
    mouseEncoding: () => inside.coreMouseService.activeEncoding,
    link: (urlId) => inside._oscLinkService.getLinkData(urlId) ?? null,
    cell: (buffer, row, col) => (buffer.getLine(row)?.getCell(col) as CellLook | undefined) ?? null,
    cells(buffer, row) {
      const line = buffer.getLine(row);
      return (col) => (line?.getCell(col) as CellLook | undefined) ?? null;
    },
  };
}
