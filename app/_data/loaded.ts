/**
 * Code that is loaded apart from the page, without Suspense: after a fallback React holds back for 300 ms what takes its place, also
 * where it is there by then. For what a page is about; what is opened by hand is `next/dynamic`'s.
 */
'use client';

import { useSyncExternalStore } from 'react';

type State<T> =
  | { readonly kind: 'none' | 'coming' }
  | { readonly kind: 'there'; readonly code: T }
  | { readonly kind: 'failed'; readonly error: unknown };

export type Loaded<T> = {
  /** Nothing happens where it is there or on its way. */
  readonly begin: () => void;
  /** `null` until it is there. A failure is thrown at the page's own error screen, which offers a reload. */
  readonly useCode: () => T | null;
};

export function createLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const none: State<T> = { kind: 'none' };
  let state: State<T> = none;
  const listeners = new Set<() => void>();
  const set = (next: State<T>): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const begin = (): void => {
    if (state.kind !== 'none') return;
    state = { kind: 'coming' };
    load().then(
      (code) => set({ kind: 'there', code }),
      (error: unknown) => set({ kind: 'failed', error }),
    );
  };
  const subscribe = (listener: () => void): (() => void) => {
    begin();
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    begin,
    useCode() {
      const seen = useSyncExternalStore(
        subscribe,
        () => state,
        () => none,
      );
      if (seen.kind === 'failed') throw seen.error;
      return seen.kind === 'there' ? seen.code : null;
    },
  };
}
