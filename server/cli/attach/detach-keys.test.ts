import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetachWatch, DEFAULT_DETACH_KEYS, parseDetachKeys } from './detach-keys.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('the keys that leave a terminal', () => {
  it.each([
    [DEFAULT_DETACH_KEYS, '\x1dd', 'Ctrl-] d'],
    ['ctrl-p,ctrl-q', '\x10\x11', 'Ctrl-P Ctrl-Q'],
    ['ctrl-@', '\0', 'Ctrl-@'],
    ['~,.', '~.', '~ .'],
  ])('reads %s', (text, sequence, label) => {
    expect(parseDetachKeys(text)).toEqual({ bytes: sequence, label });
  });

  it.each(['', ',', 'ctrl-', 'ctrl-1', 'ctrl-aa', 'dd', 'a,', ' ', '\x1d', 'é', 'alt-x'])('refuses %j', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(/ctrl-\],d/);
  });

  it('holds back its first key until the next one, and gives both where that is another', () => {
    const watch = createDetachWatch({ bytes: '\x1dd' });
    expect(watch.feed(bytes('ab\x1d'))).toEqual({ typed: bytes('ab'), verdict: 'stay' });
    expect(watch.feed(bytes('\x1d'))).toEqual({ typed: bytes('\x1d'), verdict: 'stay' });
    expect(watch.feed(bytes('x'))).toEqual({ typed: bytes('\x1dx'), verdict: 'stay' });
    expect(watch.feed(bytes('\x1b'))).toEqual({ typed: bytes('\x1b'), verdict: 'stay' });
    expect(watch.feed(bytes('last\x1ddlost'))).toEqual({ typed: bytes('last'), verdict: 'detach' });
  });

  it('however the keys are cut, types all that comes before the sequence, byte for byte, and leaves at it', () => {
    const sequence = fc.constantFrom('\x1dd', '\x10\x11', 'aab', 'aaa', '\x1d');
    const chunk = fc
      .array(fc.constantFrom('a', 'b', 'd', '\x1d', '\x10', '\x11', '\xff', '\xc3'), { maxLength: 4 })
      .map((keys) => keys.join(''));
    fc.assert(
      fc.property(sequence, fc.array(chunk, { maxLength: 8 }), (wanted, chunks) => {
        const watch = createDetachWatch({ bytes: wanted });
        const all = chunks.join('');
        let typed = '';
        let left = false;
        for (const each of chunks) {
          if (left) break;
          const fed = watch.feed(bytes(each));
          typed += Buffer.from(fed.typed).toString('latin1');
          left = fed.verdict === 'detach';
        }
        expect(left).toBe(all.includes(wanted));
        if (left) expect(typed).toBe(all.slice(0, all.indexOf(wanted)));
        else expect([all.startsWith(typed), wanted.startsWith(all.slice(typed.length))]).toEqual([true, true]);
      }),
    );
  });
});
