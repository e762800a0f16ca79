/**
 * Our one command channel: `tmux -C attach` on the keeper session, without output of any pane (a control client that streams
 * and is not read blocks the programs in its panes for good). Owns that process and reads every reply; knows no command.
 *
 * Each line is followed by a marker command, and its reply is all that comes before the marker: so a list whose first command
 * fails, or one that inserts others (`if-shell`), cannot shift the replies that follow.
 */
import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../ports/clock.ts';
import { type ControlBlock, createControlParser } from './control-protocol.ts';

export type ControlReply =
  | { readonly outcome: 'ok'; readonly lines: readonly string[] }
  | { readonly outcome: 'error'; readonly message: string }
  /** The channel ended before the answer: the line may or may not have been executed, now or later. */
  | { readonly outcome: 'lost'; readonly why: 'time limit' | 'channel ended' };

export type ControlClient = {
  readonly pid: number | null;
  /** Whether tmux attached it to the keeper. */
  readonly attached: Promise<boolean>;
  readonly state: () => 'open' | 'ended';
  /** The limit starts when all lines before this one are answered. At the limit the channel is given up. */
  readonly request: (line: string, limitMs: number) => Promise<ControlReply>;
  readonly close: () => Promise<void>;
};

export type ControlClientOptions = {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock: Clock;
};

type Pending = {
  readonly marker: string;
  readonly limitMs: number;
  readonly blocks: ControlBlock[];
  readonly settle: (reply: ControlReply) => void;
};

/** A client whose stdin ends leaves at once, unless the server is stopped. */
const CLOSE_LIMIT_MS = 500;

export function createControlClient({ args, env, cwd, clock }: ControlClientOptions): ControlClient {
  const child = spawn('tmux', [...args], { env: { ...env }, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
  const pending: Pending[] = [];
  let ended = false;
  let count = 0;
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

  const parse = createControlParser((block) => {
    if (block.to === 'attach') {
      attached.resolve(block.outcome === 'end');
      return;
    }
    const head = pending[0];
    if (head === undefined) return;
    if (block.lines.length !== 1 || block.lines[0] !== head.marker) {
      head.blocks.push(block);
      return;
    }
    pending.shift();
    watchHead();
    head.settle(toReply(head.blocks));
  });

  const decoder = new StringDecoder('utf8');
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) parse(line);
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
    request(line, limitMs) {
      return new Promise((settle) => {
        if (ended) return settle({ outcome: 'lost', why: 'channel ended' });
        count += 1;
        const marker = `ao-done-${count}`;
        pending.push({ marker, limitMs, blocks: [], settle });
        if (pending.length === 1) watchHead();
        child.stdin.write(`${line}\ndisplay-message -p ${marker}\n`);
      });
    },
    async close() {
      if (!ended) child.stdin.end();
      const cancel = clock.after(CLOSE_LIMIT_MS, () => end('channel ended'));
      await exited.promise;
      cancel();
    },
  };
}

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
