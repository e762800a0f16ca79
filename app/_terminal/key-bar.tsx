/** The keys that a phone's keyboard lacks. Pressing one leaves the focus, and so the on-screen keyboard, where it is. */
'use client';

import { clsx } from 'clsx';
import type { PointerEvent, ReactNode } from 'react';
import { BAR_KEYS, type BarKey } from './keys.ts';

const LOOKS: Readonly<Record<BarKey, { readonly text: string; readonly name: string }>> = {
  Esc: { text: 'Esc', name: 'Escape' },
  Tab: { text: 'Tab', name: 'Tab' },
  Left: { text: '←', name: 'Left arrow' },
  Up: { text: '↑', name: 'Up arrow' },
  Down: { text: '↓', name: 'Down arrow' },
  Right: { text: '→', name: 'Right arrow' },
  Interrupt: { text: '^C', name: 'Control C' },
};

export type KeyBarProps = {
  readonly control: 'armed' | 'off';
  readonly onKey: (key: BarKey) => void;
  readonly onControl: () => void;
  readonly onPaste: () => void;
};

const keepFocus = (event: PointerEvent): void => event.preventDefault();

type KeyProps = { readonly name: string; readonly pressed?: boolean; readonly onPress: () => void; readonly children: ReactNode };

function Key({ name, pressed, onPress, children }: KeyProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={name}
      aria-pressed={pressed}
      onPointerDown={keepFocus}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPress}
      className={clsx(
        'h-11 min-w-8 flex-auto select-none rounded-sm px-1 font-mono text-ink text-xs active:bg-selected',
        pressed === true ? 'bg-primary text-on-primary' : 'bg-hover',
      )}
    >
      {children}
    </button>
  );
}

export function KeyBar({ control, onKey, onControl, onPaste }: KeyBarProps) {
  const key = (id: BarKey): ReactNode => (
    <Key key={id} name={LOOKS[id].name} onPress={() => onKey(id)}>
      {LOOKS[id].text}
    </Key>
  );
  return (
    <div
      role="toolbar"
      aria-label="Keys"
      className="hidden shrink-0 gap-1 border-line border-t bg-sidebar p-1 pb-[max(0.25rem,env(safe-area-inset-bottom))] pointer-coarse:flex"
    >
      {BAR_KEYS.slice(0, 2).map(key)}
      <Key name="Control, for the next key" pressed={control === 'armed'} onPress={onControl}>
        Ctrl
      </Key>
      {BAR_KEYS.slice(2).map(key)}
      <Key name="Paste" onPress={onPaste}>
        Paste
      </Key>
    </div>
  );
}
