import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_INPUT_BYTES } from '../../server/terminal-client/limits.ts';
import { cutPaste, describePaste, judgePaste, LARGE_PASTE_UNITS, toTyped } from './paste.ts';

function draw(text: string, bracketed: boolean): Uint8Array[] {
  const cutter = cutPaste(text, { bracketed });
  const frames: Uint8Array[] = [];
  for (let next = cutter.next(); next.done !== true; next = cutter.next()) frames.push(next.value);
  return frames;
}
const typed = (text: string, bracketed = false): string => Buffer.concat(draw(text, bracketed)).toString('utf8');

describe('a paste', () => {
  it('is typed with the line ends of the Enter key', () => {
    expect(typed('a\nb\r\nc\r')).toBe('a\rb\rc\r');
  });

  it('is wrapped only where the program asked for it', () => {
    expect(typed('x', true)).toBe('\x1b[200~x\x1b[201~');
    expect(typed('x', false)).toBe('x');
  });

  it('cannot end its own brackets, nested or in C1 form (T8)', () => {
    const hostile = 'a\x1b[201~rm -rf ~\r\x1b[20\x1b[201~1~b\x9b201~c';
    expect(typed(hostile, true)).toBe('\x1b[200~a[201~rm -rf ~\r[20[201~1~b201~c\x1b[201~');
  });

  it('cannot press keys: control characters are left out, tabs and lines are kept', () => {
    expect(toTyped('a\x03\x04\x7f\0\tb\x1bOA')).toBe('a\tbOA');
  });

  it('survives lone surrogates as the replacement character (T8)', () => {
    expect(typed('a\ud800b\udc00')).toBe('a\ufffdb\ufffd');
  });

  it('for any text is what the whole text would be, in frames that fit and split no character (T8)', () => {
    const long = fc
      .tuple(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.constantFrom('é', '😀', '\r\n', '\r😀', 'x', '\n', '漢'),
        fc.integer({ min: 0, max: 40_000 }),
      )
      .map(([tail, unit, count]) => unit.repeat(count) + tail);
    fc.assert(
      fc.property(long, fc.boolean(), (text, bracketed) => {
        const frames = draw(text, bracketed);
        const whole = new TextDecoder().decode(new TextEncoder().encode(toTyped(text)));
        expect(frames.map((frame) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(frame)).join('')).toBe(
          bracketed
            ? `\x1b[200~${new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(toTyped(text)))}\x1b[201~`
            : whole,
        );
        expect(frames.every((frame) => frame.byteLength > 0 && frame.byteLength <= MAX_INPUT_BYTES)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('of 16 MB is encoded piece by piece, as it is drawn (T8)', () => {
    const cutter = cutPaste('0123456789abcdef'.repeat(1_048_576), { bracketed: true });
    cutter.next();
    expect(cutter.progress()).toBe(0);
    cutter.next();
    expect(cutter.progress()).toBeLessThan(0.002);
    expect(cutter.progress()).toBeGreaterThan(0);
  });

  it('that is called off still closes its brackets', () => {
    const cutter = cutPaste('x'.repeat(100_000), { bracketed: true });
    cutter.next();
    cutter.next();
    cutter.cancel();
    expect(cutter.next()).toEqual({ done: false, value: new TextEncoder().encode('\x1b[201~') });
    expect(cutter.next().done).toBe(true);
  });

  it('asks before several lines go to a shell or to what cannot tell a paste from typing', () => {
    const two = describePaste('a\nb', { bracketed: true });
    expect(two.lines).toBe(2);
    expect(judgePaste(two, { shell: 'shell' })).toBe('multi_line');
    expect(judgePaste(two, { shell: 'other' })).toBe('none');
    expect(judgePaste({ ...two, bracketed: false }, { shell: 'other' })).toBe('multi_line');
  });

  it('does not ask for one line, with or without its line end', () => {
    expect(describePaste('ls\n', { bracketed: false }).lines).toBe(1);
    expect(judgePaste(describePaste('ls', { bracketed: false }), { shell: 'shell' })).toBe('none');
  });

  it('asks before a very large one, whatever takes it', () => {
    expect(judgePaste({ units: LARGE_PASTE_UNITS, lines: 1, bracketed: true }, { shell: 'other' })).toBe('large');
  });
});
