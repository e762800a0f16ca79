/** A viewer of the product over a real socket.io, with the same client code as the pages: order of input, acks after drawing. */
import { io, type Socket } from 'socket.io-client';
import type { ServerToTab, TabToServer } from '../../server/contract/socket.ts';
import { PROTOCOL_VERSION } from '../../server/contract/version.ts';
import { createTerminalLink } from '../../server/terminal-client/terminal-link.ts';
import { createTerminalWire, type TabWire } from '../../server/terminal-client/terminal-wire.ts';
import { eventually } from '../../server/testing/resources.ts';
import { openTerminal } from '../../server/testing/terminal-viewer.ts';
import { createTextWatch, type TextWatch } from './text-watch.ts';

export const SIZE = { cols: 100, rows: 30 } as const;

export type ViewerOptions = {
  readonly origin: string;
  readonly credential: string;
  readonly session: string;
  /** `drawn`: by a terminal emulator, which takes its time. `swallowed`: acknowledged at once. */
  readonly screen: 'swallowed' | 'drawn';
  /** `stuck`: receives, and never acknowledges until it is turned. */
  readonly mode: 'reading' | 'stuck';
  /** The Host to name, where the line goes through a proxy. */
  readonly host: string;
};

export type BenchViewer = Pick<TextWatch, 'until' | 'forget'> & {
  readonly wire: TabWire;
  readonly type: (text: string) => void;
  readonly bytes: () => number;
  readonly snapshots: () => number;
  /** From the attach sent until the first picture had these words. Milliseconds. */
  readonly attach: () => Promise<void>;
  readonly read: () => void;
  readonly text: () => string;
  readonly close: () => Promise<void>;
};

let tabs = 0;

export async function openViewer(
  options: Pick<ViewerOptions, 'origin' | 'credential' | 'session'> & Partial<ViewerOptions>,
): Promise<BenchViewer> {
  tabs += 1;
  const host = options.host === undefined ? {} : { host: options.host };
  const socket: Socket<ServerToTab, TabToServer> = io(options.origin, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { authorization: `Bearer ${options.credential}`, ...host },
    auth: { protocol: PROTOCOL_VERSION, role: 'viewer', tab: `bench-tab-${process.pid}-${tabs}` },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const watch = createTextWatch();
  const terminal = options.screen === 'drawn' ? openTerminal(SIZE) : null;
  let [bytes, snapshots] = [0, 0];
  let owed: (() => void)[] = [];
  let reads = options.mode !== 'stuck';

  function take(data: Uint8Array, done: () => void): void {
    bytes += data.byteLength;
    watch.push(data);
    const finish = (): void => void (reads ? done() : owed.push(done));
    if (terminal === null) finish();
    else terminal.write(data, finish);
  }

  const wire = createTerminalWire(socket);
  const link = createTerminalLink({
    sessionId: options.session,
    access: 'full',
    wire,
    screen: {
      room: () => ({ ...SIZE, visible: true }),
      resize: (cols, rows) => terminal?.write('', () => terminal.resize(cols, rows)),
      replay(data, done) {
        snapshots += 1;
        terminal?.write('\u001bc');
        take(data, done);
      },
      write: take,
    },
    clock: {
      nowMs: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    onState: () => undefined,
    onWatchers: () => undefined,
    onInputRefused: () => undefined,
    onInputCut: () => undefined,
  });

  return {
    wire,
    until: watch.until,
    forget: watch.forget,
    type(text) {
      if (link.type(Buffer.from(text)) !== 'sent') throw new Error(`${options.session} takes no input: ${JSON.stringify(link.state())}`);
    },
    bytes: () => bytes,
    snapshots: () => snapshots,
    async attach() {
      link.open();
      const attached = (): boolean => {
        const { phase } = link.state();
        if (phase.kind === 'error' || phase.kind === 'gone') throw new Error(JSON.stringify(phase));
        return phase.kind === 'attached' && snapshots > 0;
      };
      await eventually(`${options.session} is attached`, attached, { everyMs: 2 });
    },
    read() {
      reads = true;
      for (const done of owed.splice(0)) done();
      owed = [];
    },
    text() {
      if (terminal === null) throw new Error('this viewer draws nothing');
      const { active } = terminal.buffer;
      return Array.from(
        { length: terminal.rows },
        (_, row) =>
          active
            .getLine(active.baseY + row)
            ?.translateToString(true)
            .trimEnd() ?? '',
      )
        .join('\n')
        .trimEnd();
    },
    async close() {
      link.close();
      // The detach goes out before the line is cut.
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.disconnect();
    },
  };
}
