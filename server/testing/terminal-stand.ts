/** The terminal hub on a real runtime with real screens, and a store that says what the test wants. */
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
import { type Seat, takeSeat } from './seat.ts';
import { draftOf, projectFacts, WHY } from './store-facts.ts';
import { createTestViewer, type TestViewer } from './terminal-viewer.ts';
import { makeTmuxHarness } from './tmux-harness.ts';

export const STAND_SIZE: Size = { cols: 80, rows: 24 };

export type Seen = TestViewer & { readonly viewer: TerminalViewer };

export type StandKind = 'tmux' | 'ptyhost';

type Screen = { readonly text: string; readonly cursor: string };

/** What a stand needs to know of its runtime beside the ports. */
type StandRuntime = {
  readonly harness: RuntimeHarness & AsyncDisposable & { readonly dataDir: string };
  readonly runtime: Runtime & RuntimeAttach;
  /** What the host itself shows, without trailing blanks. */
  readonly screenOf: (spec: LaunchSpec) => Promise<Screen>;
  /** By name, the ways in which a view can lose its terminal. */
  readonly endings: Readonly<Record<string, (spec: LaunchSpec) => Promise<unknown>>>;
  /** `null` where nobody can attach without us. */
  readonly sitDown: ((id: string, size: Size) => Seat) | null;
};

export type TerminalStand = AsyncDisposable & {
  readonly dataDir: string;
  readonly runtime: Runtime & RuntimeAttach;
  readonly store: Store;
  readonly hub: TerminalHub;
  run(id: string, argv: Argv): Promise<LaunchSpec>;
  view(
    id: string,
    options?: {
      readonly size?: Size;
      readonly visibility?: Visibility;
      readonly access?: ViewerAccess;
      readonly mode?: 'reading' | 'stuck';
    },
  ): Promise<Seen>;
  /** What the host shows. */
  capture(spec: LaunchSpec): Promise<string>;
  programPid(spec: LaunchSpec): Promise<number>;
  /** A person who attaches to it without us; `null` where there is no way to. */
  sitDown(id: string, size: Size): Seat | null;
  /** The whole host dies. */
  killHost(): Promise<void>;
  end(how: string, spec: LaunchSpec): Promise<void>;
  /** Resolves once each viewer shows what the host shows, cursor included. */
  untilSame(spec: LaunchSpec, viewers: readonly TestViewer[]): Promise<string>;
};

export const ENDINGS: Readonly<Record<StandKind, readonly string[]>> = {
  tmux: ['its session is ended', 'it is detached', 'the tmux server ends'],
  ptyhost: ['its session is ended'],
};

async function openTmux(): Promise<StandRuntime> {
  const harness = await makeTmuxHarness();
  return {
    harness,
    runtime: harness.open(),
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
    sitDown(id, size) {
      const { PATH = '' } = process.env;
      const env = { PATH, LANG: 'C.UTF-8' };
      return takeSeat(['tmux', '-S', harness.socket, 'attach', '-t', `=${id}`], { env, cwd: harness.dataDir, size });
    },
  };
}

async function openPtyHosts(): Promise<StandRuntime> {
  const harness = await makePtyHostHarness();
  const runtime = harness.open();
  return {
    harness,
    runtime,
    async screenOf({ handle }) {
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
    endings: { 'its session is ended': ({ handle, launchId }) => runtime.destroy(handle, launchId) },
    sitDown: null,
  };
}

function trimLines(lines: readonly string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}

export async function makeTerminalStand(options: { readonly kind: StandKind; readonly limits?: FlowLimits }): Promise<TerminalStand> {
  const { harness, runtime, screenOf, endings, sitDown } = await (options.kind === 'tmux' ? openTmux() : openPtyHosts());
  const store = createFakeStore();
  store.projects.insert(projectFacts());
  const hub = createTerminalHub({
    store,
    runtime,
    openScreen: openHeadlessScreen,
    clock: createSystemClock(),
    log: createRecordingLog(),
    secrets: createSecrets(),
    limits: options.limits ?? TERMINAL_LIMITS,
  });

  return {
    dataDir: harness.dataDir,
    runtime,
    store,
    hub,
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
    capture: async (spec) => (await screenOf(spec)).text,
    async programPid({ handle }) {
      const probe = await probeOne(runtime, handle);
      if (probe?.state !== 'alive') throw new Error(`${handle} is ${JSON.stringify(probe)}`);
      return probe.pid;
    },
    sitDown: (id, size) => sitDown?.(id, size) ?? null,
    killHost: harness.endHost,
    async end(how, spec) {
      await endings[how]?.(spec);
    },
    async untilSame(spec, viewers) {
      let last: unknown;
      const same = async (): Promise<string | null> => {
        const wanted = await screenOf(spec);
        const shown = viewers.map((viewer) => ({ text: viewer.text(), cursor: viewer.cursor() }));
        last = { wanted, shown };
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
