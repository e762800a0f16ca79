import { describe, expect, it } from 'vitest';
import { median, quantile, toText } from './figures.ts';
import { type Measured, putBetweenMarks, type Result, toMarkdown, toTable, toVerdict } from './report.ts';
import { createTextWatch } from './text-watch.ts';
import { createTokenBucket } from './token-bucket.ts';

describe('figures', () => {
  it('takes the nearest rank, one that was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.95, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([50, 95, 99, 100]);
    expect(quantile([7], 0.95)).toBe(7);
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('writes three digits', () => {
    expect([1234.5, 99.95, 12.34, 0.126, Number.NaN].map(toText)).toEqual(['1235', '100', '12.3', '0.13', 'NaN']);
  });
});

describe('the token bucket', () => {
  it('lets a burst through at once, then keeps to its rate', () => {
    const bucket = createTokenBucket({ bytesPerSecond: 1_000, burstBytes: 100 });
    expect(bucket.take(100, 0)).toBe(0);
    expect(bucket.take(50, 0)).toBe(50);
    // What the one before owes is waited for too.
    expect(bucket.take(50, 0)).toBe(100);
    expect(bucket.take(50, 100)).toBe(50);
  });

  it('saves up no more than a burst', () => {
    const bucket = createTokenBucket({ bytesPerSecond: 1_000, burstBytes: 100 });
    bucket.take(100, 0);
    expect(bucket.take(200, 60_000)).toBe(100);
  });
});

describe('a watch for words', () => {
  it('finds them across two pieces, and not before what is forgotten', async () => {
    const watch = createTextWatch();
    watch.push(Buffer.from('<w1'));
    const found = watch.until('<w1x>');
    watch.push(Buffer.from('x>'));
    await expect(found).resolves.toBeTypeOf('number');
    watch.forget();
    await expect(watch.until('<w1x>', 5)).rejects.toThrow('"<w1x>" did not come');
  });
});

const measured = (value: number, skipped?: string): Measured => ({
  runs: '3 times',
  checks: [{ what: 'p95', value, sense: 'at most', limit: 1.2, unit: '×' }],
  figures: { 'p95 ms': 2.345 },
  ...(skipped === undefined ? {} : { skipped }),
});
const resultOf = (name: string, what: Measured): Result => ({
  name,
  subject: `subject of ${name}`,
  baseline: 'a | b',
  target: 'p95 ≤ 1.2 ×',
  tookMs: 1,
  verdict: toVerdict(what),
  ...what,
});

describe('the report', () => {
  it('says missed where one check is, also by a value that is no number, and skipped where nothing was judged', () => {
    expect(toVerdict(measured(1.2))).toBe('met');
    expect(toVerdict(measured(1.21))).toBe('missed');
    expect(toVerdict(measured(Number.NaN))).toBe('missed');
    expect(toVerdict({ ...measured(1), checks: [], skipped: 'no ttyd' })).toBe('skipped');
    expect(toVerdict({ ...measured(1), checks: [] })).toBe('shown');
  });

  const run = {
    command: 'npm run bench',
    machine: { cores: '2' },
    results: [resultOf('fast', measured(1.1, 'no ttyd')), resultOf('slow', measured(1.5))],
  };

  it('writes a table of markdown, misses in words', () => {
    const text = toMarkdown(run);
    expect(text).toContain('| subject of fast | a \\| b | p95 ≤ 1.2 × | p95 1.1 × (≤ 1.2 ×); skipped: no ttyd | met |');
    expect(text).toContain('p95 1.5 × (≤ 1.2 ×: missed) | missed |');
    expect(text).toContain('1 met, 1 missed.');
    expect(toTable(run)).toContain('missed  slow');
  });

  it('replaces its own part of a file and nothing else', () => {
    const once = putBetweenMarks('# Results\n\nAbove.\n', 'first');
    const twice = putBetweenMarks(`${once}\nBelow.\n`, 'second');
    expect(twice).toContain('Above.');
    expect(twice).toContain('Below.');
    expect(twice).toContain('second');
    expect(twice).not.toContain('first');
  });
});
