import { expect, it } from 'vitest';
import { createManualClock } from './clock.ts';

it('runs callbacks in the order of their deadlines, each at its own time, those set by callbacks too', async () => {
  const clock = createManualClock(1_000);
  const seen: string[] = [];
  clock.after(30, () => seen.push(`c@${clock.monotonicMs()}`));
  clock.after(10, () => {
    seen.push(`a@${clock.monotonicMs()}`);
    clock.after(5, () => seen.push(`b@${clock.monotonicMs()}`));
  });
  const cancel = clock.after(20, () => seen.push('cancelled'));
  cancel();
  await clock.advance(29);
  expect(seen).toEqual(['a@10', 'b@15']);
  await clock.advance(1);
  expect(seen).toEqual(['a@10', 'b@15', 'c@30']);
  expect(clock.nowMs()).toBe(1_030);
  expect(clock.pending()).toBe(0);
});

it('sleeps until moved, or until the signal aborts', async () => {
  const clock = createManualClock();
  const abort = new AbortController();
  const order: string[] = [];
  const long = clock.sleep(100).then(() => order.push('slept'));
  const cut = clock.sleep(100, abort.signal).then(() => order.push('cut'));
  abort.abort();
  await cut;
  await clock.advance(100);
  await long;
  expect(order).toEqual(['cut', 'slept']);
  expect(clock.pending()).toBe(0);
});
