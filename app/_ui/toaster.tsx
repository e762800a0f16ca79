/**
 * Short confirmations of what worked. What failed is said where it was tried (`InlineError`), not in a corner. The library that
 * shows them arrives with the first one.
 */
'use client';

import nextDynamic from 'next/dynamic';
import { useSyncExternalStore } from 'react';

const Sonner = nextDynamic(() => import('./sonner-toaster.tsx').then((file) => file.SonnerToaster), { ssr: false });

let wanted = false;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toaster() {
  const show = useSyncExternalStore(
    subscribe,
    () => wanted,
    () => false,
  );
  return show ? <Sonner /> : null;
}

export function say(text: string, options: { readonly detail?: string } = {}): void {
  wanted = true;
  for (const listener of listeners) listener();
  void import('sonner').then(({ toast }) => toast(text, options.detail === undefined ? {} : { description: options.detail }));
}
