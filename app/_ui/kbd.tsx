/** A key or a chord as it is printed on this person's keyboard. `mod` is ⌘ on Apple's, Ctrl elsewhere. */
'use client';

import { clsx } from 'clsx';
import { useSyncExternalStore } from 'react';

const APPLE = /Mac|iPhone|iPad/;
const NAMES: Readonly<Record<string, string>> = { enter: '↵', escape: 'Esc', arrowup: '↑', arrowdown: '↓', shift: '⇧', alt: 'Alt' };

const never = () => () => undefined;

export function useApplePlatform(): boolean {
  return useSyncExternalStore(
    never,
    () => APPLE.test(navigator.platform),
    () => false,
  );
}

export type KbdProps = {
  readonly keys: string;
  /** `inherit`: on a coloured surface. */
  readonly tone?: 'normal' | 'inherit';
};

export function Kbd({ keys, tone = 'normal' }: KbdProps) {
  const apple = useApplePlatform();
  return (
    <span className="inline-flex items-center gap-0.5 pointer-coarse:hidden">
      {keys.split('+').map((key) => (
        <kbd
          key={key}
          className={clsx(
            'inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-[4px] border px-1 font-sans text-2xs',
            tone === 'normal' ? 'border-line bg-canvas text-ink-muted' : 'border-current/35 text-current',
          )}
        >
          {key === 'mod' ? (apple ? '⌘' : 'Ctrl') : (NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key))}
        </kbd>
      ))}
    </span>
  );
}
