import { describe, expect, it } from 'vitest';
import { readCast } from '../../server/contract/cast.ts';
import { advance, countUntil, formatPosition, IDLE_REST_MS, stepsBetween, toTimeline } from './timeline.ts';

const CAST = [
  '{"version":2,"width":80,"height":24}',
  '[0,"o","a"]',
  '[1,"o","b"]',
  'torn in the mid',
  '[1,"r","100x30"]',
  '[1.5,"o","c"]',
  '[60,"o","d"]',
  '[60.2,"o","half of',
].join('\n');

function timeline() {
  const cast = readCast(CAST);
  if (cast === null) throw new Error('it is a recording');
  return toTimeline(cast);
}

describe('a recording in time', () => {
  it('reads what is whole and leaves out what is torn', () => {
    expect(timeline()).toMatchObject({ size: { cols: 80, rows: 24 }, durationMs: 60_000 });
    expect(timeline().events).toHaveLength(5);
    expect(readCast('no recording')).toBeNull();
  });

  it('knows what has happened at any moment', () => {
    expect([-1, 0, 999, 1_000, 1_500, 59_999, 60_000, 1e9].map((ms) => countUntil(timeline(), ms))).toEqual([0, 1, 1, 3, 4, 4, 5, 5]);
  });

  it('tells a screen the text at once, and sizes where they came', () => {
    expect(stepsBetween(timeline(), 0, 5)).toEqual([
      { kind: 'text', text: 'ab' },
      { kind: 'size', size: { cols: 100, rows: 30 } },
      { kind: 'text', text: 'cd' },
    ]);
    expect(stepsBetween(timeline(), 4, 5)).toEqual([{ kind: 'text', text: 'd' }]);
    expect(stepsBetween(timeline(), 3, 3)).toEqual([]);
  });

  it('plays at its speed, and over silence where that is wanted', () => {
    expect(advance(timeline(), 2_000, 100, { speed: 4, idle: 'keep' })).toBe(2_400);
    expect(advance(timeline(), 2_000, 100, { speed: 1, idle: 'skip' })).toBe(60_000 - IDLE_REST_MS);
    expect(advance(timeline(), 100, 100, { speed: 1, idle: 'skip' })).toBe(600);
    expect(advance(timeline(), 59_990, 100, { speed: 1, idle: 'skip' })).toBe(60_000);
    expect(advance(timeline(), 60_000, 100, { speed: 1, idle: 'skip' })).toBe(60_000);
  });

  it('shows times as players do', () => {
    expect([0, 7_900, 750_000, 3_723_000].map(formatPosition)).toEqual(['0:00', '0:07', '12:30', '1:02:03']);
  });
});
