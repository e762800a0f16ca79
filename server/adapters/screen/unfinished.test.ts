import { array, assert, constantFrom, nat, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUnfinished } from './unfinished.ts';

const encoder = new TextEncoder();
const left = (...pieces: readonly Uint8Array[]): readonly number[] => {
  const unfinished = createUnfinished();
  for (const piece of pieces) unfinished.push(piece);
  return [...unfinished.bytes()];
};
const WORDS = [
  'plain text',
  '\r\n',
  'ü',
  '€',
  '😀',
  '\u001b',
  '\u001b[',
  '\u001b[31m',
  '\u001b[1;',
  '\u001b]8;;x\u0007',
  '\u001b]0;t',
  '\u001bP1$r',
  '\u001b\\',
  '\u0018',
];

describe('what a stream ends in the middle of', () => {
  it.each([
    ['nothing', 'all of it ü €', ''],
    ['a sequence after much text', `${'x'.repeat(500)}\u001b[31`, '\u001b[31'],
    ['a link', 'a\u001b]8;;https://', '\u001b]8;;https://'],
    ['nothing, after a sequence and text', '\u001b[31mred', ''],
  ])('is %s', (_name, text, wanted) => {
    expect(left(encoder.encode(text))).toEqual([...encoder.encode(wanted)]);
  });

  it('is the part of a character at the end, whatever stands before it', () => {
    const face = encoder.encode('😀');
    for (const count of [1, 2, 3]) {
      const cut = face.subarray(0, count);
      expect(left(Uint8Array.from([...encoder.encode('text ü'), ...cut]))).toEqual([...cut]);
    }
    expect(left(Uint8Array.from([...encoder.encode('text'), ...face]))).toEqual([]);
  });

  it('is the same in one piece as byte by byte', () => {
    const words = array(constantFrom(...WORDS), { maxLength: 12 });
    assert(
      property(words, uint8Array({ maxLength: 4 }), nat(3), (some, odd, dropped) => {
        const whole = Uint8Array.from([...encoder.encode(some.join('')), ...odd]);
        const data = whole.subarray(0, whole.length - dropped);
        expect(left(data)).toEqual(left(...Array.from(data, (byte) => Uint8Array.of(byte))));
      }),
      { numRuns: 2_000 },
    );
  });
});
