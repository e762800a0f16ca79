/**
 * Our one command channel: `tmux -C attach` on the keeper session, without output of any pane (a control client that streams
 * and is not read blocks the programs in its panes for good). Owns that process and reads every reply; knows no command.
 *
 * Each line is followed by a marker command, and its reply is all that comes before the marker: so a list whose first command
 * fails, or one that inserts others (`if-shell`), cannot shift the replies that follow. The marker is random: until it comes, a
 * captured pane may show whatever it likes, also what looks like the end of a block.
 */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../ports/clock.ts';
import { type ControlBlock, createControlParser } from './control-protocol.ts';

export type ControlReply =
  | { readonly outcome: 'ok'; readonly lines: readonly string[] }
  | { readonly outcome: 'error'; readonly message: string }
  /** The channel ended before the answer: the line may or may not have been executed, now or later. */
  | { readonly outcome: 'lost'; readonly why: 'time limit' | 'channel ended' };

export type ControlCapture =
  | { readonly outcome: 'came'; readonly lines: readonly string[] }
  | Extract<ControlReply, { readonly outcome: 'lost' }>;

export type ControlClient = {
  readonly pid: number | null;
  /** Whether tmux attached it to the keeper. */
  readonly attached: Promise<boolean>;
  readonly state: () => 'open' | 'ended';
  /** The limit starts when all lines before this one are answered. At the limit the channel is given up. */
  readonly request: (line: string, limitMs: number) => Promise<ControlReply>;
  /** For a line whose answer shows panes: all that comes, uncut, see `cutAtMarks`. */
  readonly capture: (line: string, limitMs: number) => Promise<ControlCapture>;
  readonly close: () => Promise<void>;
};

export type ControlClientOptions = {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock: Clock;
};

type Asked = { readonly marker: string; readonly limitMs: number };
type Pending = Asked &
  (
    | { readonly kind: 'request'; readonly blocks: ControlBlock[]; readonly settle: (reply: ControlReply) => void }
    | { readonly kind: 'capture'; readonly lines: string[]; readonly settle: (reply: ControlCapture) => void }
  );

/** A client whose stdin ends leaves at once, unless the server is stopped. */
const CLOSE_LIMIT_MS = 500;

export function createControlClient({ args, env, cwd, clock }: ControlClientOptions): ControlClient {
  const child = spawn('tmux', [...args], { env: { ...env }, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
  const pending: Pending[] = [];
  let ended = false;
  let disarm: () => void = () => {};
  const attached = deferred<boolean>();
  const exited = deferred<void>();

  function end(why: 'time limit' | 'channel ended'): void {
    if (ended) return;
    ended = true;
    disarm();
    attached.resolve(false);
    for (const { settle } of pending.splice(0)) settle({ outcome: 'lost', why });
    child.kill('SIGKILL');
    // Its ends of the pipes are with the server by now, and may stay there as long as that is stopped.
    child.stdin.destroy();
    child.stdout.destroy();
  }

  function watchHead(): void {
    disarm();
    const head = pending[0];
    if (head !== undefined) disarm = clock.after(head.limitMs, () => end('time limit'));
  }

  const parser = createControlParser((block) => {
    if (block.to === 'attach') {
      attached.resolve(block.outcome === 'end');
      return;
    }
    const head = pending[0];
    if (head?.kind !== 'request') return;
    if (block.lines.length !== 1 || block.lines[0] !== head.marker) {
      head.blocks.push(block);
      return;
    }
    pending.shift();
    watchHead();
    head.settle(toReply(head.blocks));
  });

  /** Up to the marker, the lines of a capture are not looked at: what is between is for whoever knows its marks. */
  function take(line: string): void {
    const head = pending[0];
    if (head?.kind !== 'capture' || parser.place() === 'in a block') return parser.take(line);
    if (line !== head.marker) return void head.lines.push(line);
    pending.shift();
    watchHead();
    head.settle({ outcome: 'came', lines: head.lines });
  }

  function ask(line: string, asked: Pending): void {
    if (ended) return asked.settle({ outcome: 'lost', why: 'channel ended' });
    pending.push(asked);
    if (pending.length === 1) watchHead();
    child.stdin.write(`${line}\ndisplay-message -p ${asked.marker}\n`);
  }

  const decoder = new StringDecoder('utf8');
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  child.stdout.on('error', () => end('channel ended'));
  child.stdin.on('error', () => end('channel ended'));
  child.once('error', () => {
    end('channel ended');
    exited.resolve();
  });
  child.once('exit', () => {
    end('channel ended');
    exited.resolve();
  });

  return {
    pid: child.pid ?? null,
    attached: attached.promise,
    state: () => (ended ? 'ended' : 'open'),
    request: (line, limitMs) => new Promise((settle) => ask(line, { kind: 'request', marker: newMarker(), limitMs, blocks: [], settle })),
    capture: (line, limitMs) => new Promise((settle) => ask(line, { kind: 'capture', marker: newMarker(), limitMs, lines: [], settle })),
    async close() {
      if (!ended) child.stdin.end();
      const cancel = clock.after(CLOSE_LIMIT_MS, () => end('channel ended'));
      await exited.promise;
      cancel();
    },
  };
}

const newMarker = (): string => `ao-done-${randomUUID()}`;

/** `Promise.withResolvers`, which Node 20 does not have. */
function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function toReply(blocks: readonly ControlBlock[]): ControlReply {
  const failed = blocks.find(({ outcome }) => outcome === 'error');
  if (failed !== undefined) return { outcome: 'error', message: failed.lines.join(' ') };
  return { outcome: 'ok', lines: blocks.flatMap(({ lines }) => lines) };
}
