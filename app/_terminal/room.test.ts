import { describe, expect, test } from 'vitest';
import { type Measured, settleRoom } from './room.ts';

/** As xterm does it: the screen is whole pixels wide, a cell a share of that. */
function measure(width: number, letter: number, cols: number): Measured {
  const cellWidth = Math.round(letter * cols) / cols;
  return { room: { cols: Math.floor(width / cellWidth), rows: 30 }, place: { width, height: 600, cellWidth, cellHeight: 20 } };
}

describe('the room of a place', () => {
  test('is not another one because another viewer sized the terminal', () => {
    let flips = 0;
    for (let width = 300; width < 2_000; width += 1)
      for (const letter of [7.2247, 8.4329, 6.0205]) {
        const own = measure(width, letter, Math.floor(width / letter));
        for (const cols of [20, 46, 80, 213]) {
          const again = measure(width, letter, cols);
          if (again.room.cols !== own.room.cols) flips += 1;
          expect(settleRoom(own, again).room).toEqual(own.room);
        }
      }
    // Without the rule it would have been.
    expect(flips).toBeGreaterThan(0);
  });

  test.each([
    ['wider', { width: 1_001 }],
    ['higher', { height: 601 }],
    ['written in larger letters', { cellWidth: 7.3 }],
    ['written in higher letters', { cellHeight: 21 }],
  ])('is measured anew where it is %s', (_what, change) => {
    const last = measure(1_000, 7.2, 138);
    const now: Measured = { room: { cols: 1, rows: 1 }, place: { ...last.place, ...change } };
    expect(settleRoom(last, now)).toBe(now);
    expect(settleRoom(null, now)).toBe(now);
  });
});
