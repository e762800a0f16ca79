/**
 * The agent's program in its pseudoterminal: node-pty and its particulars. Its output is always read; what is typed waits, within
 * bounds, for a program that does not read.
 */
import { accessSync, constants, statSync, writeSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { resolve } from 'node:path';
import { type IPty, spawn } from 'node-pty';
import { candidatesOf, ptyTraits } from '../adapters/runtime/ptyhost/windows.ts';
import type { ExitFact } from '../core/session/session.ts';
import type { TerminalSize } from '../ports/runtime.ts';

export type ProgramSpec = {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size: TerminalSize;
};

export type ProgramEvents = {
  readonly onData: (data: Uint8Array) => void;
  /** Once, after all of its output. */
  readonly onExit: (exit: ExitFact) => void;
};

export type Program = {
  readonly pid: number;
  /** In order; `full` where too much waits already, and then nothing of it is typed. */
  readonly write: (data: Uint8Array) => 'taken' | 'full';
  readonly resize: (size: TerminalSize) => void;
  readonly kill: () => void;
};

export const TERMINAL_TYPE = 'xterm-256color';

/** Two of the largest pastes. */
const MAX_WAITING_BYTES = 40 * 1024 * 1024;
/** The kernel takes some 64 KiB of input that nobody has read yet, and tells nobody when there is room again. */
const FULL_RETRY_MS = 2;

/** node-pty's descriptor, and the stream beneath, which are not in its typings. */
type Inside = { readonly fd: number; readonly _socket: { readonly _readableState: { decoder: unknown; encoding: unknown } } };

export function startProgram({ argv, env, cwd, size }: ProgramSpec, { onData, onExit }: ProgramEvents): Program {
  const traits = ptyTraits(process.platform);
  const [file, ...args] = argv;
  const pty = spawn(file, args, { name: TERMINAL_TYPE, env: { ...env }, cwd, ...size, useConpty: true });
  if (traits.output === 'bytes') readBytes(pty);
  const queue: Uint8Array[] = [];
  let waiting = 0;
  let open = true;
  let retrying = false;

  (pty.onData as unknown as (listener: (data: Uint8Array | string) => void) => void)((data) =>
    onData(typeof data === 'string' ? Buffer.from(data, 'utf8') : data),
  );
  // Without a listener of ours node-pty throws what it does not know.
  (pty as unknown as { on(event: 'error', listener: () => void): void }).on('error', () => undefined);
  (pty as unknown as { on(event: 'close', listener: () => void): void }).on('close', close);
  pty.onExit(({ exitCode, signal }) => {
    close();
    const ended = signal === undefined || signal === 0 ? { code: exitCode, signal: null } : { code: null, signal: toSignalName(signal) };
    onExit({ ...ended, atMs: Date.now() });
  });

  /** From then on the descriptor may be somebody else's. */
  function close(): void {
    open = false;
    queue.length = 0;
    waiting = 0;
  }

  function pump(): void {
    const { fd } = pty as unknown as Inside;
    for (let head = queue[0]; open && head !== undefined; head = queue[0]) {
      let written: number;
      try {
        written = writeSync(fd, head);
      } catch (caught) {
        if ((caught as NodeJS.ErrnoException).code === 'EAGAIN') return retry();
        return close();
      }
      waiting -= written;
      if (written === head.length) queue.shift();
      else queue[0] = head.subarray(written);
    }
  }

  function retry(): void {
    if (retrying) return;
    retrying = true;
    setTimeout(() => {
      retrying = false;
      pump();
    }, FULL_RETRY_MS);
  }

  return {
    pid: pty.pid,
    write(data) {
      if (!open || data.length === 0) return 'taken';
      if (waiting + data.length > MAX_WAITING_BYTES) return 'full';
      if (traits.input === 'node-pty') {
        pty.write(Buffer.from(data).toString('utf8'));
        return 'taken';
      }
      waiting += data.length;
      queue.push(data);
      if (queue.length === 1) pump();
      return 'taken';
    },
    resize({ cols, rows }) {
      if (open) pty.resize(cols, rows);
    },
    kill() {
      if (open) pty.kill();
    },
  };
}

/**
 * `encoding: null` would give bytes too, but then node-pty does not tell the terminal that its input is UTF-8 (IUTF8), and rubbing
 * out a character in a line takes half of it away. So it is told, and the decoder is taken out before the first byte.
 */
function readBytes(pty: IPty): void {
  const state = (pty as unknown as Inside)._socket._readableState;
  state.decoder = null;
  state.encoding = null;
}

function toSignalName(signal: number): string {
  const known = Object.entries(osConstants.signals).find(([, number]) => number === signal);
  return known?.[0] ?? `signal ${signal}`;
}

/** Exit codes of ours, as seen when no agent was started; the same as the tmux runtime's. */
const EXIT_NO_DIRECTORY = 126;
const EXIT_NO_PROGRAM = 127;

/** Why it cannot be started, as it is shown on its screen; `null` where it can. */
export function findObstacle({ argv, env, cwd }: ProgramSpec): { readonly message: string; readonly code: number } | null {
  if (!isDirectory(cwd)) return { message: `ao: its directory ${cwd} cannot be entered`, code: EXIT_NO_DIRECTORY };
  const [program] = argv;
  const found = candidatesOf(process.platform, program, env).some((path) => isProgram(resolve(cwd, path)));
  return found ? null : { message: `ao: there is no program ${program}`, code: EXIT_NO_PROGRAM };
}

function isDirectory(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
