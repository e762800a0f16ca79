/** Text that is being typed, kept for this tab: closing a dialog, reloading, a daemon that dies — nothing typed is lost. */
'use client';

import { useCallback, useState } from 'react';

export type Draft<T> = { readonly value: T; readonly change: (part: Partial<T>) => void; readonly clear: () => void };

export function useDraft<T extends Readonly<Record<string, string>>>(key: string, empty: T): Draft<T> {
  const storageKey = `ao.draft.${key}`;
  const [value, setValue] = useState<T>(() => ({ ...empty, ...read<T>(storageKey) }));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      write(storageKey, next);
    },
    [storageKey],
  );
  return { value, change: (part) => set({ ...value, ...part }), clear: () => set(empty) };
}

function read<T>(key: string): Partial<T> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(([, text]) => typeof text === 'string')) as Partial<T>;
  } catch {
    return {};
  }
}

function write(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The text is still in the form.
  }
}
