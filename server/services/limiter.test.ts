import { expect, it } from 'vitest';
import { createGate } from '../testing/gate.ts';
import { createLimiter } from './limiter.ts';

it('runs at most so many at once, the rest in order of arrival, and a failure frees its place', async () => {
  const limiter = createLimiter(2);
  const gates = Array.from({ length: 5 }, createGate);
  const begun: number[] = [];
  const all = gates.map((gate, n) =>
    limiter.run(async () => {
      begun.push(n);
      await gate.opened;
      if (n === 0) throw new Error('no');
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  gates[0]?.open();
  await expect(all[0]).rejects.toThrow('no');
  expect(begun).toEqual([0, 1, 2]);
  const late = limiter.run(async () => void begun.push(9));
  for (const gate of gates) gate.open();
  await Promise.all([...all.slice(1), late]);
  expect(begun).toEqual([0, 1, 2, 3, 4, 9]);
});
