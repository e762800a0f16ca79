import { expect, it } from 'vitest';
import { makeServiceWorld } from '../testing/service-world.ts';

it('names the latest look at a session with its time, and what happened last', async () => {
  const world = await makeServiceWorld();
  const { id } = await world.spawn();
  const why = () => world.services().evidence.of({ by: 'id', id });
  await world.rounds();
  const first = why();
  expect(first.look?.probe).toMatchObject({ state: 'alive', pid: expect.any(Number) });
  expect(first.lastEvent?.kind).toBe('spawned');

  world.host.hang();
  await world.rounds();
  expect(why().look?.probe.state).toBe('unknown');
  expect(why().derived.status).toBe('unknown');
  expect(why().look?.atMs).toBeGreaterThan(first.look?.atMs ?? 0);

  world.host.wake();
  await world.rounds();
  await world.kill(id);
  await world.rounds();
  expect(why()).toMatchObject({ look: null, lastEvent: { kind: 'killed' } });
});

it('refuses a session that is not there', async () => {
  const world = await makeServiceWorld();
  expect(() => world.services().evidence.of({ by: 'id', id: 'app-9' as never })).toThrow('There is no session');
});
