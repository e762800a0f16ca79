/**
 * What the daemon is in the middle of. Refuses new work once a stop was requested and lets a shutdown wait for the rest; while
 * one runs it counts as a busy lease that holds a supervised stop back.
 */
import { AppError } from '../core/errors.ts';

export interface Operations {
  /** Throws `DAEMON_STOPPING` once closed. */
  run<T>(name: string, operation: () => Promise<T>): Promise<T>;
  readonly running: () => readonly string[];
  close(): void;
  reopen(): void;
  whenIdle(): Promise<void>;
  /** Called as each operation begins; what it returns is called when that one has ended, well or not. */
  onStart(listener: (name: string) => () => void): void;
}

export function createOperations(): Operations {
  const running = new Map<symbol, { readonly name: string; readonly done: Promise<void> }>();
  const listeners: ((name: string) => () => void)[] = [];
  let open = true;

  return {
    async run(name, operation) {
      if (!open) {
        throw new AppError({
          code: 'DAEMON_STOPPING',
          message: 'The daemon is stopping and takes no new work.',
          hint: 'Run `ao start`, then try again.',
        });
      }
      const key = Symbol(name);
      let finish: () => void = () => undefined;
      running.set(key, { name, done: new Promise<void>((resolve) => (finish = resolve)) });
      const releases = listeners.map((listener) => listener(name));
      try {
        return await operation();
      } finally {
        running.delete(key);
        finish();
        for (const release of releases) release();
      }
    },
    running: () => [...running.values()].map((entry) => entry.name),
    close: () => {
      open = false;
    },
    reopen: () => {
      open = true;
    },
    async whenIdle() {
      while (running.size > 0) await Promise.all([...running.values()].map((entry) => entry.done));
    },
    onStart: (listener) => {
      listeners.push(listener);
    },
  };
}
