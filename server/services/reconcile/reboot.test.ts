import { expect, it } from 'vitest';
import { makeServiceWorld } from '../../testing/service-world.ts';

it('L7: what a reboot took is said to be recovering before the daemon says `ready`: no row looks live', async () => {
  const world = await makeServiceWorld();
  for (let n = 0; n < 6; n += 1) await world.spawn();
  world.host.reboot();
  const found = await world.services().reconciler.boot();
  expect([found.live, found.recovering]).toEqual([0, 6]);
  const { sessions } = world.services();
  expect(world.store.sessions.list().map(({ id }) => sessions.get({ by: 'id', id }).derived.status)).toEqual(Array(6).fill('recovering'));
});
