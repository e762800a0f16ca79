import { expect, it } from 'vitest';
import { parseMoment, pickSegment } from './pick-segment.ts';

const segment = (startedAtMs: number) => ({ startedAtMs, endedAtMs: startedAtMs + 50, bytes: 1 });
const all = [segment(100), segment(200)];

it('goes to the recording that a moment is in, and to the latest without one', () => {
  const starts = [null, 50, 100, 199, 200, 9_999].map((atMs) => pickSegment(all, atMs)?.startedAtMs);
  expect(starts).toEqual([200, 100, 100, 100, 200, 200]);
  expect(pickSegment([], 1)).toBeNull();
});

it('takes nothing but a number for a moment', () => {
  expect(['12', '-1', '1e3', '', null].map(parseMoment)).toEqual([12, null, null, null, null]);
});
