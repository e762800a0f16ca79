/**
 * A screen to draw from on a terminal of any size that is not ours: rows as text with their colours, the cursor, and the modes that
 * change what keys say. What a program sends reaches that terminal in no other way: no query, clipboard, title or reset of its.
 */
import type { Size } from '../../core/terminal/size-arbiter.ts';
import { openXterm } from './open-xterm.ts';
import { drawKeyModes, drawLine } from './picture.ts';
import { readXtermState } from './xterm-state.ts';

export type WindowPicture = {
  /** From the top; each is for an erased row, with a plain pen before and after it. */
  readonly rows: readonly string[];
  /** From 0; `null` while it is hidden or not within the window. */
  readonly cursor: { readonly row: number; readonly col: number } | null;
  /** For a terminal in which none of them is on. */
  readonly modes: string;
};

export type ScreenWindow = {
  readonly size: () => Size;
  /** In order with what was written before, as are the others. */
  readonly resize: (size: Size) => void;
  readonly write: (data: Uint8Array, parsed: () => void) => void;
  /** Starts from nothing; rings no bell. */
  readonly replay: (data: Uint8Array, parsed: () => void) => void;
  /** As much of it as there is room for: from the left, and from as far down as it takes to see the cursor. */
  readonly draw: (room: Size) => WindowPicture;
  readonly close: () => void;
};

/** CAN ends whatever sequence the old stream was cut in, RIS clears the rest. */
const START_AFRESH = '\x18\x1bc';

export function openScreenWindow(size: Size, { onBell }: { readonly onBell: () => void }): ScreenWindow {
  const terminal = openXterm(size, 0);
  let replays = 0;
  terminal.onBell(() => {
    if (replays === 0) onBell();
  });

  return {
    size: () => ({ cols: terminal.cols, rows: terminal.rows }),
    resize: ({ cols, rows }) => terminal.write('', () => terminal.resize(cols, rows)),
    write: (data, parsed) => terminal.write(data, parsed),
    replay(data, parsed) {
      replays += 1;
      terminal.write(START_AFRESH);
      terminal.write(data, () => {
        replays -= 1;
        parsed();
      });
    },
    draw({ cols, rows }) {
      const { active } = terminal.buffer;
      const top = Math.max(0, Math.min(terminal.rows - rows, active.cursorY - rows + 1));
      const shown = Math.min(rows, terminal.rows);
      const col = Math.min(active.cursorX, terminal.cols - 1);
      const seen = readXtermState(terminal).cursor() === 'shown' && col < cols;
      return {
        rows: Array.from({ length: shown }, (_, row) => drawLine(terminal, { row: top + row, cols })),
        cursor: seen ? { row: active.cursorY - top, col } : null,
        modes: drawKeyModes(terminal),
      };
    },
    close: () => terminal.dispose(),
  };
}
