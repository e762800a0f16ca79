import { describe, expect, it } from 'vitest';
import type { BriefingItem } from '../../../server/contract/briefing.ts';
import { groupItems, summarize } from './describe-briefing.ts';

const item = (n: number, outcome: BriefingItem['outcome'], needsYou = false): BriefingItem => ({
  id: `app-${n}`,
  projectId: 'app',
  kind: 'worker',
  title: `app-${n}`,
  agent: 'shell',
  outcome,
  needsYou,
  reason: '',
});

describe('the briefing in words', () => {
  it.each([
    [[item(1, 'fresh')], '1 session ran then: it is back.'],
    [[item(1, 'fresh'), item(2, 'adopted')], '2 sessions ran then: all are back.'],
    [[item(1, 'resumed'), item(2, 'recovering'), item(3, 'ended', true)], '3 sessions ran then: 1 is back, 1 is coming, 1 needs you.'],
    [[item(1, 'killed'), item(2, 'needs_recovery', true), item(3, 'exited', true)], '3 sessions ran then: 0 are back, 2 need you.'],
  ])('%#', (items, text) => {
    expect(summarize({ items })).toBe(text);
  });

  it('names each session once, what needs somebody first', () => {
    const items = [item(1, 'adopted'), item(2, 'killed'), item(3, 'replayed'), item(4, 'recovering'), item(5, 'exited', true)];
    const groups = groupItems({ items });
    expect(groups.map(({ title }) => title)).toEqual(['Needs you', 'Coming back', 'Brought back', 'Never stopped', 'Ended since']);
    expect(groups.flatMap((group) => group.items.map(({ id }) => id)).sort()).toEqual(items.map(({ id }) => id));
  });
});
