/**
 * Work of a session that a kill cuts short instead of waiting for it: a post-create command may run for minutes. Memory only;
 * the intent to kill is what is durable.
 */
import type { SessionId } from '../core/ids.ts';

export interface Cancellations {
  /** Runs work that ends early when its signal aborts. */
  run<T>(id: SessionId, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  cancel(id: SessionId): void;
}

export function createCancellations(): Cancellations {
  const running = new Map<SessionId, AbortController>();
  return {
    async run(id, work) {
      const controller = new AbortController();
      running.set(id, controller);
      try {
        return await work(controller.signal);
      } finally {
        running.delete(id);
      }
    },
    cancel: (id) => running.get(id)?.abort(),
  };
}
