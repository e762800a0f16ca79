import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { failure, failureOf, makeServiceWorld, outcomeOf, PROJECT, type ServiceWorld } from '../../testing/service-world.ts';
import { INSTANCE } from '../../testing/session-facts.ts';

const FIRST = 'app-1' as SessionId;

function expectOne(world: ServiceWorld, id: SessionId): void {
  expect(world.store.sessions.list({ phases: ['spawning', 'live'] }).map((row) => row.id)).toEqual([id]);
  expect(world.host.panes().map(({ tags }) => tags.sessionId)).toEqual([id]);
}

describe('ensure orchestrator', () => {
  it('makes one with its role, and answers it ever after (I3)', async () => {
    const world = await makeServiceWorld();
    expect(await world.ensure()).toMatchObject({
      created: true,
      session: { id: FIRST, kind: 'orchestrator', slot: 'current', title: 'Orchestrator' },
    });
    expect(world.agents.smart.launched.at(-1)?.rolePrompt).toContain('orchestrator of the project');
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST } });
    await world.restart();
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST } });
    expectOne(world, FIRST);
  });

  it('makes one when twenty ask at once', async () => {
    const world = await makeServiceWorld({ turns: () => 2 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.ensure()));
    expect(new Set(answers.map(({ session }) => session.id))).toEqual(new Set([FIRST]));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expectOne(world, FIRST);
  });

  it('brings the same one back when its host is gone, for all who ask at once', async () => {
    const world = await makeServiceWorld({ turns: () => 2 });
    await world.ensure();
    world.host.reboot();
    const answers = await Promise.all([world.ensure(), world.ensure(), world.ensure(), world.rounds()]);
    expect(answers.slice(0, 3)).toMatchObject([
      { created: false, session: { id: FIRST } },
      { session: { id: FIRST } },
      { session: { id: FIRST } },
    ]);
    expectOne(world, FIRST);
    expect(world.events(FIRST).filter((kind) => kind === 'recovered')).toHaveLength(1);
  });

  it('resumes the same one when its agent has exited', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.host.exit(world.row(FIRST).runtimeHandle);
    await world.rounds();
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, exit: null, launchMode: 'resumed' } });
    expectOne(world, FIRST);
  });

  it('never mints a new id while its agent is missing: an error, and the same id once that is mended', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.agents.smart.setInstalled('no');
    world.host.reboot();
    await world.restart();
    for (let n = 0; n < 3; n += 1) expect(await outcomeOf(world.ensure())).toBe('AGENT_NOT_FOUND');
    expect(world.store.sessions.list()).toHaveLength(1);
    expect(world.row(FIRST)).toMatchObject({ phase: 'live', recovery: { state: 'failed' } });
    world.agents.smart.setInstalled('yes');
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, recovery: null } });
    expectOne(world, FIRST);
  });

  it('brings back one that ended without being killed, the newest of them', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.host.remove(world.row(FIRST).runtimeHandle);
    world.store.sessions.update(FIRST, { phase: 'terminated', slot: null, endReason: 'not_resumable' }, { kind: 'test', reason: 'ended' });
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, phase: 'live', slot: 'current' } });
    expectOne(world, FIRST);
  });

  it('never brings back a killed one: the next has an id of its own (I10)', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    await world.kill(FIRST);
    expect(await world.ensure()).toMatchObject({ created: true, session: { id: 'app-2' } });
    expectOne(world, 'app-2' as SessionId);
  });

  it('does not bring back one that is killed while it waits for its turn (I10)', async () => {
    const world = await makeServiceWorld({ turns: () => 1 });
    await world.ensure();
    world.host.remove(world.row(FIRST).runtimeHandle);
    world.store.sessions.update(FIRST, { phase: 'terminated', slot: null, endReason: 'not_resumable' }, { kind: 'test', reason: 'ended' });
    const [, ensured] = await Promise.all([world.kill(FIRST), world.ensure()]);
    expect(ensured).toMatchObject({ created: true, session: { id: 'app-2' } });
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', endReason: 'killed' });
  });

  it('finishes a kill that was cut off before it makes the next', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    await world.dieAt('kill.intent', () => world.kill(FIRST));
    await world.restart();
    expect(await world.ensure()).toMatchObject({ created: true, session: { id: 'app-2' } });
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', endReason: 'killed' });
    expectOne(world, 'app-2' as SessionId);
  });

  it.each([
    ['spawn.row', 'app-2', true],
    ['spawn.worktree', 'app-2', true],
    ['spawn.runtime', 'app-1', false],
  ] as const)('settles one that a crash at %s left half spawned, then answers', async (point, id, created) => {
    const world = await makeServiceWorld();
    await world.dieAt(point, () => world.ensure());
    // The new daemon cannot settle it at its start, so that ensure has to.
    world.host.setUnknown('/fake.sock:app-1' as never, 'not yet');
    await world.restart();
    expect(world.row(FIRST).phase).toBe('spawning');
    expect(await outcomeOf(world.ensure())).toBe('RUNTIME_UNAVAILABLE');
    world.host.setUnknown('/fake.sock:app-1' as never, null);
    expect(await world.ensure()).toMatchObject({ created, session: { id, phase: 'live' } });
    expectOne(world, id as SessionId);
  });

  it('answers the one there is while its host does not, be it known already or found out just now (I9)', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.host.hang();
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, phase: 'live' } });
    await world.rounds(2);
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, phase: 'live' } });
    world.host.wake();
    await world.rounds(2);
    expectOne(world, FIRST);
  });

  it('answers the one there is while an earlier launch of it waits to be adopted', async () => {
    const world = await makeServiceWorld();
    const { session: before } = await world.ensure();
    world.host.reboot();
    world.host.failNext('create', failure('INTERNAL'));
    await world.rounds();
    world.host.plant(before.runtimeHandle, { instanceId: INSTANCE, sessionId: FIRST, launchId: before.launchId });
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST } });
    await world.rounds();
    expect(world.row(FIRST)).toMatchObject({ launchId: before.launchId, recovery: null });
    expectOne(world, FIRST);
  });

  it('refuses a clean one whole, and a project that is not there', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    const error = await failureOf(world.ensure({ mode: 'clean' }));
    expect(error).toMatchObject({ code: 'NOT_IMPLEMENTED' });
    expect(error.hint).toContain(`ao kill ${PROJECT}/orchestrator`);
    expect(await outcomeOf(world.ensure({ projectId: 'none' as never }))).toBe('PROJECT_NOT_FOUND');
    expectOne(world, FIRST);
  });

  it('takes the agent of the project for orchestrators, and the one asked for over it', async () => {
    const world = await makeServiceWorld({ project: { agent: 'shell', orchestratorAgent: 'plain' } });
    expect(await world.ensure()).toMatchObject({ session: { agent: 'plain' } });
    await world.kill(FIRST);
    expect(await world.ensure({ agent: 'shell' })).toMatchObject({ session: { agent: 'shell' } });
  });
});

it('the alias of a project names its orchestrator, the newest ended one where none runs, and says so where there is none', async () => {
  const world = await makeServiceWorld();
  const alias = { by: 'orchestrator', projectId: PROJECT } as const;
  const { sessions } = world.services();
  expect((await failureOf((async () => sessions.get(alias))())).hint).toContain('ao orchestrator ensure --project app');
  await world.ensure();
  await world.kill(FIRST);
  expect(sessions.get(alias).session.id).toBe(FIRST);
  await world.ensure();
  expect(sessions.get(alias).session.id).toBe('app-2');
});
