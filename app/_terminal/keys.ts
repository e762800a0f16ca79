/**
 * What keys mean beside typing: the shortcuts that work while the terminal has the focus, and the bytes of the keys that a
 * phone's keyboard lacks. Pure. Every shortcut is one that no program can be waiting for: a terminal sends the same byte for
 * Ctrl+F and Ctrl+Shift+F, so the shifted form is ours to take.
 */

export type TerminalShortcut = 'search' | 'copy' | 'paste' | 'leave';
export type Platform = 'mac' | 'other';

export type KeyPress = {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
};

/** As the palette and the hints show them; `mod` is ⌘ on Apple's keyboards and Ctrl elsewhere (`_data/shortcuts.ts`). */
export const SHORTCUT_KEYS: Readonly<Record<TerminalShortcut, string>> = {
  search: 'mod+shift+f',
  copy: 'mod+shift+c',
  paste: 'mod+shift+v',
  // The keyboard's way out (WCAG 2.1.2). Not an Escape chord: those belong to browsers, window managers and agents.
  leave: 'mod+shift+e',
};
const BY_LETTER: Readonly<Partial<Record<string, TerminalShortcut>>> = { f: 'search', c: 'copy', v: 'paste', e: 'leave' };

/** On a Mac ⌘F, ⌘C and ⌘V do too, and the way out is the same chord with either modifier. */
export function matchShortcut(press: KeyPress, platform: Platform): TerminalShortcut | null {
  const shortcut = BY_LETTER[press.key.toLowerCase()];
  if (shortcut === undefined || press.altKey || press.ctrlKey === press.metaKey) return null;
  if (platform === 'other') return press.ctrlKey && press.shiftKey ? shortcut : null;
  if (press.metaKey) return press.shiftKey || shortcut !== 'leave' ? shortcut : null;
  return press.shiftKey && shortcut === 'leave' ? shortcut : null;
}

export const BAR_KEYS = ['Esc', 'Tab', 'Left', 'Up', 'Down', 'Right', 'Interrupt'] as const;
export type BarKey = (typeof BAR_KEYS)[number];

const ARROWS: Readonly<Partial<Record<BarKey, string>>> = { Left: 'D', Up: 'A', Down: 'B', Right: 'C' };

/** The bytes of a key of the bar; arrows differ by the mode that the program set. */
export function toKeyBytes(key: BarKey, mode: { readonly cursorKeys: 'application' | 'normal' }): string {
  if (key === 'Esc') return '\x1b';
  if (key === 'Tab') return '\t';
  if (key === 'Interrupt') return '\x03';
  return `${mode.cursorKeys === 'application' ? '\x1bO' : '\x1b['}${ARROWS[key] ?? ''}`;
}

/** What a held Ctrl makes of one typed character; what has no control code stays as it is. */
export function withControl(typed: string): string {
  if (typed.length !== 1) return typed;
  if (typed === ' ') return '\0';
  if (typed === '?') return '\x7f';
  const code = typed.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : typed;
}

export type HistoryKey = 'page-up' | 'page-down' | 'up' | 'down' | 'top' | 'leave';

/** Without Shift, while history is read; the program gets none of them then. */
const HISTORY_KEYS: Readonly<Partial<Record<string, HistoryKey>>> = {
  PageUp: 'page-up',
  PageDown: 'page-down',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'top',
  End: 'leave',
  Escape: 'leave',
};

/** At the live screen only the chords with which terminals have always scrolled lead into the history. */
export function matchHistoryKey(press: KeyPress, where: 'live' | 'history'): HistoryKey | null {
  const key = HISTORY_KEYS[press.key];
  if (key === undefined || press.ctrlKey || press.altKey || press.metaKey) return null;
  if (where === 'history') return key;
  return press.shiftKey && (key === 'page-up' || key === 'top') ? key : null;
}

/** A key that by itself says nothing to a program. */
export const isModifier = ({ key }: Pick<KeyPress, 'key'>): boolean =>
  /^(?:Shift|Control|Alt|AltGraph|Meta|CapsLock|NumLock|Fn)$/.test(key);
