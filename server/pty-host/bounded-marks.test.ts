import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarkBound, MAX_MARKS } from './bounded-marks.ts';

const width = (codePoint: number): number => (codePoint >= 0x300 && codePoint <= 0x36f ? 0 : 1);
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

/** The stream cut at these places, and what came out. */
function through(stream: Uint8Array, places: readonly number[]): Buffer {
  const bound = createMarkBound(width);
  const at = [0, ...places.map((place) => place % (stream.length + 1)).toSorted((a, b) => a - b), stream.length];
  return Buffer.concat(at.slice(1).map((end, index) => Uint8Array.from(bound(stream.slice(at[index], end)))));
}

describe('marks on one character', () => {
  it('T1: pass byte by byte as they came, with whatever else a stream holds, up to the bound', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }).map(bytes),
      fc.uint8Array({ maxLength: 6 }).map((data) => Buffer.from(data)),
      fc.nat(MAX_MARKS / 4).map((count) => bytes(`e${'\u0301'.repeat(count)}x`)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 8 }), (parts, places) => {
        const stream = Buffer.concat([...parts, bytes('.')]);
        expect(through(stream, places).equals(stream)).toBe(true);
      }),
    );
  });

  it('T5: are dropped beyond it, however the stream is cut, and nothing else is', () => {
    fc.assert(
      fc.property(fc.integer({ min: MAX_MARKS + 1, max: 400 }), fc.array(fc.nat(), { maxLength: 30 }), (count, places) => {
        const stream = bytes(`世e${'\u0301'.repeat(count)}世 after ${'\u0302'.repeat(count)}\x1b[m.`);
        const wanted = `世e${'\u0301'.repeat(MAX_MARKS)}世 after ${'\u0302'.repeat(MAX_MARKS)}\x1b[m.`;
        expect(through(stream, places).toString('utf8')).toBe(wanted);
      }),
    );
  });
});
