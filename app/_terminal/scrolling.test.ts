import { describe, expect, it } from 'vitest';
import { rowsOfWheel } from './scrolling.ts';

describe('a turn of the wheel', () => {
  it('is as many rows as its pixels, its lines or its pages say, and one at least', () => {
    expect(rowsOfWheel({ deltaY: -100, deltaMode: 0 }, 20)).toBe(5);
    expect(rowsOfWheel({ deltaY: -4, deltaMode: 0 }, 20)).toBe(1);
    expect(rowsOfWheel({ deltaY: 3, deltaMode: 1 }, 20)).toBe(3);
    expect(rowsOfWheel({ deltaY: -1, deltaMode: 2 }, 20)).toBe(20);
    expect(rowsOfWheel({ deltaY: -100, deltaMode: 0 }, 0)).toBe(100);
  });
});
