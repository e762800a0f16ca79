import { expect, it } from 'vitest';
import type { PeekView } from '../../server/contract/peek.ts';
import { createManualClock } from '../../server/testing/fakes/clock.ts';
import { createPeeks, PEEK_GATHER_MS, PEEK_PACE_MS } from './peeks.ts';

const peek = (id: string, version: string): PeekView => ({ id, version, cols: 80, lines: [[{ text: version }]] });

function world() {
  const clock = createManualClock();
  const asked: (readonly { readonly id: string; readonly version: string | null }[])[] = [];
  const told: string[] = [];
  let answer: (ids: readonly string[]) => Promise<readonly PeekView[]> = async () => [];
  const peeks = createPeeks({
    after: clock.after,
    ask: async (screens) => {
      asked.push(screens);
      return await answer(screens.map(({ id }) => id));
    },
  });
  return {
    clock,
    peeks,
    asked,
    told,
    watch: (id: string) => peeks.watch(id, () => told.push(id)),
    answerWith: (next: typeof answer) => {
      answer = next;
    },
  };
}

it('asks once for all that appear together, tells those that changed, and goes on at its pace', async () => {
  const { clock, peeks, asked, told, watch, answerWith } = world();
  answerWith(async (ids) => ids.map((id) => peek(id, 'first')));
  watch('a');
  watch('b');
  expect(asked).toEqual([]);
  await clock.advance(PEEK_GATHER_MS);
  expect(asked).toEqual([
    [
      { id: 'a', version: null },
      { id: 'b', version: null },
    ],
  ]);
  expect(told).toEqual(['a', 'b']);
  expect(peeks.get('b')?.lines).toEqual([[{ text: 'first' }]]);

  answerWith(async () => [peek('b', 'second')]);
  await clock.advance(PEEK_PACE_MS - 1);
  expect(asked).toHaveLength(1);
  await clock.advance(1);
  expect(asked[1]).toEqual([
    { id: 'a', version: 'first' },
    { id: 'b', version: 'first' },
  ]);
  expect(told).toEqual(['a', 'b', 'b']);
});

it('asks nothing while the page is hidden or nobody watches, and at once when either is over', async () => {
  const { clock, peeks, asked, watch } = world();
  const leave = watch('a');
  await clock.advance(PEEK_GATHER_MS);
  peeks.setPage('hidden');
  await clock.advance(10 * PEEK_PACE_MS);
  expect(asked).toHaveLength(1);
  peeks.setPage('visible');
  await clock.advance(PEEK_GATHER_MS);
  expect(asked).toHaveLength(2);
  leave();
  await clock.advance(10 * PEEK_PACE_MS);
  expect(asked).toHaveLength(2);
  expect(clock.pending()).toBe(0);
});

it('never asks twice at once: who comes meanwhile is next, and a failure keeps what was seen', async () => {
  const { clock, peeks, asked, watch, answerWith } = world();
  answerWith(async (ids) => ids.map((id) => peek(id, 'seen')));
  watch('a');
  await clock.advance(PEEK_GATHER_MS);
  let fail: () => void = () => undefined;
  answerWith(
    () =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new Error('away'));
      }),
  );
  await clock.advance(PEEK_PACE_MS);
  watch('b');
  await clock.advance(3 * PEEK_PACE_MS);
  expect(asked).toHaveLength(2);
  fail();
  await clock.advance(PEEK_GATHER_MS);
  expect(asked[2]?.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(peeks.get('a')?.version).toBe('seen');
});

it('asks for no more at once than the daemon takes', async () => {
  const { clock, asked, watch } = world();
  for (let index = 0; index < 60; index += 1) watch(`s-${index}`);
  await clock.advance(PEEK_GATHER_MS);
  expect(asked[0]).toHaveLength(40);
});
