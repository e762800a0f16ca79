import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { EVENT_KINDS, LEAST_SHARE, planEvents, USUAL_EVENTS } from './schedule.ts';

describe('the events of a run', () => {
  it.each([USUAL_EVENTS, 1_000])('of %d events each kind has its share, whatever the seed', (events) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const planned = planEvents(events, seed);
      expect(planned).toHaveLength(events);
      for (const kind of EVENT_KINDS)
        expect(100 * planned.filter((one) => one === kind).length, `${kind} of seed ${seed}`).toBeGreaterThanOrEqual(LEAST_SHARE * events);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    expect(planEvents(60, 7)).toEqual(planEvents(60, 7));
    expect(planEvents(60, 7)).not.toEqual(planEvents(60, 8));
  });

  it('choose alike in the same event, and differently in the next', () => {
    const choices = (seed: number, stream: number): readonly number[] => {
      const random = createRandom(seed, stream);
      return Array.from({ length: 8 }, () => random.below(1_000));
    };
    expect(choices(1, 1)).toEqual(choices(1, 1));
    expect(choices(1, 1)).not.toEqual(choices(1, 2));
    expect(choices(1, 1)).not.toEqual(choices(2, 1));
  });
});
