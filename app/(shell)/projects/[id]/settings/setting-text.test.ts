import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromEnvText, fromLines, toEnvText, toLines } from './setting-text.ts';

describe('settings as text', () => {
  it('gives back every environment it was made of', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ unit: 'grapheme' }), { noNullPrototype: true }), (env) => {
        expect(fromEnvText(toEnvText(env))).toEqual({ ok: true, value: env });
      }),
    );
  });

  it('reads what people type: spaces around, empty lines, an equals sign within', () => {
    expect(fromEnvText('\n A = b=c \n\nQUOTED="two\\nlines"\nEMPTY=')).toEqual({
      ok: true,
      value: { A: 'b=c', QUOTED: 'two\nlines', EMPTY: '' },
    });
  });

  it.each([
    ['NAME', 'is not of the form'],
    ['=value', 'is not of the form'],
    ['A=1\nA=2', 'A is there twice'],
    ['A="open', 'quotes of A'],
  ])('refuses %j and says why', (text, why) => {
    expect(fromEnvText(text)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it('keeps a list, one value a line', () => {
    expect(fromLines(toLines(['.env', 'node_modules']))).toEqual(['.env', 'node_modules']);
    expect(fromLines('  a \n\n b')).toEqual(['a', 'b']);
  });
});
