import { expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createFakeHost } from '../../testing/fakes/runtime.ts';
import { createFakeStore } from '../../testing/fakes/store.ts';
import { launch, sessionFacts } from '../../testing/session-facts.ts';
import { draftOf, projectFacts, WHY } from '../../testing/store-facts.ts';
import { createPeeks, FRESH_MS } from './peeks.ts';

const [A, B, C] = ['app-1', 'app-2', 'app-3'] as const;

/** Three live sessions, each with a screen. */
function makeWorld() {
  const [clock, store, { host, openRuntime }] = [createManualClock(), createFakeStore(), createFakeHost()];
  const runtime = openRuntime();
  store.projects.insert(projectFacts());
  for (const number of [1, 2, 3]) {
    const draft = draftOf({ number, phase: 'live' });
    store.sessions.insert(draft, WHY);
    host.plant(draft.runtimeHandle);
  }
  const peeks = createPeeks({ store, runtime, clock });
  const handleOf = (id: string) => sessionFacts({ id: id as SessionId }).runtimeHandle;
  return {
    clock,
    store,
    host,
    handleOf,
    look: (...asked: readonly (string | readonly [string, string | null])[]) =>
      peeks.look(
        asked.map((each) => {
          const [id, version] = typeof each === 'string' ? ([each, null] as const) : each;
          return { session: { by: 'id', id: id as SessionId }, version };
        }),
      ),
    show: (id: string, text: string) => runtime.write(handleOf(id), new TextEncoder().encode(text)),
  };
}

const idsOf = (peeks: readonly { readonly id: string }[]): readonly string[] => peeks.map(({ id }) => id);

it('costs one look for all screens, and for all who ask at once or a moment later', async () => {
  const { clock, host, look, show } = makeWorld();
  await show(A, '\x1b[32mgreen');
  const answers = await Promise.all([look(A, B, C), look(A, B, C), look(C, A)]);
  expect(host.looks).toHaveLength(1);
  expect(answers.map(idsOf)).toEqual([
    [A, B, C],
    [A, B, C],
    [C, A],
  ]);
  expect(answers[0]?.[0]).toMatchObject({ cols: 80, lines: [[{ text: 'green', fg: 2 }]] });
  await clock.advance(FRESH_MS - 1);
  await look(A, B);
  expect(host.looks).toHaveLength(1);
  await clock.advance(1);
  await look(B);
  expect(host.looks).toHaveLength(2);
  // Only what is not known, and never a look beside one that is under way.
  await Promise.all([look(A, B), look(A, C)]);
  expect(host.looks.slice(1).map((handles) => handles.length)).toEqual([1, 1, 1]);
});

it('sends only what has changed', async () => {
  const { clock, look, show } = makeWorld();
  const have = (await look(A, B)).map(({ id, version }) => [id, version] as const);
  await clock.advance(FRESH_MS);
  expect(await look(...have)).toEqual([]);
  await show(B, 'something new');
  await clock.advance(FRESH_MS);
  expect(idsOf(await look(...have))).toEqual([B]);
});

it('leaves out what has ended, was never there, or cannot be seen now, and looks at the last again', async () => {
  const { clock, store, host, handleOf, look } = makeWorld();
  store.sessions.update(A as SessionId, { phase: 'terminated', endReason: 'killed' }, WHY);
  host.remove(handleOf(B));
  expect(idsOf(await look(A, B, C, 'app-99'))).toEqual([C]);
  host.hang();
  await clock.advance(FRESH_MS);
  expect(await look(C)).toEqual([]);
  host.wake();
  await clock.advance(FRESH_MS);
  expect(idsOf(await look(C))).toEqual([C]);
});

it('never shows the screen of an earlier launch for the present one', async () => {
  const { store, host, handleOf, look, show } = makeWorld();
  await show(A, 'of the first launch');
  expect((await look(A))[0]?.lines).toEqual([[{ text: 'of the first launch' }]]);
  store.sessions.update(A as SessionId, { launchId: launch(9) }, WHY);
  host.remove(handleOf(A));
  host.plant(handleOf(A));
  expect((await look(A))[0]?.lines).toEqual([]);
});
