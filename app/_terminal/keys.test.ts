import { describe, expect, it } from 'vitest';
import { isModifier, type KeyPress, matchHistoryKey, matchShortcut, toKeyBytes, withControl } from './keys.ts';

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

describe('keys of reading back', () => {
  it('are the program’s at the live screen, but for the chords with which terminals have always scrolled', () => {
    for (const key of ['PageUp', 'PageDown', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'Escape'])
      expect(matchHistoryKey(press(key), 'live')).toBeNull();
    expect(matchHistoryKey(press('PageUp', 'shift'), 'live')).toBe('page-up');
    expect(matchHistoryKey(press('Home', 'shift'), 'live')).toBe('top');
    expect(matchHistoryKey(press('Escape', 'shift'), 'live')).toBeNull();
  });

  it('move in the history with and without Shift; End and Escape leave it, and everything else is for the program', () => {
    expect(matchHistoryKey(press('PageUp'), 'history')).toBe('page-up');
    expect(matchHistoryKey(press('PageDown', 'shift'), 'history')).toBe('page-down');
    expect(matchHistoryKey(press('ArrowDown'), 'history')).toBe('down');
    expect(matchHistoryKey(press('End'), 'history')).toBe('leave');
    expect(matchHistoryKey(press('Escape'), 'history')).toBe('leave');
    for (const key of ['a', 'Enter', 'Tab', 'F5']) expect(matchHistoryKey(press(key), 'history')).toBeNull();
    expect(matchHistoryKey(press('ArrowUp', 'ctrl'), 'history')).toBeNull();
  });

  it('tell a key that is only held from one that says something', () => {
    for (const key of ['Shift', 'Control', 'Alt', 'Meta']) expect(isModifier({ key })).toBe(true);
    for (const key of ['s', 'F1', 'Process']) expect(isModifier({ key })).toBe(false);
  });
});
