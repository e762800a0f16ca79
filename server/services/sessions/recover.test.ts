import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { failure, failureOf, makeServiceWorld, outcomeOf, PROJECT, REPOSITORY, type ServiceWorld } from '../../testing/service-world.ts';
import { INSTANCE } from '../../testing/session-facts.ts';

const statusOf = (world: ServiceWorld, id: SessionId) => world.services().sessions.get({ by: 'id', id }).derived;

describe('a relaunch', () => {
  it.each([
    ['smart', 'do it', 'resumed'],
    ['shell', null, 'fresh'],
    ['plain', 'do it', 'replayed'],
  ] as const)('of a %s agent after a reboot comes back under the same id, in the same worktree (I4)', async (agent, prompt, mode) => {
    const world = await makeServiceWorld();
    const before = await world.spawn({ agent, prompt });
    world.workspaces.write(before.workspace.path, 'notes.txt', 'precious');
    world.host.reboot();
    await world.restart();
    const after = world.row(before.id);
    expect(after).toMatchObject({ phase: 'live', launchMode: mode, recovery: null, exit: null, workspace: before.workspace });
    expect(after.launchId).not.toBe(before.launchId);
    expect(world.panesOf(before.id).map(({ tags }) => tags.launchId)).toEqual([after.launchId]);
    expect(world.workspaces.read(before.workspace.path, 'notes.txt')).toBe('precious');
    expect(world.agents[agent].launched.at(-1)).toMatchObject({ mode, prompt: mode === 'replayed' ? 'do it' : null });
  });

  it('of a worker that cannot resume and has nothing to replay ends it with a warning, its work kept (I4)', async () => {
    const world = await makeServiceWorld();
    const { id, workspace } = await world.spawn({ agent: 'plain', prompt: null });
    world.workspaces.write(workspace.path, 'notes.txt', 'precious');
    world.host.reboot();
    await world.restart();
    expect(world.row(id)).toMatchObject({ phase: 'terminated', endReason: 'not_resumable', killRequestedAtMs: null });
    expect(statusOf(world, id).reason).toContain('SESSION_NOT_RESUMABLE');
    expect(world.workspaces.read(workspace.path, 'notes.txt')).toBe('precious');
    const said = world.daemon().log.lines.filter(({ facts }) => facts['code'] === 'SESSION_NOT_RESUMABLE');
    expect(said.map(({ level }) => level)).toEqual(['warn']);
    const error = await failureOf(world.restore(id));
    expect(error).toMatchObject({ code: 'SESSION_NOT_RESUMABLE' });
    expect(error.hint).toContain('--branch ao/app-1');
    expect(world.host.panes()).toEqual([]);
  });

  it('falls back to the prompt where the agent lost its own history, with a conversation of its own', async () => {
    const world = await makeServiceWorld();
    const before = await world.spawn();
    world.agents.smart.setHistory('absent');
    world.host.reboot();
    await world.restart();
    expect(world.row(before.id)).toMatchObject({ phase: 'live', launchMode: 'replayed' });
    expect(world.row(before.id).agentSessionId).not.toBe(before.agentSessionId);
  });

  it('that fails leaves the session live and needing recovery with the reason, tried once by each daemon', async () => {
    const world = await makeServiceWorld();
    const { id, launchId } = await world.spawn();
    world.agents.smart.setInstalled('no');
    world.host.reboot();
    await world.rounds(5);
    expect(world.row(id)).toMatchObject({ phase: 'live', launchId, recovery: { state: 'failed' } });
    expect(statusOf(world, id)).toMatchObject({ status: 'needs_recovery' });
    expect(statusOf(world, id).reason).toContain('not on PATH');
    expect(world.events(id).filter((kind) => kind === 'recovery-failed')).toHaveLength(1);
    await world.restart();
    await world.rounds(5);
    expect(world.events(id).filter((kind) => kind === 'recovery-failed')).toHaveLength(2);
    world.agents.smart.setInstalled('yes');
    await world.rounds(5);
    expect(world.row(id).recovery?.state).toBe('failed');
    await world.restart();
    expect(world.row(id)).toMatchObject({ recovery: null, launchMode: 'resumed' });
  });

  it('that the user asked for and that failed is not tried once more by the reaper', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.agents.smart.setInstalled('no');
    world.host.reboot();
    expect(await outcomeOf(world.restore(id))).toBe('AGENT_NOT_FOUND');
    await world.rounds(5);
    expect(world.events(id).filter((kind) => kind === 'recovery-failed')).toHaveLength(1);
    world.agents.smart.setInstalled('yes');
    expect(await world.restore(id)).toMatchObject({ mode: 'resumed' });
  });

  it('on a host that hangs in the middle stays queued and ends with one runtime once it wakes (I9)', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.host.reboot();
    world.host.failNext('create', failure('RUNTIME_UNAVAILABLE'));
    await world.rounds();
    expect(world.row(id)).toMatchObject({ phase: 'live', recovery: { state: 'queued' } });
    await world.rounds(2);
    expect(world.row(id)).toMatchObject({ recovery: null });
    expect(world.panesOf(id)).toHaveLength(1);
  });

  it('that a host took into its queue before it hung comes true when it wakes: it is not fenced, and not taken for an exit', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.host.reboot();
    world.meanwhile.prepare = async () => world.host.hang();
    await world.rounds(3);
    expect(world.row(id)).toMatchObject({ phase: 'live', recovery: { state: 'queued' } });
    expect(statusOf(world, id).status).toBe('recovering');
    world.host.wake();
    await world.rounds(2);
    expect(world.row(id)).toMatchObject({ exit: null, recovery: null });
    expect(world.host.launches).toHaveLength(2);
  });

  it('makes a worktree that is gone again from its branch (L10)', async () => {
    const world = await makeServiceWorld();
    const { id, workspace } = await world.spawn();
    world.workspaces.commit(workspace.path, 'work.txt', 'done');
    world.workspaces.deleteByHand(workspace.path);
    world.host.reboot();
    await world.restart();
    expect(world.row(id)).toMatchObject({ phase: 'live', recovery: null });
    expect(world.workspaces.read(workspace.path, 'work.txt')).toBe('done');
  });
});

describe('captured work', () => {
  /** A session whose worktree is gone and whose uncommitted file lies in a ref. */
  async function captured(): Promise<{ readonly world: ServiceWorld; readonly id: SessionId; readonly path: string }> {
    const world = await makeServiceWorld();
    const { id, workspace } = await world.spawn();
    world.workspaces.write(workspace.path, 'notes.txt', 'precious');
    const preservedRef = (await world.workspaces.port.undo({ ...workspace, branchCreated: false }, { sessionId: id, disposable: [] }))
      .preservedRef;
    world.store.sessions.update(id, { preservedRef }, { kind: 'test', reason: 'captured' });
    world.host.reboot();
    return { world, id, path: workspace.path };
  }

  it('is put back into the worktree that is made again', async () => {
    const { world, id, path } = await captured();
    await world.restart();
    expect(world.workspaces.read(path, 'notes.txt')).toBe('precious');
    expect(world.row(id).preservedRef).toBeNull();
  });

  it('that conflicts stays in its ref, and the session comes back without it', async () => {
    const { world, id, path } = await captured();
    world.workspaces.failNext('applyPreserved', failure('WORKTREE_FAILED'));
    await world.restart();
    expect(world.row(id)).toMatchObject({ recovery: { state: 'failed' }, preservedRef: `refs/ao/preserved/${id}` });
    world.workspaces.write(path, 'notes.txt', 'something else');
    const back = await world.restore(id);
    expect(back).toMatchObject({ mode: 'resumed', session: { preservedRef: `refs/ao/preserved/${id}` } });
    expect(back.note).toContain('git -C /repo diff refs/ao/preserved/app-1^1 refs/ao/preserved/app-1');
    expect(world.workspaces.read(path, 'notes.txt')).toBe('something else');
    expect(world.workspaces.refs(REPOSITORY)).toHaveLength(1);
  });

  it('whose ref somebody has deleted is not waited for: the session comes back and says so', async () => {
    const { world, id } = await captured();
    world.store.sessions.update(id, { preservedRef: 'refs/ao/preserved/gone' }, { kind: 'test', reason: 'deleted' });
    const back = await world.restore(id);
    expect(back).toMatchObject({ session: { phase: 'live', preservedRef: null } });
    expect(back.note).toContain('refs/ao/preserved/gone');
  });

  it('of a replaced orchestrator is put back when that one is restored', async () => {
    const world = await makeServiceWorld();
    const { session: old } = await world.ensure();
    world.workspaces.write(old.workspace.path, 'notes.txt', 'precious');
    const { session: next } = await world.ensure({ mode: 'clean' });
    await world.kill(next.id);
    expect(await world.restore(old.id)).toMatchObject({ note: null, session: { slot: 'current', replacedBy: null, preservedRef: null } });
    expect(world.workspaces.read(old.workspace.path, 'notes.txt')).toBe('precious');
  });

  it('of a spawn that is undone is known from the moment it is captured, whatever becomes of the daemon (L1, I11)', async () => {
    for (const point of ['spawn.undo.captured', 'spawn.undo.worktree'] as const) {
      const world = await makeServiceWorld({ project: { postCreate: ['generate'] } });
      world.workspaces.setIgnored(REPOSITORY, ['.env']);
      world.runner.onRun(({ cwd }) => {
        world.workspaces.write(cwd ?? '', 'notes.txt', 'precious');
        world.workspaces.write(cwd ?? '', '.env', 'secret');
      });
      world.host.failNext('create', failure('RUNTIME_MISSING'));
      await world.dieAt(point, () => world.spawn());
      await world.restart();
      await world.rounds();
      const undone = world.store.sessions.events('app-1' as SessionId).at(-1);
      expect(undone).toMatchObject({ kind: 'spawn-undone', data: { preservedRef: 'refs/ao/preserved/app-1' } });
      expect(world.workspaces.read('/data/worktrees/app/app-1.stale-1', '.env')).toBe('secret');
    }
  });

  it('is not forgotten by a daemon that dies between making the worktree and putting it back (L1)', async () => {
    const { world, id, path } = await captured();
    await world.dieAt('recover.worktree');
    await world.restart();
    await world.restart();
    expect(world.row(id)).toMatchObject({ phase: 'live', recovery: null, preservedRef: null });
    expect(world.workspaces.read(path, 'notes.txt')).toBe('precious');
  });
});

describe('a resume of an exited agent', () => {
  async function exitedSession(agent: 'smart' | 'plain' = 'smart') {
    const world = await makeServiceWorld();
    const { id } = await world.spawn({ agent });
    world.host.exit(world.row(id).runtimeHandle, { code: 3 });
    await world.rounds();
    return { world, id, before: world.row(id) };
  }

  it('runs inside the same runtime, with its scrollback', async () => {
    const { world, id, before } = await exitedSession();
    expect(statusOf(world, id)).toMatchObject({ status: 'exited', reason: 'The agent exited with code 3' });
    expect(await world.resume(id)).toMatchObject({ mode: 'resumed', session: { id, exit: null, runtimeHandle: before.runtimeHandle } });
    expect(world.host.destroyed).toEqual([]);
    await world.rounds(3);
    expect(world.row(id)).toMatchObject({ exit: null, recovery: null });
  });

  it('finds an exit that no round has seen yet', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.host.exit(world.row(id).runtimeHandle);
    expect(await world.resume(id)).toMatchObject({ mode: 'resumed' });
  });

  it.each(['restart', 'prepare', 'binary'] as const)('that fails at the %s leaves the exit as it was', async (at) => {
    const { world, id, before } = await exitedSession('plain');
    if (at === 'restart') world.host.failNext('restart', failure('INTERNAL'));
    if (at === 'prepare') world.agents.plain.failNextPrepare(failure('AGENT_SETUP_FAILED'));
    if (at === 'binary') world.agents.plain.setInstalled('no');
    expect(await outcomeOf(world.resume(id))).not.toBe('ok');
    const same = ({ exit, launchId, launchMode, agentSessionId, runtimeHandle, recovery }: typeof before) => ({
      exit,
      launchId,
      launchMode,
      agentSessionId,
      runtimeHandle,
      recovery,
    });
    expect(same(world.row(id))).toEqual(same(before));
    await world.rounds(15);
    expect(same(world.row(id))).toEqual(same(before));
    world.agents.plain.setInstalled('yes');
    expect(await world.resume(id)).toMatchObject({ mode: 'replayed' });
  });

  it('after a reboot takes a new runtime; nothing relaunches it by itself', async () => {
    const { world, id } = await exitedSession();
    world.host.reboot();
    await world.restart();
    await world.rounds(15);
    expect(statusOf(world, id).status).toBe('exited');
    expect(world.host.panes()).toEqual([]);
    expect(await world.resume(id)).toMatchObject({ mode: 'resumed' });
    expect(world.panesOf(id)).toHaveLength(1);
  });

  it('is refused while nothing can be told (I9), while it runs, and when it has ended', async () => {
    const { world, id } = await exitedSession();
    world.host.hang();
    expect(await outcomeOf(world.resume(id))).toBe('RUNTIME_UNAVAILABLE');
    world.host.wake();
    await world.resume(id);
    expect(await outcomeOf(world.resume(id))).toBe('SESSION_ALREADY_LIVE');
    await world.kill(id);
    expect(await outcomeOf(world.resume(id))).toBe('SESSION_NOT_LIVE');
  });
});

describe('a restore', () => {
  it('of a killed session brings it back under its id, and it is not killed any more', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    await world.kill(id);
    expect(await world.restore(id)).toMatchObject({
      mode: 'resumed',
      session: { id, phase: 'live', killRequestedAtMs: null, endReason: null },
    });
    await world.restart();
    await world.rounds(15);
    expect(world.row(id)).toMatchObject({ phase: 'live', killRequestedAtMs: null });
    expect(world.panesOf(id)).toHaveLength(1);
  });

  it('that fails leaves it terminated and killed, its worktree alone and no runtime', async () => {
    const world = await makeServiceWorld();
    const { id, workspace } = await world.spawn();
    world.workspaces.write(workspace.path, 'notes.txt', 'precious');
    await world.kill(id);
    world.host.failNext('create', failure('INTERNAL'));
    expect(await outcomeOf(world.restore(id))).toBe('INTERNAL');
    expect(world.row(id)).toMatchObject({ phase: 'terminated', endReason: 'killed', recovery: null });
    expect(world.row(id).killRequestedAtMs).not.toBeNull();
    expect(world.workspaces.read(workspace.path, 'notes.txt')).toBe('precious');
    expect(world.panesOf(id)).toEqual([]);
  });

  it('that failed on a host that hung does not come true when it wakes (I10)', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    await world.kill(id);
    world.host.hang();
    expect(await outcomeOf(world.restore(id))).toBe('RUNTIME_UNAVAILABLE');
    world.host.wake();
    await world.rounds(2);
    expect(world.row(id).phase).toBe('terminated');
    expect(world.panesOf(id)).toEqual([]);
    expect(world.host.launches).toHaveLength(1);
  });

  it('whose name was taken by a foreign runtime clears the right one away when its mark fails', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle } = await world.spawn();
    await world.kill(id);
    world.host.plant(runtimeHandle);
    world.failNextWrite('recovered');
    expect(await outcomeOf(world.restore(id))).toBe('DATABASE_UNUSABLE');
    expect(world.panesOf(id)).toEqual([]);
  });

  it('of an orchestrator beside a live one is refused, and names the one there is', async () => {
    const world = await makeServiceWorld();
    const { session: old } = await world.ensure();
    await world.kill(old.id);
    const { session: current } = await world.ensure();
    const error = await failureOf(world.restore(old.id));
    expect(error).toMatchObject({ code: 'ORCHESTRATOR_EXISTS' });
    expect(error.message).toContain(current.id);
    await world.kill(current.id);
    expect(await world.restore(old.id)).toMatchObject({ session: { id: old.id, slot: 'current' } });
  });

  it('of a live one is refused, one that is being started is busy', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    expect(await outcomeOf(world.restore(id))).toBe('SESSION_ALREADY_LIVE');
    world.host.hang();
    await outcomeOf(world.spawn());
    expect(await outcomeOf(world.restore('app-2' as SessionId))).toBe('SESSION_BUSY');
    expect(await outcomeOf(world.resume('app-2' as SessionId))).toBe('SESSION_BUSY');
  });

  it('of one whose earlier launch lives after all is busy until a round has adopted it', async () => {
    const world = await makeServiceWorld();
    const before = await world.spawn();
    world.host.reboot();
    world.host.failNext('create', failure('INTERNAL'));
    await world.rounds();
    const begun = world.row(before.id);
    expect(begun.launchId).not.toBe(before.launchId);
    world.host.plant(before.runtimeHandle, { instanceId: INSTANCE, sessionId: before.id, launchId: before.launchId });
    expect(await outcomeOf(world.restore(before.id))).toBe('SESSION_BUSY');
    await world.rounds();
    expect(world.row(before.id)).toMatchObject({ launchId: before.launchId, recovery: null, phase: 'live' });
    expect(world.events(before.id).at(-1)).toBe('adopted');
  });

  it('of one whose name is held by a foreign runtime takes another name', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle } = await world.spawn();
    world.host.remove(runtimeHandle);
    world.host.plant(runtimeHandle);
    expect(await world.restore(id)).toMatchObject({ mode: 'resumed', session: { runtimeHandle: `${runtimeHandle}_1` } });
    expect(world.host.pane(runtimeHandle)?.tags.sessionId).toBeNull();
  });

  it('clears our own spent launch off the name', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle, launchId } = await world.spawn();
    await world.kill(id);
    world.host.plant(runtimeHandle, { instanceId: INSTANCE, sessionId: id, launchId });
    world.host.exit(runtimeHandle);
    expect(await world.restore(id)).toMatchObject({ session: { runtimeHandle } });
    expect(world.panesOf(id)).toHaveLength(1);
  });
});

it('a session whose worktree and repository are gone needs recovery and says what to put back where (L10)', async () => {
  const world = await makeServiceWorld();
  const { id, workspace } = await world.spawn();
  world.workspaces.deleteByHand(workspace.path);
  world.workspaces.failNext('create', failure('PATH_NOT_FOUND'));
  world.host.reboot();
  await world.restart();
  const { recovery } = world.row(id);
  expect(recovery).toMatchObject({ state: 'failed', reason: expect.stringContaining(`Put the repository back at ${REPOSITORY}`) });
  expect(await world.restore(id)).toMatchObject({ mode: 'resumed' });
});

it('a session of an agent that this version does not know (L12) needs recovery and says so', async () => {
  const world = await makeServiceWorld();
  const { id } = await world.spawn();
  world.store.sessions.update(id, { agent: 'from-the-future' }, { kind: 'test', reason: 'a downgrade' });
  world.host.reboot();
  await world.restart();
  expect(world.row(id)).toMatchObject({ phase: 'live', recovery: { state: 'failed' } });
  expect(world.services().sessions.list({ projectId: PROJECT, which: 'all' })).toHaveLength(1);
});
