/** Somebody at a terminal of their own: a real pty in which a command runs, what it shows, and what is typed into it. */
import headless from '@xterm/headless';
import { spawn } from 'node-pty';
import type { Size } from '../core/terminal/size-arbiter.ts';
import { eventually } from './resources.ts';

export type Seat = AsyncDisposable & {
  readonly pid: number;
  /** What can be seen: rows without trailing blanks. */
  readonly text: () => string;
  /** Modes that a program leaves on or off, as this terminal is now. */
  readonly state: () => {
    readonly buffer: 'normal' | 'alternate';
    readonly paste: boolean;
    readonly mouse: string;
    readonly wrap: boolean;
    readonly cursor: boolean;
  };
  readonly type: (text: string) => void;
  readonly resize: (size: Size) => void;
  readonly sees: (what: string | RegExp) => Promise<void>;
  /** The exit code, or the signal as `-n`. */
  readonly ended: Promise<number>;
};

export function takeSeat(
  argv: readonly [string, ...string[]],
  options: { readonly env: Record<string, string>; readonly cwd: string; readonly size?: Size },
): Seat {
  const { env, cwd, size = { cols: 80, rows: 24 } } = options;
  const terminal = new headless.Terminal({ ...size, allowProposedApi: true });
  const [file, ...args] = argv;
  const pty = spawn(file, args, { name: 'xterm-256color', ...size, env, cwd });
  let exit: number | null = null;
  pty.onData((data) => terminal.write(data));
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      exit = signal === undefined || signal === 0 ? exitCode : -signal;
      // What it wrote last is drawn by then.
      terminal.write('', () => resolve(exit ?? 0));
    });
  });
  const text = (): string => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd();
  };
  const isCursorShown = (): boolean => {
    const { _core: core } = terminal as unknown as { readonly _core: { readonly coreService: { readonly isCursorHidden: boolean } } };
    return !core.coreService.isCursorHidden;
  };

  return {
    pid: pty.pid,
    text,
    state: () => ({
      buffer: terminal.buffer.active.type,
      paste: terminal.modes.bracketedPasteMode,
      mouse: terminal.modes.mouseTrackingMode,
      wrap: terminal.modes.wraparoundMode,
      cursor: isCursorShown(),
    }),
    type: (keys) => pty.write(keys),
    resize({ cols, rows }) {
      terminal.resize(cols, rows);
      pty.resize(cols, rows);
    },
    async sees(what) {
      const isThere = (): boolean => (typeof what === 'string' ? text().includes(what) : what.test(text()));
      await eventually(() => `${what} is seen, exit ${exit}; there is\n${text()}`, isThere, { limitMs: 30_000 });
    },
    ended,
    async [Symbol.asyncDispose]() {
      if (exit === null) pty.kill('SIGKILL');
      await ended;
      terminal.dispose();
    },
  };
}
