/** The terminal hub on a real runtime with real screens, and a store that says what the test wants. */
import type { Terminal } from '@xterm/headless';
import { openHeadlessScreen } from '../adapters/screen/headless-screen.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import { TERMINAL_LIMITS } from '../contract/socket.ts';
import type { SessionId } from '../core/ids.ts';
import type { Size, Visibility } from '../core/terminal/size-arbiter.ts';
import type { FlowLimits } from '../core/terminal/viewer-flow.ts';
import type { ViewerAccess } from '../core/terminal/watchers.ts';
import type { LaunchSpec, Runtime } from '../ports/runtime.ts';
import type { Store } from '../ports/store.ts';
import type { RuntimeAttach, TerminalViewer } from '../ports/terminal.ts';
import { createTerminalHub, type TerminalHub } from '../services/terminal/hub.ts';
import { type Argv, makeSpec, probeOne, type RuntimeHarness } from './contracts/runtime.contract.ts';
import { createRecordingLog } from './fakes/log.ts';
import { createFakeStore } from './fakes/store.ts';
import { somebody } from './fakes/terminal.ts';
import { makePtyHostHarness } from './ptyhost-harness.ts';
import { eventually } from './resources.ts';
import { draftOf, projectFacts, WHY } from './store-facts.ts';
import { createTestViewer, openTerminal, type Reading, type TestViewer } from './terminal-viewer.ts';
import { makeTmuxHarness, type TmuxHarness } from './tmux-harness.ts';

export const STAND_SIZE: Size = { cols: 80, rows: 24 };

export type Seen = TestViewer & { readonly viewer: TerminalViewer };

export type StandKind = 'tmux' | 'ptyhost';

type AnyRuntime = Runtime & RuntimeAttach;
type Screen = { readonly text: string; readonly cursor: string };
type StandHarness = RuntimeHarness & AsyncDisposable & { readonly dataDir: string; readonly open: () => AnyRuntime };

/** What a stand needs to know of its runtime beside the ports. */
type StandRuntime<H extends StandHarness> = {
  readonly harness: H;
  /** What the host itself shows, without trailing blanks. */
  readonly screenOf: (spec: LaunchSpec, runtime: AnyRuntime) => Promise<Screen>;
  /** By name, the ways in which a view can lose its terminal. */
  readonly endings: Readonly<Record<string, (spec: LaunchSpec, runtime: AnyRuntime) => Promise<unknown>>>;
  /** Ends what would end with a daemon that is killed. */
  readonly killClients: () => Promise<void>;
};

export type TerminalStand<H extends StandHarness = StandHarness> = AsyncDisposable & {
  readonly harness: H;
  readonly runtime: AnyRuntime;
  readonly store: Store;
  readonly hub: TerminalHub;
  run(id: string, argv: Argv): Promise<LaunchSpec>;
  view(
    id: string,
    options?: { readonly size?: Size; readonly visibility?: Visibility; readonly access?: ViewerAccess; readonly mode?: Reading },
  ): Promise<Seen>;
  /** A terminal that was fed all that the last attachment gave, past the hub. */
  oracle(): Terminal;
  /** The daemon is killed, and with it its clients; the next one is there. */
  crash(): Promise<void>;
  /** What the host shows. */
  capture(spec: LaunchSpec): Promise<string>;
  programPid(spec: LaunchSpec): Promise<number>;
  /** The whole host dies. */
  killHost(): Promise<void>;
  end(how: string, spec: LaunchSpec): Promise<void>;
  /** Resolves once each viewer shows what the host shows, cursor included, and `text` is on it: before a program prints, all is the same. */
  untilSame(spec: LaunchSpec, viewers: readonly TestViewer[], text?: string): Promise<string>;
};

export const ENDINGS: Readonly<Record<StandKind, readonly string[]>> = {
  tmux: ['its session is ended', 'it is detached', 'the tmux server ends'],
  ptyhost: ['its session is ended'],
};

async function openTmux(): Promise<StandRuntime<TmuxHarness>> {
  const harness = await makeTmuxHarness();
  return {
    harness,
    async screenOf({ sessionId }) {
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
      return { text: trimLines(lines), cursor };
    },
    endings: {
      'its session is ended': ({ sessionId }) => harness.tmux('kill-session', '-t', `=${sessionId}`),
      'it is detached': ({ sessionId }) => harness.tmux('detach-client', '-s', `=${sessionId}`),
      'the tmux server ends': () => harness.tmux('kill-server'),
    },
    async killClients() {
      const { stdout } = await harness.tmux('list-clients', '-F', '#{client_pid}');
      for (const pid of stdout.trim().split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
    },
  };
}

async function openPtyHosts(): Promise<StandRuntime<StandHarness>> {
  return {
    harness: await makePtyHostHarness(),
    async screenOf({ handle }, runtime) {
      // A picture of its own, drawn by nobody but the host.
      let drawn = (): void => undefined;
      const picture = new Promise<void>((resolve) => {
        drawn = resolve;
      });
      const early: Uint8Array[] = [];
      let draw = (data: Uint8Array): void => void early.push(data);
      const attachment = await runtime.attach(handle, { onData: (data) => draw(data), onEnd: drawn });
      const viewer = createTestViewer(attachment.size);
      draw = (data) => viewer.terminal.write(data, drawn);
      for (const data of early) draw(data);
      await picture;
      await attachment.close();
      return { text: viewer.text(), cursor: viewer.cursor() };
    },
    endings: { 'its session is ended': ({ handle, launchId }, runtime) => runtime.destroy(handle, launchId) },
    // They are connections, and end with it.
    killClients: () => Promise.resolve(),
  };
}

function trimLines(lines: readonly string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}

function withOracle(runtime: AnyRuntime, onAttach: (oracle: Terminal) => void): AnyRuntime {
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

export async function makeTerminalStand(options: { readonly kind: StandKind; readonly limits?: FlowLimits }): Promise<TerminalStand> {
  return standOn<StandHarness>(await (options.kind === 'tmux' ? openTmux() : openPtyHosts()), options.limits);
}

/** For what only tmux has. */
export const makeTmuxStand = async (limits?: FlowLimits): Promise<TerminalStand<TmuxHarness>> => standOn(await openTmux(), limits);

function standOn<H extends StandHarness>(
  { harness, screenOf, endings, killClients }: StandRuntime<H>,
  limits: FlowLimits = TERMINAL_LIMITS,
): TerminalStand<H> {
  const store = createFakeStore();
  store.projects.insert(projectFacts());
  let oracle = openTerminal(STAND_SIZE);
  const openHub = (on: AnyRuntime): TerminalHub =>
    createTerminalHub({
      store,
      runtime: withOracle(on, (terminal) => (oracle = terminal)),
      openScreen: openHeadlessScreen,
      clock: createSystemClock(),
      log: createRecordingLog(),
      secrets: createSecrets(),
      limits,
    });
  let runtime = harness.open();
  let hub = openHub(runtime);

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
    async view(id, { size = STAND_SIZE, visibility = 'visible', access = 'full', mode = 'reading' } = {}) {
      const seen = createTestViewer(size);
      const viewer = await hub.view({ session: { by: 'id', id: id as SessionId }, who: somebody('desk'), size, visibility, access }, seen);
      seen.watch(viewer, mode);
      return { ...seen, viewer };
    },
    oracle: () => oracle,
    async crash() {
      const [left, abandoned] = [hub, runtime];
      await killClients();
      runtime = harness.open();
      hub = openHub(runtime);
      await left.close();
      await abandoned.close();
    },
    capture: async (spec) => (await screenOf(spec, runtime)).text,
    async programPid({ handle }) {
      const probe = await probeOne(runtime, handle);
      if (probe?.state !== 'alive') throw new Error(`${handle} is ${JSON.stringify(probe)}`);
      return probe.pid;
    },
    killHost: harness.endHost,
    async end(how, spec) {
      await endings[how]?.(spec, runtime);
    },
    async untilSame(spec, viewers, awaited = '') {
      let last: unknown;
      const same = async (): Promise<string | null> => {
        const wanted = await screenOf(spec, runtime);
        const shown = viewers.map((viewer) => ({ text: viewer.text(), cursor: viewer.cursor() }));
        last = { wanted, shown };
        if (!wanted.text.includes(awaited)) return null;
        return shown.every(({ text, cursor }) => text === wanted.text && cursor === wanted.cursor) ? `${wanted.text}\n` : null;
      };
      return await eventually(() => `all show what the host shows; it is ${JSON.stringify(last, null, 1)}`, same, { limitMs: 30_000 });
    },
    async [Symbol.asyncDispose]() {
      await hub.close();
      await harness[Symbol.asyncDispose]();
    },
  };
}
