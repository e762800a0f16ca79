/** The terminal hub on a real tmux with real screens, and a store that says what the test wants. */
import type { Terminal } from '@xterm/headless';
import { openHeadlessScreen } from '../adapters/screen/headless-screen.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import { TERMINAL_LIMITS } from '../contract/socket.ts';
import type { SessionId } from '../core/ids.ts';
import type { Size, Visibility } from '../core/terminal/size-arbiter.ts';
import type { FlowLimits } from '../core/terminal/viewer-flow.ts';
import type { LaunchSpec, Runtime } from '../ports/runtime.ts';
import type { Store } from '../ports/store.ts';
import type { RuntimeAttach, TerminalViewer } from '../ports/terminal.ts';
import { createTerminalHub, type TerminalHub } from '../services/terminal/hub.ts';
import { type Argv, makeSpec } from './contracts/runtime.contract.ts';
import { createRecordingLog } from './fakes/log.ts';
import { createFakeStore } from './fakes/store.ts';
import { eventually } from './resources.ts';
import { draftOf, projectFacts, WHY } from './store-facts.ts';
import { createTestViewer, openTerminal, type Reading, type TestViewer } from './terminal-viewer.ts';
import { makeTmuxHarness, type TmuxHarness } from './tmux-harness.ts';

export const STAND_SIZE: Size = { cols: 80, rows: 24 };

export type Seen = TestViewer & { readonly viewer: TerminalViewer };

export type TerminalStand = AsyncDisposable & {
  readonly harness: TmuxHarness;
  readonly runtime: Runtime & RuntimeAttach;
  readonly store: Store;
  readonly hub: TerminalHub;
  run(id: string, argv: Argv): Promise<LaunchSpec>;
  view(id: string, options?: { readonly size?: Size; readonly visibility?: Visibility; readonly mode?: Reading }): Promise<Seen>;
  /** A terminal that was fed all that the last attachment gave, past the hub. */
  oracle(): Terminal;
  /** The daemon is killed, and with it its tmux clients; the next one is there. */
  crash(): Promise<void>;
  /** What tmux shows, without trailing blanks. */
  capture(spec: LaunchSpec): Promise<string>;
  /** Resolves once each viewer shows what tmux shows, cursor included. */
  untilSame(spec: LaunchSpec, viewers: readonly TestViewer[]): Promise<string>;
};

function withOracle(runtime: Runtime & RuntimeAttach, onAttach: (oracle: Terminal) => void): Runtime & RuntimeAttach {
  return {
    ...runtime,
    async attach(handle, listener) {
      const early: Uint8Array[] = [];
      let feed = (data: Uint8Array): void => void early.push(data);
      const onData = (data: Uint8Array): void => {
        feed(data);
        listener.onData(data);
      };
      const attachment = await runtime.attach(handle, { ...listener, onData });
      const oracle = openTerminal(attachment.size);
      feed = (data) => oracle.write(data);
      for (const data of early) feed(data);
      onAttach(oracle);
      return {
        ...attachment,
        resize({ cols, rows }) {
          attachment.resize({ cols, rows });
          oracle.write('', () => oracle.resize(cols, rows));
        },
      };
    },
  };
}

export async function makeTerminalStand(limits: FlowLimits = TERMINAL_LIMITS): Promise<TerminalStand> {
  const harness = await makeTmuxHarness();
  const store = createFakeStore();
  store.projects.insert(projectFacts());
  let oracle = openTerminal(STAND_SIZE);
  const openHub = (runtime: Runtime & RuntimeAttach): TerminalHub =>
    createTerminalHub({
      store,
      runtime: withOracle(runtime, (terminal) => (oracle = terminal)),
      openScreen: openHeadlessScreen,
      clock: createSystemClock(),
      log: createRecordingLog(),
      secrets: createSecrets(),
      limits,
    });
  let runtime = harness.open();
  let hub = openHub(runtime);

  async function screenOf({ sessionId }: LaunchSpec): Promise<{ readonly text: string; readonly cursor: string }> {
    const target = `=${sessionId}:`;
    const { stdout } = await harness.tmux(
      'capture-pane',
      '-p',
      '-t',
      target,
      ';',
      'display-message',
      '-p',
      '-t',
      target,
      '#{cursor_x},#{cursor_y}',
    );
    const lines = stdout.trimEnd().split('\n');
    const cursor = lines.pop() ?? '';
    return {
      text: lines
        .map((line) => line.trimEnd())
        .join('\n')
        .trimEnd(),
      cursor,
    };
  }

  return {
    harness,
    get runtime() {
      return runtime;
    },
    store,
    get hub() {
      return hub;
    },
    async run(id, argv) {
      const spec = makeSpec(harness, id, { argv, size: STAND_SIZE });
      await runtime.create(spec);
      const number = Number(id.split('-').at(-1));
      const row = { id: id as SessionId, number, phase: 'live' as const, runtimeHandle: spec.handle, launchId: spec.launchId };
      store.sessions.insert(draftOf(row), WHY);
      return spec;
    },
    async view(id, { size = STAND_SIZE, visibility = 'visible', mode = 'reading' } = {}) {
      const seen = createTestViewer(size);
      const viewer = await hub.view({ session: { by: 'id', id: id as SessionId }, size, visibility }, seen);
      seen.watch(viewer, mode);
      return { ...seen, viewer };
    },
    oracle: () => oracle,
    async crash() {
      const [left, abandoned] = [hub, runtime];
      const { stdout } = await harness.tmux('list-clients', '-F', '#{client_pid}');
      for (const pid of stdout.trim().split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
      runtime = harness.open();
      hub = openHub(runtime);
      await left.close();
      await abandoned.close();
    },
    capture: async (spec) => (await screenOf(spec)).text,
    async untilSame(spec, viewers) {
      let last: unknown;
      const same = async (): Promise<string | null> => {
        const wanted = await screenOf(spec);
        const shown = viewers.map((viewer) => ({ text: viewer.text(), cursor: viewer.cursor() }));
        last = { wanted, shown };
        return shown.every(({ text, cursor }) => text === wanted.text && cursor === wanted.cursor) ? `${wanted.text}\n` : null;
      };
      return await eventually(() => `all show what tmux shows; it is ${JSON.stringify(last, null, 1)}`, same, { limitMs: 30_000 });
    },
    async [Symbol.asyncDispose]() {
      await hub.close();
      await harness[Symbol.asyncDispose]();
    },
  };
}
