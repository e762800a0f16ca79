/** What this person chose in this browser: theme, whether single keys are shortcuts (WCAG 2.1.4), whether cards show screens. */
'use client';

import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'dark' | 'light';
export type SingleKeys = 'on' | 'off';
export type Screens = 'shown' | 'hidden';

const THEME_KEY = 'ao.theme';
const KEYS_KEY = 'ao.single-keys';
const SCREENS_KEY = 'ao.board.screens';
const listeners = new Set<() => void>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // The choice holds for this page only.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

export function readTheme(): Theme {
  const value = read(THEME_KEY);
  return value === 'dark' || value === 'light' ? value : 'system';
}

/** `public/theme.js` does the same before the first paint. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  write(THEME_KEY, theme === 'system' ? null : theme);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, readTheme, () => 'system');
}

export function readSingleKeys(): SingleKeys {
  return read(KEYS_KEY) === 'off' ? 'off' : 'on';
}

export function chooseSingleKeys(choice: SingleKeys): void {
  write(KEYS_KEY, choice === 'on' ? null : choice);
}

export function useSingleKeys(): SingleKeys {
  return useSyncExternalStore(subscribe, readSingleKeys, () => 'on');
}

export function chooseScreens(choice: Screens): void {
  write(SCREENS_KEY, choice === 'hidden' ? null : choice);
}

export function useScreens(): Screens {
  return useSyncExternalStore(
    subscribe,
    () => (read(SCREENS_KEY) === 'shown' ? 'shown' : 'hidden'),
    () => 'hidden',
  );
}
