import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { createGate } from '../../testing/gate.ts';
import { failure, failureOf, makeServiceWorld, outcomeOf, PROJECT, REPOSITORY, type ServiceWorld } from '../../testing/service-world.ts';
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

  it('refuses a project that is not there', async () => {
    const world = await makeServiceWorld();
    for (const mode of ['keep', 'clean'] as const)
      expect(await outcomeOf(world.ensure({ mode, projectId: 'none' as never }))).toBe('PROJECT_NOT_FOUND');
  });

  it('takes the agent of the project for orchestrators, and the one asked for over it', async () => {
    const world = await makeServiceWorld({ project: { agent: 'shell', orchestratorAgent: 'plain' } });
    expect(await world.ensure()).toMatchObject({ session: { agent: 'plain' } });
    await world.kill(FIRST);
    expect(await world.ensure({ agent: 'shell' })).toMatchObject({ session: { agent: 'shell' } });
  });
});

describe('ensure clean', () => {
  const SECOND = 'app-2' as SessionId;

  it('replaces the one there is: its work is captured, its branch stays, and each names the other (I11)', async () => {
    const world = await makeServiceWorld();
    const { session: old } = await world.ensure();
    world.workspaces.write(old.workspace.path, 'notes.txt', 'precious');
    const { session, created } = await world.ensure({ mode: 'clean', agent: 'plain' });
    expect(created).toBe(true);
    expect(session).toMatchObject({ id: SECOND, slot: 'current', phase: 'live', replaces: FIRST, agent: 'plain' });
    expect(world.row(FIRST)).toMatchObject({
      phase: 'terminated',
      slot: null,
      replacedBy: SECOND,
      preservedRef: 'refs/ao/preserved/app-1',
    });
    expect(world.services().sessions.get({ by: 'id', id: FIRST }).derived.reason).toBe(
      'Replaced by app-2: its uncommitted work is kept as refs/ao/preserved/app-1',
    );
    expect(world.workspaces.folders()).toEqual([session.workspace.path]);
    expect(world.workspaces.branches(REPOSITORY)).toContain('ao/app-1');
    expectOne(world, SECOND);
    await world.restart();
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: SECOND } });
    await world.kill(SECOND);
    expect(await world.ensure()).toMatchObject({ created: true, session: { id: 'app-3' } });
  });

  it('makes one where there is none, and takes the place of a parked one for good', async () => {
    const world = await makeServiceWorld();
    expect(await world.ensure({ mode: 'clean' })).toMatchObject({ created: true, session: { id: FIRST, slot: 'current', replaces: null } });
    world.host.remove(world.row(FIRST).runtimeHandle);
    const parked = { phase: 'terminated', slot: null, parked: true } as const;
    world.store.sessions.update(FIRST, parked, { kind: 'test', reason: 'parked' });
    expect(await world.ensure({ mode: 'clean' })).toMatchObject({
      created: true,
      session: { id: SECOND, slot: 'current', replaces: FIRST },
    });
    expect(world.row(FIRST)).toMatchObject({ parked: false, replacedBy: SECOND });
    await world.restart();
    expectOne(world, SECOND);
  });

  it('makes one for all who ask at once', async () => {
    const world = await makeServiceWorld({ turns: () => 2 });
    await world.ensure();
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.ensure({ mode: 'clean' })));
    expect(new Set(answers.map(({ session }) => session.id))).toEqual(new Set([SECOND]));
    expectOne(world, SECOND);
  });

  it('lets the old one answer until the new one is live, and never has two of a slot or none at all', async () => {
    const world = await makeServiceWorld({ project: { postCreate: ['install'] } });
    await world.ensure();
    const installing = createGate();
    world.meanwhile.prepare = () => installing.opened;
    const clean = world.ensure({ mode: 'clean' });
    await world.settle();
    expect(world.row(SECOND)).toMatchObject({ phase: 'spawning', slot: 'successor', replaces: FIRST });
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, phase: 'live' } });
    expect(world.services().sessions.get({ by: 'orchestrator', projectId: PROJECT }).session.id).toBe(FIRST);
    installing.open();
    expect(await clean).toMatchObject({ session: { id: SECOND, slot: 'current' } });
    expect(world.services().sessions.get({ by: 'orchestrator', projectId: PROJECT }).session.id).toBe(SECOND);
  });

  it('leaves the old one as it is where the new one cannot be started', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.host.failNext('create', failure('RUNTIME_MISSING'));
    expect(await outcomeOf(world.ensure({ mode: 'clean' }))).toBe('RUNTIME_MISSING');
    expect(world.row(FIRST)).toMatchObject({ phase: 'live', slot: 'current', replacedBy: null, killRequestedAtMs: null });
    expectOne(world, FIRST);
  });

  it('of a successor that is killed while it is being started leaves the old one; of an old one that is killed, the new one', async () => {
    for (const [killed, left] of [
      [SECOND, FIRST],
      [FIRST, SECOND],
    ] as const) {
      const world = await makeServiceWorld();
      await world.ensure();
      const starting = createGate();
      world.meanwhile.prepare = () => starting.opened;
      const clean = world.ensure({ mode: 'clean' });
      await world.settle();
      const killing = world.kill(killed);
      starting.open();
      expect(await outcomeOf(clean)).toBe(killed === SECOND ? 'SESSION_NOT_LIVE' : 'ok');
      await killing;
      expectOne(world, left);
      expect(world.row(left).slot).toBe('current');
      expect(await world.ensure()).toMatchObject({ created: false, session: { id: left } });
    }
  });

  it('answers the new one where the host hangs before the old one could be ended, and ends that one once it wakes (I9)', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.host.failNext('destroy', failure('RUNTIME_UNAVAILABLE'));
    expect(await world.ensure({ mode: 'clean' })).toMatchObject({ session: { id: SECOND, phase: 'live', slot: 'successor' } });
    expect(world.row(FIRST)).toMatchObject({ phase: 'live', replacedBy: SECOND });
    expect(await outcomeOf(world.restore(FIRST))).toBe('SESSION_BUSY');
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: SECOND } });
    await world.rounds(2);
    expect(world.row(SECOND).slot).toBe('current');
    expectOne(world, SECOND);
  });

  it('relaunches a successor whose host is gone in the middle, and never the one that is to go', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    await world.dieAt('spawn.live', () => world.ensure({ mode: 'clean' }));
    world.host.reboot();
    await world.restart();
    await world.rounds(3);
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', replacedBy: SECOND });
    expect(world.row(SECOND)).toMatchObject({ phase: 'live', slot: 'current', recovery: null });
    expectOne(world, SECOND);
    expect(await outcomeOf(world.restore(FIRST))).toBe('ORCHESTRATOR_EXISTS');
  });

  it('keeps the worktree of the old one in place where it holds what no ref can', async () => {
    const world = await makeServiceWorld();
    world.workspaces.setIgnored(REPOSITORY, ['.env']);
    const { session: old } = await world.ensure();
    world.workspaces.write(old.workspace.path, '.env', 'secret');
    await world.ensure({ mode: 'clean' });
    expect(world.workspaces.read(old.workspace.path, '.env')).toBe('secret');
    expect(world.row(FIRST).endDetail).toContain('worktree kept: no ref can hold 1 uncommitted file: .env');
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
