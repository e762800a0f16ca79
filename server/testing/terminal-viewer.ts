/** A viewer as a browser is one: a real terminal emulator that draws what it gets and acknowledges what it has drawn. */

// oxlint-disable-next-line import/default -- CommonJS in Node; the linter looks at the file for bundlers
import unicode11 from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import type { Size } from '../core/terminal/size-arbiter.ts';
import type { TerminalEnd, TerminalSink, TerminalViewer } from '../ports/terminal.ts';

export type TestViewer = TerminalSink & {
  /** What can be seen: rows without trailing blanks, trailing blank rows dropped, as `capture-pane` gives them. */
  readonly text: () => string;
  readonly cursor: () => string;
  readonly end: () => TerminalEnd | null;
  readonly size: () => Size;
  readonly bytes: () => number;
  readonly snapshots: () => number;
  readonly terminal: InstanceType<typeof headless.Terminal>;
  /** `reading`: acknowledges from now on. */
  watch(viewer: TerminalViewer, mode: 'reading' | 'stuck'): void;
};

export function createTestViewer(size: Size): TestViewer {
  const terminal = new headless.Terminal({ ...size, scrollback: 0, allowProposedApi: true });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  let [bytes, snapshots] = [0, 0];
  let end: TerminalEnd | null = null;
  let ack: (count: number) => void = () => undefined;

  return {
    output(kind, data) {
      bytes += data.length;
      if (kind === 'snapshot') snapshots += 1;
      terminal.write(data, () => ack(data.length));
    },
    sized: ({ cols, rows }) => terminal.resize(cols, rows),
    watchers: () => undefined,
    ended(why) {
      end = why;
    },
    text() {
      const { active } = terminal.buffer;
      const rows = Array.from(
        { length: terminal.rows },
        (_, row) =>
          active
            .getLine(active.baseY + row)
            // xterm keeps, and clips, what stood beyond a narrower terminal.
            ?.translateToString(true, 0, terminal.cols)
            .trimEnd() ?? '',
      );
      return rows.join('\n').trimEnd();
    },
    cursor: () => `${terminal.buffer.active.cursorX},${terminal.buffer.active.cursorY}`,
    end: () => end,
    size: () => ({ cols: terminal.cols, rows: terminal.rows }),
    bytes: () => bytes,
    snapshots: () => snapshots,
    terminal,
    watch(viewer, mode) {
      if (mode === 'reading') ack = viewer.ack;
      terminal.resize(viewer.size.cols, viewer.size.rows);
      viewer.begin();
    },
  };
}
