/** Random choices that a seed repeats. Not for secrets. */

export type Random = {
  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** Throws where there is nothing to choose from. */
  pick<T>(from: readonly T[]): T;
  /** True in `percent` of a hundred. */
  chance(percent: number): boolean;
  shuffle<T>(list: readonly T[]): readonly T[];
};

/** mulberry32: 32 bits of state, good enough to choose with. `stream` keeps one event's choices apart from every other's. */
export function createRandom(seed: number, stream = 0): Random {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)) | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new Error('nothing to choose from');
      return from[below(from.length)] as T;
    },
    chance: (percent) => next() * 100 < percent,
    shuffle<T>(list: readonly T[]): readonly T[] {
      const left = [...list];
      const shuffled: T[] = [];
      while (left.length > 0) shuffled.push(...left.splice(below(left.length), 1));
      return shuffled;
    },
  };
}
