/**
 * When a key press is a shortcut. Pure. A single key never is while somebody types or is in a terminal, nor when the user has
 * switched single keys off (WCAG 2.1.4); in a terminal Ctrl belongs to the shell.
 */

export type KeyPress = {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
};

export type KeyPlace = {
  readonly focus: 'page' | 'typing' | 'terminal';
  readonly singleKeys: 'on' | 'off';
  readonly platform: 'apple' | 'other';
};

/** `shortcut`: `c`, `?`, `mod+k`, `mod+shift+k`. `mod` is ⌘ on Apple's keyboards and Ctrl elsewhere. */
export function isShortcut(shortcut: string, press: KeyPress, place: KeyPlace): boolean {
  const parts = shortcut.split('+');
  const key = parts.at(-1) ?? '';
  const wants = (name: string): boolean => parts.slice(0, -1).includes(name);
  const mod = place.platform === 'apple' ? press.meta : press.ctrl;
  const otherMod = place.platform === 'apple' ? press.ctrl : press.meta;
  if (press.key.toLowerCase() !== key || press.alt || otherMod || mod !== wants('mod')) return false;
  if (wants('mod')) {
    if (press.shift !== wants('shift')) return false;
    return place.focus !== 'terminal' || place.platform === 'apple' || wants('shift');
  }
  // A letter with Shift is a capital; a sign like ? needs it on most keyboards.
  if (/^[a-z]$/.test(key) && press.shift) return false;
  return place.focus === 'page' && place.singleKeys === 'on';
}
