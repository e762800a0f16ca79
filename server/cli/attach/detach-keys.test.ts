import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyWatch, DEFAULT_DETACH_KEYS, parseDetachKeys } from './detach-keys.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('the keys that leave a terminal', () => {
  it.each([
    [DEFAULT_DETACH_KEYS, '\x1dd', 'Ctrl-] d'],
    ['ctrl-p,ctrl-q', '\x10\x11', 'Ctrl-P Ctrl-Q'],
    ['ctrl-@', '\0', 'Ctrl-@'],
    ['~,.', '~.', '~ .'],
  ])('reads %s', (text, sequence, label) => {
    expect(parseDetachKeys(text)).toMatchObject({ bytes: sequence, label });
  });

  it.each(['', ',', 'ctrl-', 'ctrl-1', 'ctrl-aa', 'dd', 'a,', ' ', '\x1d', 'é', 'alt-x'])('refuses %j', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(/ctrl-\],d/);
  });

  it('has another sequence for the keyboard, unless there is one key only', () => {
    expect(parseDetachKeys('ctrl-],d')).toMatchObject({ keyboardBytes: '\x1dk', keyboard: 'Ctrl-] k' });
    expect(parseDetachKeys('ctrl-a,k')).toMatchObject({ bytes: '\x01k', keyboardBytes: '\x01l' });
    expect(parseDetachKeys('ctrl-]')).toMatchObject({ keyboardBytes: null, keyboard: null });
  });

  it('holds back its first key until the next one, and gives both where that is another', () => {
    const watch = createKeyWatch(parseDetachKeys('ctrl-],d'));
    expect(watch.feed(bytes('ab\x1d'))).toEqual([bytes('ab')]);
    expect(watch.feed(bytes('\x1d'))).toEqual([bytes('\x1d')]);
    expect(watch.feed(bytes('x'))).toEqual([bytes('\x1dx')]);
    expect(watch.feed(bytes('\x1b'))).toEqual([bytes('\x1b')]);
    expect(watch.feed(bytes('a\x1dkb\x1d'))).toEqual([bytes('a'), 'keyboard', bytes('b')]);
    expect(watch.feed(bytes('k'))).toEqual(['keyboard']);
    expect(watch.feed(bytes('last\x1ddlost'))).toEqual([bytes('last'), 'detach']);
  });

  it('however the keys are cut, types all that comes before the sequence, byte for byte, and leaves at it', () => {
    const sequence = fc.constantFrom('\x1dd', '\x10\x11', 'aab', 'aaa', '\x1d');
    const keys = fc.constantFrom('a', 'b', 'd', '\x1d', '\x10', '\x11', '\xff', '\xc3');
    const chunk = fc.array(keys, { maxLength: 4 }).map((pressed) => pressed.join(''));
    fc.assert(
      fc.property(sequence, fc.array(chunk, { maxLength: 8 }), (wanted, chunks) => {
        const watch = createKeyWatch({ bytes: wanted, keyboardBytes: null });
        const all = chunks.join('');
        const parts: (Uint8Array | string)[] = [];
        for (const each of chunks) if (!parts.includes('detach')) parts.push(...watch.feed(bytes(each)));
        const typed = parts.map((part) => (typeof part === 'string' ? '' : Buffer.from(part).toString('latin1'))).join('');
        expect(parts.includes('detach')).toBe(all.includes(wanted));
        if (all.includes(wanted)) expect(typed).toBe(all.slice(0, all.indexOf(wanted)));
        else expect([all.startsWith(typed), wanted.startsWith(all.slice(typed.length))]).toEqual([true, true]);
      }),
    );
  });
});
