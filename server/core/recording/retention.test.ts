import { describe, expect, it } from 'vitest';
import type { SessionId } from '../ids.ts';
import { planRemoval, type RecordedSegment } from './retention.ts';

const DAY = 86_400_000;
const limits = { perSessionBytes: 100, inAllBytes: 250, maxAgeMs: 10 * DAY };
const segment = (session: string, day: number, bytes: number): RecordedSegment => ({
  sessionId: session as SessionId,
  startedAtMs: day * DAY,
  endedAtMs: day * DAY + 1,
  bytes,
});
const none = (): boolean => false;
const names = (segments: readonly RecordedSegment[]): readonly string[] =>
  segments.map(({ sessionId, startedAtMs }) => `${sessionId}@${startedAtMs / DAY}`);

describe('which recordings go', () => {
  it('none while all is within the limits', () => {
    expect(planRemoval([segment('a-1', 1, 50), segment('a-1', 2, 50)], { limits, nowMs: 3 * DAY, isOpen: none })).toEqual([]);
  });

  it('the oldest of a session that has too much, and only of that one', () => {
    const all = [segment('a-1', 1, 40), segment('a-1', 2, 40), segment('a-1', 3, 40), segment('b-1', 1, 90)];
    expect(names(planRemoval(all, { limits, nowMs: 4 * DAY, isOpen: none }))).toEqual(['a-1@1']);
  });

  it('the oldest of all where all together are too much', () => {
    const all = [segment('a-1', 1, 90), segment('b-1', 2, 90), segment('c-1', 3, 90)];
    expect(names(planRemoval(all, { limits, nowMs: 4 * DAY, isOpen: none }))).toEqual(['a-1@1']);
  });

  it('those that are too old', () => {
    const all = [segment('a-1', 1, 1), segment('a-1', 12, 1)];
    expect(names(planRemoval(all, { limits, nowMs: 12 * DAY, isOpen: none }))).toEqual(['a-1@1']);
  });

  it('never one that is being written, which counts all the same', () => {
    const all = [segment('a-1', 1, 90), segment('a-1', 2, 90)];
    const isOpen = ({ startedAtMs }: RecordedSegment): boolean => startedAtMs === DAY;
    expect(names(planRemoval(all, { limits, nowMs: 40 * DAY, isOpen }))).toEqual(['a-1@2']);
  });
});
