/** An xterm without a display that takes up, measures and clips characters as those of the pages do. */
// oxlint-disable-next-line import/default -- CommonJS in Node; the linter looks at the file for bundlers
import unicode11 from '@xterm/addon-unicode11';
import headless, { type Terminal } from '@xterm/headless';
import { cutHiddenCells } from '../../core/terminal/hidden-cells.ts';
import type { Size } from '../../core/terminal/size-arbiter.ts';

/** `scrollback`: lines kept of what has left the screen. */
export function openXterm(size: Size, scrollback: number): Terminal {
  const terminal = new headless.Terminal({ ...size, scrollback, allowProposedApi: true, logLevel: 'off' });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  cutHiddenCells(terminal);
  return terminal;
}
