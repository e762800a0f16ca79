/**
 * The terminal that somebody sits at, taken over as a whole and given back as it was found, whatever way this process ends that
 * lets it do anything at all.
 */
import type { ReadStream, WriteStream } from 'node:tty';

export type OwnTerminal = {
  readonly size: () => { readonly cols: number; readonly rows: number };
  /** Raw from here on. `enter` and `leave` are written at either end. */
  readonly open: (events: TerminalEvents, around: { readonly enter: string; readonly leave: string }) => void;
  readonly write: (text: string, done: () => void) => void;
  /** Idempotent. */
  readonly restore: () => void;
};

export type TerminalEvents = {
  readonly onKeys: (data: Uint8Array) => void;
  readonly onResize: () => void;
  /** Its other end was closed. */
  readonly onGone: () => void;
};

type Streams = { readonly stdin: ReadStream; readonly stdout: WriteStream };

/** `no-terminal` names the one of the two that is none. */
export function findOwnTerminal({ stdin, stdout }: Streams): OwnTerminal | { readonly missing: string } {
  if (!stdin.isTTY) return { missing: 'standard input' };
  if (!stdout.isTTY) return { missing: 'standard output' };
  let leave: (() => void) | null = null;

  const restore = (): void => {
    const undo = leave;
    leave = null;
    undo?.();
  };
  return {
    size: () => ({ cols: stdout.columns, rows: stdout.rows }),
    open({ onKeys, onResize, onGone }, around) {
      const onError = (): void => onGone();
      stdin.setRawMode(true);
      stdin.on('data', onKeys).on('end', onGone).on('error', onError);
      stdout.on('resize', onResize);
      stdout.write(around.enter);
      leave = () => {
        process.off('exit', restore).off('uncaughtExceptionMonitor', restore);
        stdin.off('data', onKeys).off('end', onGone);
        stdout.off('resize', onResize);
        stdin.pause();
        try {
          stdout.write(around.leave);
          stdin.setRawMode(false);
        } catch {
          // It is gone, and there is nothing to give back.
        }
      };
      // A failure is told where it can be read, so the terminal is given back before it is.
      process.on('exit', restore).on('uncaughtExceptionMonitor', restore);
    },
    write: (text, done) => void stdout.write(text, () => done()),
    restore,
  };
}
