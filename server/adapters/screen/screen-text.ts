/** The text of a terminal without a display, by the same parser that draws it: what moves, overwrites and scrolls reads as it was seen. */
// oxlint-disable-next-line import/default -- CommonJS in Node; the linter looks at the file for bundlers
import unicode11 from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import { cutHiddenCells } from '../../core/terminal/hidden-cells.ts';
import type { Size } from '../../core/terminal/size-arbiter.ts';
import type { ScreenText } from '../../ports/recording.ts';

/** What scrolled away since the last look is still to be read. */
const SCROLLBACK_LINES = 200;

export function openScreenText(size: Size): ScreenText {
  const terminal = new headless.Terminal({ ...size, scrollback: SCROLLBACK_LINES, allowProposedApi: true, logLevel: 'off' });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  cutHiddenCells(terminal);
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
