import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { EVENT_KINDS, kindsOn, LEAST_SHARE, planEvents, RUNTIME_KINDS, toRuntime, usualEvents } from './schedule.ts';

describe('the events of a run', () => {
  it.each(RUNTIME_KINDS.flatMap((runtime) => [usualEvents(runtime), 1_000].map((events) => ({ runtime, events }))))(
    'of $events events on $runtime each kind has its share, whatever the seed',
    ({ runtime, events }) => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const planned = planEvents(events, seed, kindsOn(runtime));
        expect(planned).toHaveLength(events);
        for (const kind of kindsOn(runtime))
          expect(100 * planned.filter((one) => one === kind).length, `${kind} of seed ${seed}`).toBeGreaterThanOrEqual(
            LEAST_SHARE * events,
          );
      }
    },
  );

  it('are the same for the same seed, and others for another', () => {
    const kinds = kindsOn('tmux');
    expect(planEvents(60, 7, kinds)).toEqual(planEvents(60, 7, kinds));
    expect(planEvents(60, 7, kinds)).not.toEqual(planEvents(60, 8, kinds));
  });

  it('are those that can happen to its runtime, and each can to one', () => {
    const [tmux, ptyhost] = [kindsOn('tmux'), kindsOn('ptyhost')];
    expect(tmux.filter((kind) => !ptyhost.includes(kind))).toEqual(['kill-tmux', 'stop-tmux']);
    expect(ptyhost.filter((kind) => !tmux.includes(kind)).every((kind) => /host|record|socket/.test(kind))).toBe(true);
    expect(new Set([...tmux, ...ptyhost]).size).toBe(EVENT_KINDS.length);
    expect(toRuntime('ptyhost')).toBe('ptyhost');
    expect(() => toRuntime('screen')).toThrow('there is no runtime screen');
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
