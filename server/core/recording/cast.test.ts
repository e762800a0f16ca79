import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSize, MAX_EVENT_LENGTH, parseCastEvent, parseCastHeader, parseSize, toCastHeader, toCastLines } from './cast.ts';

const SIZE = { cols: 120, rows: 40 };

describe('asciicast v2', () => {
  it('is written as every player reads it', () => {
    const header = toCastHeader({ size: SIZE, startedAtMs: 1_700_000_000_999 });
    expect(JSON.parse(header)).toEqual({ version: 2, width: 120, height: 40, timestamp: 1_700_000_000, env: { TERM: 'xterm-256color' } });
    expect(toCastLines({ atMs: 1_234.4, kind: 'output', data: '\x1b[31m世"\r\n' })).toBe(
      `[1.234,"o",${JSON.stringify('\x1b[31m世"\r\n')}]\n`,
    );
    expect(toCastLines({ atMs: 0, kind: 'resize', data: describeSize(SIZE) })).toBe('[0,"r","120x40"]\n');
    expect(parseCastHeader(header)).toEqual(SIZE);
    expect(parseSize(describeSize(SIZE))).toEqual(SIZE);
  });

  it('reads back what was written, whatever it was and however long', () => {
    const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 3_000 }), { maxLength: 6 }).map((parts) => parts.join('🙂'));
    fc.assert(
      fc.property(text, fc.nat(90_000_000), (data, atMs) => {
        const lines = toCastLines({ atMs, kind: 'output', data }).split('\n').slice(0, -1);
        const events = lines.map(parseCastEvent);
        expect(events.map((event) => event?.data).join('')).toBe(data);
        for (const event of events) {
          expect(event?.atMs).toBe(atMs);
          expect(event?.data.length).toBeLessThanOrEqual(MAX_EVENT_LENGTH);
          // A half of a character would come out as another one.
          expect(event?.data).not.toMatch(/[\uD800-\uDBFF]$|^[\uDC00-\uDFFF]/);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['[1.5,"o","half'],
    ['[1.5,"o"]'],
    ['[-1,"o","x"]'],
    ['["1","o","x"]'],
    ['[1,"i","typed"]'],
    ['[1,"r","0x24"]'],
    ['[1,"r","99999x2"]'],
    ['{"version":2}'],
    [''],
    ['null'],
  ])('leaves out %s, which is no event', (line) => {
    expect(parseCastEvent(line)).toBeNull();
  });

  it.each([
    ['{"version":1,"width":80,"height":24}'],
    ['{"version":2,"width":80}'],
    ['{"version":2,"width":-1,"height":1e9}'],
    ['[]'],
    ['{'],
  ])('takes %s for no header', (line) => {
    expect(parseCastHeader(line)).toBeNull();
  });
});
