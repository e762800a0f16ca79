import { describe, expect, it } from 'vitest';
import { type KeyPress, matchShortcut, toKeyBytes, withControl } from './keys.ts';

const press = (key: string, ...held: readonly ('ctrl' | 'shift' | 'alt' | 'meta')[]): KeyPress => ({
  key,
  ctrlKey: held.includes('ctrl'),
  shiftKey: held.includes('shift'),
  altKey: held.includes('alt'),
  metaKey: held.includes('meta'),
});

describe('shortcuts inside the terminal', () => {
  it('are the shifted Control chords, and Command on a Mac', () => {
    expect(matchShortcut(press('F', 'ctrl', 'shift'), 'other')).toBe('search');
    expect(matchShortcut(press('C', 'ctrl', 'shift'), 'other')).toBe('copy');
    expect(matchShortcut(press('V', 'ctrl', 'shift'), 'other')).toBe('paste');
    expect(matchShortcut(press('f', 'meta'), 'mac')).toBe('search');
    expect(matchShortcut(press('c', 'meta'), 'mac')).toBe('copy');
  });

  it('leave every plain key and plain Control chord to the program', () => {
    for (const key of ['Escape', 'Tab', 'f', 'c', 'v', 'e']) {
      expect(matchShortcut(press(key), 'other')).toBeNull();
      expect(matchShortcut(press(key, 'ctrl'), 'other')).toBeNull();
      expect(matchShortcut(press(key, 'ctrl'), 'mac')).toBeNull();
      expect(matchShortcut(press(key, 'ctrl', 'shift', 'alt'), 'other')).toBeNull();
    }
  });

  it('have the same way out of the terminal on every keyboard (WCAG 2.1.2)', () => {
    expect(matchShortcut(press('E', 'ctrl', 'shift'), 'other')).toBe('leave');
    expect(matchShortcut(press('E', 'ctrl', 'shift'), 'mac')).toBe('leave');
    expect(matchShortcut(press('e', 'meta', 'shift'), 'mac')).toBe('leave');
    expect(matchShortcut(press('e', 'meta'), 'mac')).toBeNull();
  });
});

describe('keys that a phone lacks', () => {
  it('are the bytes a keyboard would send, arrows by the program’s mode', () => {
    expect(toKeyBytes('Esc', { cursorKeys: 'normal' })).toBe('\x1b');
    expect(toKeyBytes('Tab', { cursorKeys: 'normal' })).toBe('\t');
    expect(toKeyBytes('Interrupt', { cursorKeys: 'normal' })).toBe('\x03');
    expect(toKeyBytes('Up', { cursorKeys: 'normal' })).toBe('\x1b[A');
    expect(toKeyBytes('Left', { cursorKeys: 'application' })).toBe('\x1bOD');
  });

  it('turn the next letter into its control code, and leave what has none', () => {
    expect(withControl('c')).toBe('\x03');
    expect(withControl('R')).toBe('\x12');
    expect(withControl('[')).toBe('\x1b');
    expect(withControl(' ')).toBe('\0');
    expect(withControl('é')).toBe('é');
    expect(withControl('\x1b[A')).toBe('\x1b[A');
  });
});
