import { describe, expect, it } from 'vitest';
import { isShortcut, type KeyPlace, type KeyPress } from './shortcuts.ts';

const press = (key: string, part: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  meta: false,
  alt: false,
  shift: false,
  ...part,
});
const place = (part: Partial<KeyPlace> = {}): KeyPlace => ({ focus: 'page', singleKeys: 'on', platform: 'other', ...part });

describe('isShortcut', () => {
  it('takes single keys on the page only, and only where the user wants them (WCAG 2.1.4)', () => {
    expect(isShortcut('c', press('c'), place())).toBe(true);
    expect(isShortcut('c', press('c'), place({ focus: 'typing' }))).toBe(false);
    expect(isShortcut('c', press('c'), place({ focus: 'terminal' }))).toBe(false);
    expect(isShortcut('c', press('c'), place({ singleKeys: 'off' }))).toBe(false);
  });

  it('does not take a letter with a modifier for the letter', () => {
    for (const part of [{ ctrl: true }, { meta: true }, { alt: true }, { shift: true }]) {
      expect(isShortcut('c', press('c', part), place()), JSON.stringify(part)).toBe(false);
    }
  });

  it('takes a sign that needs Shift on most keyboards', () => {
    expect(isShortcut('?', press('?', { shift: true }), place())).toBe(true);
  });

  it('takes chords while somebody types', () => {
    expect(isShortcut('mod+k', press('k', { ctrl: true }), place({ focus: 'typing' }))).toBe(true);
    expect(isShortcut('mod+k', press('k', { meta: true }), place({ platform: 'apple', focus: 'typing' }))).toBe(true);
    expect(isShortcut('mod+k', press('k', { meta: true }), place())).toBe(false);
  });

  it('leaves Ctrl to the shell in a terminal, but not Ctrl with Shift, nor ⌘', () => {
    const terminal = { focus: 'terminal' } as const;
    expect(isShortcut('mod+k', press('k', { ctrl: true }), place(terminal))).toBe(false);
    expect(isShortcut('mod+shift+k', press('K', { ctrl: true, shift: true }), place(terminal))).toBe(true);
    expect(isShortcut('mod+k', press('k', { meta: true }), place({ ...terminal, platform: 'apple' }))).toBe(true);
  });
});
