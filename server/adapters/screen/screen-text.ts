/** The text of a terminal without a display, by the same parser that draws it: what moves, overwrites and scrolls reads as it was seen. */
import type { Size } from '../../core/terminal/size-arbiter.ts';
import type { ScreenText } from '../../ports/recording.ts';
import { openXterm } from './open-xterm.ts';

/** What scrolled away since the last look is still to be read. */
const SCROLLBACK_LINES = 200;

export function openScreenText(size: Size): ScreenText {
  const terminal = openXterm(size, SCROLLBACK_LINES);
  return {
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    resize: ({ cols, rows }) => terminal.resize(cols, rows),
    lines() {
      const { active } = terminal.buffer;
      const lines: string[] = [];
      for (let row = 0; row < active.length; row += 1) {
        const line = active.getLine(row);
        // A word that reached the edge goes on in the next row.
        if (line?.isWrapped === true && lines.length > 0) lines[lines.length - 1] += line.translateToString(true);
        else lines.push(line?.translateToString(true) ?? '');
      }
      return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
    },
    close: () => terminal.dispose(),
  };
}
