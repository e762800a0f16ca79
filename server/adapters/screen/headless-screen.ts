/** The screen model on xterm.js without a display: the same parser that the viewers have, so both see the same. */
import type { Size } from '../../core/terminal/size-arbiter.ts';
import type { ScreenModel } from '../../ports/terminal.ts';
import { openXterm } from './open-xterm.ts';
import { drawPicture } from './picture.ts';
import { createUnfinished } from './unfinished.ts';

const NOTHING = new Uint8Array(0);

export function openHeadlessScreen(size: Size): ScreenModel {
  // What has scrolled away is the runtime's to remember.
  const terminal = openXterm(size, 0);
  const unfinished = createUnfinished();
  const encoder = new TextEncoder();
  let closed = false;

  return {
    write(data, parsed) {
      if (closed) return;
      unfinished.push(data);
      terminal.write(data, parsed);
    },
    resize({ cols, rows }) {
      // In the order of the stream: what was written before may not be parsed yet, and was meant for the old size.
      if (!closed) terminal.write(NOTHING, () => closed || terminal.resize(cols, rows));
    },
    snapshot(done) {
      if (closed) return;
      const rest = unfinished.bytes();
      // Its callback comes after all that was written before, and before anything of what is written later.
      terminal.write(NOTHING, () => {
        const picture = encoder.encode(drawPicture(terminal));
        const screen = new Uint8Array(picture.length + rest.length);
        screen.set(picture);
        screen.set(rest, picture.length);
        done(screen, 'at the call');
      });
    },
    close() {
      closed = true;
      terminal.dispose();
    },
  };
}
