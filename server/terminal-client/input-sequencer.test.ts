import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInputSequencer, IN_FLIGHT_BYTES, type InputFrame } from './input-sequencer.ts';
import { MAX_INPUT_BYTES } from './limits.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (frames: readonly InputFrame[]): string => frames.map(({ data }) => new TextDecoder().decode(data)).join('');
const never = (): void => {
  throw new Error('was not to be called');
};

function world() {
  const sent: InputFrame[] = [];
  const input = createInputSequencer({ send: (frame) => sent.push(frame) });
  return { sent, input };
}

describe('input in one order', () => {
  it('numbers frames from 1 and sends a key at once', () => {
    const { sent, input } = world();
    input.push(bytes('a'));
    input.push(bytes('b'));
    expect(sent.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(textOf(sent)).toBe('ab');
  });

  it('sends nothing for nothing', () => {
    const { sent, input } = world();
    input.push(new Uint8Array());
    expect(sent).toEqual([]);
  });

  it('draws a paste only as fast as the daemon answers, and no frame is too large (T8)', () => {
    const { sent, input } = world();
    const frame = new Uint8Array(MAX_INPUT_BYTES);
    let drawn = 0;
    let done = false;
    function* source() {
      for (; drawn < 256; drawn += 1) yield frame;
    }
    input.pushAll(source(), () => {
      done = true;
    });
    expect(sent).toHaveLength(IN_FLIGHT_BYTES / MAX_INPUT_BYTES);
    expect(drawn).toBeLessThanOrEqual(sent.length);
    for (let seq = 1; seq <= 256; seq += 1) {
      expect(done).toBe(false);
      expect(sent.length - seq + 1).toBeLessThanOrEqual(4);
      input.answered(seq);
      if (seq === 252) break;
    }
    expect(sent).toHaveLength(256);
    input.answered(253);
    expect(done).toBe(true);
  });

  it('keeps keys that are typed during a paste behind it, joined into few frames', () => {
    const { sent, input } = world();
    const frames = Array.from({ length: 6 }, (_, index) => new Uint8Array(MAX_INPUT_BYTES).fill(97 + index));
    input.pushAll(frames.values(), () => undefined);
    for (const key of 'xyz') input.push(bytes(key));
    for (let seq = 1; seq <= 7; seq += 1) input.answered(seq);
    expect(sent.map(({ data }) => data[0])).toEqual([97, 98, 99, 100, 101, 102, 120]);
    expect(textOf(sent.slice(6))).toBe('xyz');
  });

  it('sends nothing twice and says what is uncertain when the line is cut', () => {
    const { sent, input } = world();
    input.push(bytes('ab'));
    input.push(bytes('c'));
    input.answered(1);
    expect(input.stop()).toEqual({ unconfirmedBytes: 1, unsentBytes: 0, pasteCut: false });
    input.push(bytes('lost'));
    input.answered(2);
    expect(textOf(sent)).toBe('abc');
  });

  it('tells that a paste was cut off, and lets its source go', () => {
    const { sent, input } = world();
    let done = false;
    function* endless() {
      for (;;) yield new Uint8Array(MAX_INPUT_BYTES);
    }
    input.pushAll(endless(), () => {
      done = true;
    });
    input.push(bytes('after'));
    expect(input.stop()).toEqual({ unconfirmedBytes: IN_FLIGHT_BYTES, unsentBytes: 5, pasteCut: true });
    expect(done).toBe(true);
    const count = sent.length;
    input.answered(1);
    expect(sent).toHaveLength(count);
  });

  it('ignores an answer to what it never sent, and the same answer twice (S9)', () => {
    const { sent, input } = world();
    input.pushAll(Array.from({ length: 5 }, () => new Uint8Array(MAX_INPUT_BYTES)).values(), never);
    input.answered(99);
    expect(sent).toHaveLength(4);
    input.answered(1);
    input.answered(1);
    expect(sent).toHaveLength(5);
  });

  it('for any mix of keys and answers types exactly what was given, in order, numbered without a gap', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), size: fc.integer({ min: 0, max: 150_000 }) }),
      fc.record({ kind: fc.constant('answer' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { sent, input } = world();
        const given: number[] = [];
        let answered = 0;
        for (const [index, one] of steps.entries()) {
          if (one.kind === 'push') {
            input.push(new Uint8Array(one.size).fill(index));
            for (let count = 0; count < one.size; count += 1) given.push(index);
          } else if (answered < sent.length) {
            answered += 1;
            input.answered(answered);
          }
        }
        while (answered < sent.length) {
          answered += 1;
          input.answered(answered);
        }
        expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, index) => index + 1));
        expect(sent.every(({ data }) => data.byteLength > 0 && data.byteLength <= MAX_INPUT_BYTES)).toBe(true);
        expect(Buffer.concat(sent.map(({ data }) => data)).equals(Buffer.from(given))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
