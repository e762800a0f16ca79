import { expect, it } from 'vitest';
import type { BriefingItem } from '../ports/app-services.ts';
import { makeServiceWorld, type ServiceWorld } from '../testing/service-world.ts';

const current = (world: ServiceWorld) => world.services().briefing.current();
const told = (items: readonly BriefingItem[] | undefined): readonly string[] =>
  (items ?? []).map(({ session, outcome, needsUser }) => `${session.id} ${outcome}${needsUser ? ' !' : ''}`);

it('says after an outage what became of each session, until it is dismissed', async () => {
  const world = await makeServiceWorld();
  const replayed = await world.spawn({ prompt: 'do it' });
  const lost = await world.spawn({ agent: 'smart' });
  expect(current(world)).toBeNull();

  world.agents.smart.setInstalled('no');
  world.host.reboot();
  await world.rounds(3);
  const first = current(world);
  expect(first?.cause).toBe('host_gone');
  expect(first?.items.map(({ session }) => session.id)).toEqual([replayed.id, lost.id]);
  expect(told(first?.items)).toContain(`${lost.id} needs_recovery !`);

  // It is told as the sessions stand, and a restart of the daemon is no second outage.
  world.agents.smart.setInstalled('yes');
  await world.restart();
  await world.rounds(2);
  expect(current(world)?.atMs).toBe(first?.atMs);
  expect(told(current(world)?.items).filter((line) => line.endsWith('!'))).toEqual([]);

  const { briefing } = world.services();
  expect(briefing.dismiss((first?.atMs ?? 0) - 1)).not.toBeNull();
  expect(briefing.dismiss(first?.atMs ?? 0)).toBeNull();
  await world.restart();
  expect(current(world)).toBeNull();
});

it('is not begun by a daemon that was stopped or killed: nothing was lost', async () => {
  const world = await makeServiceWorld();
  await world.spawn();
  await world.restart();
  await world.rounds(3);
  expect(current(world)).toBeNull();
});
