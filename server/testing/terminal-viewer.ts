/** A viewer as a browser is one: a real terminal emulator that draws what it gets and acknowledges what it has drawn. */

// oxlint-disable-next-line import/default -- CommonJS in Node; the linter looks at the file for bundlers
import unicode11 from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import type { Size } from '../core/terminal/size-arbiter.ts';
import type { TerminalEnd, TerminalSink, TerminalViewer } from '../ports/terminal.ts';

export type Reading = 'reading' | 'stuck';

export type TestViewer = TerminalSink & {
  /** What can be seen: rows without trailing blanks, trailing blank rows dropped, as `capture-pane` gives them. */
  readonly text: () => string;
  readonly cursor: () => string;
  readonly end: () => TerminalEnd | null;
  readonly size: () => Size;
  readonly bytes: () => number;
  readonly snapshots: () => number;
  readonly terminal: InstanceType<typeof headless.Terminal>;
  watch(viewer: TerminalViewer, mode: Reading): void;
  /** `reading`: acknowledges what it has drawn and not yet acknowledged, and from now on. `stuck`: nothing more. */
  turn(mode: Reading): void;
};

export function openTerminal(size: Size): InstanceType<typeof headless.Terminal> {
  const terminal = new headless.Terminal({ ...size, scrollback: 0, allowProposedApi: true });
  terminal.loadAddon(new unicode11.Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  return terminal;
}

export function createTestViewer(size: Size): TestViewer {
  const terminal = openTerminal(size);
  let [bytes, snapshots] = [0, 0];
  let end: TerminalEnd | null = null;
  let ack: (count: number) => void = () => undefined;
  let reading: Reading = 'stuck';
  let owed = 0;

  function settle(): void {
    if (reading === 'stuck' || owed === 0) return;
    const drawn = owed;
    owed = 0;
    ack(drawn);
  }

  return {
    output(kind, data) {
      bytes += data.length;
      if (kind === 'snapshot') snapshots += 1;
      terminal.write(data, () => {
        owed += data.length;
        settle();
      });
    },
    // In the order of the stream, as the page does it.
    sized: ({ cols, rows }) => terminal.write('', () => terminal.resize(cols, rows)),
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
      ack = viewer.ack;
      reading = mode;
      terminal.resize(viewer.size.cols, viewer.size.rows);
      viewer.begin();
    },
    turn(mode) {
      reading = mode;
      settle();
    },
  };
}
