/**
 * What the screens of some sessions show, kept up to date for whoever watches: one question for all of them at a time, at a steady
 * pace, and none while nobody sees the page. Outside React; it must not know how the question travels.
 */
import type { PeekView } from '../../server/contract/peek.ts';
import type { PEEKS_AT_ONCE } from '../../server/core/terminal/peek.ts';

/** Until the screens are looked at again. Milliseconds. */
export const PEEK_PACE_MS = 2_500;
/** Cards appear in numbers: those that come within this are asked for together. Milliseconds. */
export const PEEK_GATHER_MS = 60;
const AT_ONCE: typeof PEEKS_AT_ONCE = 40;

export type PeeksDeps = {
  /** What has changed since these versions. */
  readonly ask: (screens: readonly { readonly id: string; readonly version: string | null }[]) => Promise<readonly PeekView[]>;
  readonly after: (ms: number, run: () => void) => () => void;
};

export type Peeks = {
  /** The last that was seen of it, be it old. */
  readonly get: (id: string) => PeekView | null;
  /** `changed` is called when there is another; the answer ends it. */
  readonly watch: (id: string, changed: () => void) => () => void;
  readonly setPage: (page: 'visible' | 'hidden') => void;
};

export function createPeeks({ ask, after }: PeeksDeps): Peeks {
  const watchers = new Map<string, Set<() => void>>();
  const known = new Map<string, PeekView>();
  let page: 'visible' | 'hidden' = 'visible';
  let state: 'resting' | 'waiting' | 'asking' = 'resting';
  let cancel = (): void => undefined;
  /** Somebody came while the answer was on its way. */
  let late = false;

  function wait(ms: number): void {
    cancel();
    const isNeeded = watchers.size > 0 && page === 'visible';
    state = isNeeded ? 'waiting' : 'resting';
    if (isNeeded) cancel = after(ms, () => void look());
  }

  async function look(): Promise<void> {
    if (watchers.size === 0) {
      state = 'resting';
      return;
    }
    state = 'asking';
    late = false;
    const ids = [...watchers.keys()].slice(0, AT_ONCE);
    try {
      for (const peek of await ask(ids.map((id) => ({ id, version: known.get(id)?.version ?? null })))) {
        known.set(peek.id, peek);
        for (const changed of watchers.get(peek.id) ?? []) changed();
      }
    } catch {
      // What was seen last stays; that the daemon is away is said by the page itself.
    }
    wait(late ? PEEK_GATHER_MS : PEEK_PACE_MS);
  }

  return {
    get: (id) => known.get(id) ?? null,
    watch(id, changed) {
      const of = watchers.get(id) ?? new Set();
      watchers.set(id, of.add(changed));
      if (state === 'asking') late = true;
      else wait(PEEK_GATHER_MS);
      return () => {
        of.delete(changed);
        if (of.size === 0 && watchers.get(id) === of) watchers.delete(id);
      };
    },
    setPage(next) {
      page = next;
      if (state !== 'asking') wait(PEEK_GATHER_MS);
    },
  };
}
