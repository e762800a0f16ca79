/**
 * Terminals in memory. The screen model is a text: a snapshot is all that was written so far, and what was written shows once the
 * test lets it be parsed. So a viewer that appends what it gets must end with the whole stream, whatever happened in between.
 */
import type { RuntimeHandle } from '../../core/ids.ts';
import type { Size } from '../../core/terminal/size-arbiter.ts';
import type { TerminalWatchers } from '../../core/terminal/watchers.ts';
import type { RuntimeTerminal } from '../../ports/runtime.ts';
import type { AttachmentListener, OpenScreen, RuntimeAttach, TerminalEnd, TerminalSink, ViewerIdentity } from '../../ports/terminal.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type FakeScreens = {
  readonly open: OpenScreen;
  /** Parses what waits, at most `count` writes. */
  parse(count?: number): void;
  readonly sizes: Size[];
  readonly openCount: () => number;
};

export function createFakeScreens(mode: 'at once' | 'when told'): FakeScreens {
  const sizes: Size[] = [];
  const waiting: (() => void)[] = [];
  let open = 0;
  const enqueue = (run: () => void): void => {
    if (mode === 'at once') run();
    else waiting.push(run);
  };

  return {
    open(size) {
      let text = '';
      open += 1;
      sizes.push(size);
      return {
        write(data, parsed) {
          enqueue(() => {
            text += decoder.decode(data);
            parsed();
          });
        },
        resize: (next) => void sizes.push(next),
        snapshot: (done) => enqueue(() => done(encoder.encode(text), 'at the call')),
        close() {
          open -= 1;
        },
      };
    },
    parse(count = Number.POSITIVE_INFINITY) {
      for (let done = 0; done < count && waiting.length > 0; done += 1) waiting.shift()?.();
    },
    sizes,
    openCount: () => open,
  };
}

export type FakeAttachment = {
  readonly handle: RuntimeHandle;
  readonly typed: () => string;
  readonly sizes: Size[];
  readonly state: () => 'open' | 'closed';
  readonly flow: () => 'flowing' | 'paused';
  say(text: string): void;
  /** The runtime ends by itself. */
  end(): void;
  /** Input is taken by nobody until it is let through. */
  hold(): void;
  release(): void;
};

export type FakeAttachRuntime = RuntimeAttach &
  Pick<RuntimeTerminal, 'resize'> & {
    /** Every attachment there was, oldest first. */
    readonly attachments: FakeAttachment[];
    readonly resizes: { readonly handle: RuntimeHandle; readonly size: Size }[];
    failNext(operation: 'attach' | 'resize', error: Error): void;
  };

export function createFakeAttachRuntime(initial: Size = { cols: 100, rows: 30 }): FakeAttachRuntime {
  const attachments: FakeAttachment[] = [];
  const resizes: { handle: RuntimeHandle; size: Size }[] = [];
  const failures = new Map<'attach' | 'resize', Error[]>();
  let size = initial;

  function guard(operation: 'attach' | 'resize'): void {
    const failure = failures.get(operation)?.shift();
    if (failure !== undefined) throw failure;
  }

  function makeAttachment(handle: RuntimeHandle, listener: AttachmentListener) {
    const sizes: Size[] = [size];
    let [state, flow, typed]: ['open' | 'closed', 'flowing' | 'paused', string] = ['open', 'flowing', ''];
    let gate: Promise<void> = Promise.resolve();
    let release: () => void = () => undefined;
    const fake: FakeAttachment = {
      handle,
      typed: () => typed,
      sizes,
      state: () => state,
      flow: () => flow,
      say(text) {
        if (state === 'open') listener.onData(encoder.encode(text));
      },
      end() {
        if (state === 'closed') return;
        state = 'closed';
        listener.onEnd();
      },
      hold() {
        gate = new Promise((resolve) => (release = resolve));
      },
      release: () => release(),
    };
    attachments.push(fake);
    return {
      size,
      screen: null,
      async write(data: Uint8Array) {
        typed += decoder.decode(data);
        await gate;
      },
      resize: (next: Size) => void sizes.push(next),
      pause() {
        flow = 'paused';
      },
      resume() {
        flow = 'flowing';
      },
      async close() {
        state = 'closed';
      },
    };
  }

  return {
    attachments,
    resizes,
    async attach(handle, listener) {
      guard('attach');
      return makeAttachment(handle, listener);
    },
    async resize(handle, next) {
      guard('resize');
      resizes.push({ handle, size: next });
      size = next;
    },
    failNext(operation, error) {
      failures.set(operation, [...(failures.get(operation) ?? []), error]);
    },
  };
}

/** A viewer of that name, which is all that tells him from others. */
export const somebody = (name: string): ViewerIdentity => ({ key: `key-of-${name}`, name, place: 'browser' });

export type RecordingSink = TerminalSink & {
  /** What a terminal that obeys shows: the last snapshot and what came after it. */
  readonly text: () => string;
  readonly frames: { readonly kind: 'snapshot' | 'data'; readonly bytes: number }[];
  readonly sizes: Size[];
  readonly end: () => TerminalEnd | null;
  /** What it was told last. */
  readonly seen: () => TerminalWatchers | null;
  /** How often. */
  readonly tellings: () => number;
  /** Bytes since the last call, to be acknowledged. */
  takeUnacked(): number;
};

export function createRecordingSink(): RecordingSink {
  const frames: { kind: 'snapshot' | 'data'; bytes: number }[] = [];
  const sizes: Size[] = [];
  let text = '';
  let unacked = 0;
  let end: TerminalEnd | null = null;
  let seen: TerminalWatchers | null = null;
  let tellings = 0;
  const still = (): void => {
    if (end !== null) throw new Error('something came after the end');
  };
  return {
    output(kind, data) {
      still();
      frames.push({ kind, bytes: data.length });
      unacked += data.length;
      text = (kind === 'snapshot' ? '' : text) + decoder.decode(data);
    },
    sized(size) {
      still();
      sizes.push(size);
    },
    watchers(watchers) {
      still();
      tellings += 1;
      seen = watchers;
    },
    ended(why) {
      still();
      end = why;
    },
    text: () => text,
    frames,
    sizes,
    end: () => end,
    seen: () => seen,
    tellings: () => tellings,
    takeUnacked() {
      const taken = unacked;
      unacked = 0;
      return taken;
    },
  };
}

/** Small enough to be met by a few words. */
export const FAN_OUT_LIMITS = {
  highWaterBytes: 64,
  lowWaterBytes: 16,
  periodMs: 4,
  sustainedMs: 16,
  maxBytes: 32,
  refreshMs: 30,
  pauseBytes: 200,
  resumeBytes: 50,
};
