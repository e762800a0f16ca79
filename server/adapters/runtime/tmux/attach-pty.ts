/**
 * A tmux client in a pseudoterminal of its own. Owns that process, its input queue and node-pty's particulars; knows nothing of
 * sessions.
 */
import { writeSync } from 'node:fs';
import type { IPty } from 'node-pty';
import type { Size } from '../../../core/terminal/size-arbiter.ts';
import type { Clock } from '../../../ports/clock.ts';

export type ClientPty = {
  readonly pid: number;
  /** Resolves when the kernel has all of it; rejects when the terminal ends before. In order. */
  readonly write: (data: Uint8Array) => Promise<void>;
  readonly resize: (size: Size) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Asks, then insists; resolves when the process is gone. */
  readonly end: () => Promise<void>;
};

export type ClientPtyOptions = {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size: Size;
  readonly clock: Clock;
  readonly onData: (data: Uint8Array) => void;
  /** Once, when nothing more comes. */
  readonly onEnd: () => void;
};

/**
 * What node-pty has beyond its typings: the descriptor, so that it can be told when input is really with the kernel (its own
 * `write` says nothing, and spins while the terminal is full), and the end of the stream, which comes before the exit.
 */
type Pty = IPty & { readonly fd: number; on(event: 'close' | 'end' | 'error', listener: () => void): void };

type Pending = { readonly data: Uint8Array; offset: number; readonly done: () => void; readonly fail: (error: Error) => void };

/** The kernel takes some 64 KiB of input that nobody has read yet, and ends a write where that is full. */
const FULL_RETRY_MS = 2;
/** tmux waits for the rest of a key for its `escape-time`, and then drops what it has of a character. */
const CUT_LIMIT_MS = 15;
const CUT_RETRY_MS = 0.2;
/** A client leaves at once unless its server is stopped. */
const END_LIMIT_MS = 500;

const SLEEPER = new Int32Array(new SharedArrayBuffer(4));
const ESC = 0x1b;
/** No key of a terminal is longer, nor the marks around a paste. Bytes. */
const KEY_MAX_BYTES = 16;

/** Whether input up to `at` may end within a key: in a character of UTF-8, or shortly after an escape. */
export function isCut(data: Uint8Array, at: number): boolean {
  const next = data[at];
  if (next === undefined) return false;
  if ((next & 0xc0) === 0x80) return true;
  return data.subarray(Math.max(0, at - KEY_MAX_BYTES), at).includes(ESC);
}

/** The first place from `at` on at which input is not cut. */
export function endOfKey(data: Uint8Array, at: number): number {
  let end = at;
  while (isCut(data, end)) end += 1;
  return end;
}

export async function openClientPty({ args, env, cwd, size, clock, onData, onEnd }: ClientPtyOptions): Promise<ClientPty> {
  // With the first of them: a start has no use for it.
  const { spawn } = await import('node-pty');
  // `encoding: null` gives bytes, whatever the typings say.
  const pty = spawn('tmux', [...args], { name: 'xterm-256color', encoding: null, env: { ...env }, cwd, ...size }) as Pty;
  if (typeof pty.fd !== 'number') throw new Error('node-pty does not give its descriptor any more');
  const queue: Pending[] = [];
  let open = true;
  let retrying = false;
  let exited: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    exited = resolve;
  });

  /** At the first sign: from then on the descriptor may be somebody else's. */
  function close(): void {
    if (!open) return;
    open = false;
    for (const { fail } of queue.splice(0)) fail(new Error('the terminal ended'));
    onEnd();
  }

  function pump(): void {
    for (let head = queue[0]; open && head !== undefined; head = queue[0]) {
      try {
        head.offset += writeSync(pty.fd, head.data, head.offset, head.data.length - head.offset);
      } catch (caught) {
        if ((caught as NodeJS.ErrnoException).code === 'EAGAIN') return retry();
        return close();
      }
      if (head.offset < head.data.length) {
        mendCut(head);
        continue;
      }
      queue.shift();
      head.done();
    }
  }

  /**
   * A write that ended within a key is carried on at once, without a turn of the event loop in between, to where a key may end:
   * it is a few bytes, and tmux is reading.
   */
  function mendCut(head: Pending): void {
    const untilMs = clock.monotonicMs() + CUT_LIMIT_MS;
    while (isCut(head.data, head.offset) && clock.monotonicMs() < untilMs) {
      try {
        head.offset += writeSync(pty.fd, head.data, head.offset, endOfKey(head.data, head.offset) - head.offset);
      } catch (caught) {
        if ((caught as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        Atomics.wait(SLEEPER, 0, 0, CUT_RETRY_MS);
      }
    }
  }

  function retry(): void {
    if (retrying) return;
    retrying = true;
    clock.after(FULL_RETRY_MS, () => {
      retrying = false;
      pump();
    });
  }

  (pty.onData as unknown as (listener: (data: Uint8Array) => void) => void)((data) => {
    if (open) onData(data);
  });
  pty.on('end', close);
  pty.on('close', close);
  // Without a listener of ours node-pty throws what it does not know.
  pty.on('error', close);
  pty.onExit(() => {
    close();
    exited();
  });

  return {
    pid: pty.pid,
    write: (data) =>
      new Promise((done, fail) => {
        if (!open) return fail(new Error('the terminal ended'));
        if (data.length === 0) return done();
        queue.push({ data, offset: 0, done, fail });
        if (queue.length === 1) pump();
      }),
    resize({ cols, rows }) {
      if (open) pty.resize(cols, rows);
    },
    pause() {
      if (open) pty.pause();
    },
    resume() {
      if (open) pty.resume();
    },
    async end() {
      // A stream that is not read never ends.
      pty.resume();
      pty.kill('SIGHUP');
      const cancel = clock.after(END_LIMIT_MS, () => pty.kill('SIGKILL'));
      await gone;
      cancel();
    },
  };
}
