import { expect, it } from 'vitest';
import { AppError } from '../core/errors.ts';
import { makeServiceWorld } from '../testing/service-world.ts';
import { INSTANCE, launch } from '../testing/session-facts.ts';

it('finds nothing where all is accounted for', async () => {
  const world = await makeServiceWorld();
  await world.spawn();
  await world.rounds();
  const { checks, findings } = await world.services().doctor.examine();
  expect(findings).toEqual([]);
  expect(checks.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  expect(checks.map(({ id }) => id)).toEqual(expect.arrayContaining(['database', 'session host']));
});

it('names what is left over, and ends an orphan only when it is asked to', async () => {
  const world = await makeServiceWorld();
  const { id, runtimeHandle } = await world.spawn();
  world.host.plant('/fake.sock:app-77' as never, { instanceId: INSTANCE, sessionId: 'app-77', launchId: launch(77) });
  await world.rounds();
  const { doctor } = world.services();
  expect((await doctor.examine()).findings).toMatchObject([{ kind: 'orphan-runtime', subject: '/fake.sock:app-77' }]);
  expect(world.host.panes()).toHaveLength(2);

  await expect(doctor.reap(runtimeHandle)).rejects.toMatchObject({ code: 'RUNTIME_NOT_FOUND' });
  await doctor.reap('/fake.sock:app-77' as never);
  await world.rounds();
  expect(world.host.panes().map(({ handle }) => handle)).toEqual([runtimeHandle]);
  expect((await doctor.examine()).findings).toEqual([]);
  expect(world.row(id).phase).toBe('live');
});

it('says what is broken underneath, with the fix', async () => {
  const world = await makeServiceWorld();
  world.agents.smart.setInstalled('no');
  const { checks } = await world.services().doctor.examine();
  expect(checks.find(({ verdict }) => verdict === 'warn')).toMatchObject({ id: 'agent smart', fix: expect.any(String) });
});

it('says that the session host does not answer (L6), and why', async () => {
  const world = await makeServiceWorld();
  const { id } = await world.spawn();
  world.host.hang();
  const host = (await world.services().doctor.examine()).checks.find((check) => check.id === 'session host');
  expect(host).toMatchObject({ verdict: 'fail', says: expect.stringContaining('does not answer'), fix: `ao why ${id}` });
  world.host.wake();
  expect((await world.services().doctor.examine()).checks.find((check) => check.id === 'session host')?.verdict).toBe('ok');
});

it('says why sessions are not recorded that should be', async () => {
  const world = await makeServiceWorld();
  const recordings = async () => (await world.services().doctor.examine()).checks.find(({ id }) => id === 'recordings');
  expect(await recordings()).toBeUndefined();
  world.recording.count = 2;
  expect(await recordings()).toMatchObject({ verdict: 'ok' });
  world.recording.trouble = new AppError({ code: 'DATA_DIR_UNUSABLE', message: 'The disk is full.', hint: 'Free some space.' });
  expect(await recordings()).toMatchObject({ verdict: 'warn', says: 'The disk is full.', fix: 'Free some space.' });
});
