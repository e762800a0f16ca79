import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { createGate } from '../../testing/gate.ts';
import { failureOf, makeServiceWorld, outcomeOf, REPOSITORY } from '../../testing/service-world.ts';
import { INSTANCE } from '../../testing/session-facts.ts';

const FIRST = 'app-1' as SessionId;

describe('a kill', () => {
  it('ends the runtime and removes a clean worktree; the branch stays', async () => {
    const world = await makeServiceWorld();
    const { id, launchId, runtimeHandle } = await world.spawn();
    expect(await world.kill(id)).toMatchObject({
      worktree: 'removed',
      worktreeNote: null,
      session: { phase: 'terminated', endReason: 'killed' },
    });
    expect(world.host.destroyed).toContainEqual({ handle: runtimeHandle, launchId });
    expect(world.workspaces.folders()).toEqual([]);
    expect(world.workspaces.branches(REPOSITORY)).toContain('ao/app-1');
  });

  it('is idempotent, and for one that nobody has it says so', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    await world.kill(id);
    const events = world.events(id);
    expect(await world.kill(id)).toMatchObject({ worktree: 'missing', session: { phase: 'terminated' } });
    expect(world.events(id)).toEqual(events);
    expect(await outcomeOf(world.kill('app-9' as SessionId))).toBe('SESSION_NOT_FOUND');
  });

  it('of one that is asked for twice at once is done once', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    await Promise.all([world.kill(id), world.kill(id)]);
    expect(world.events(id).filter((kind) => kind === 'killed')).toHaveLength(1);
  });

  it('takes a missing runtime for success', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle } = await world.spawn();
    world.host.remove(runtimeHandle);
    expect(await world.kill(id)).toMatchObject({ session: { phase: 'terminated' } });
  });

  it('keeps a dirty worktree and says why (I11)', async () => {
    const world = await makeServiceWorld();
    const { id, workspace } = await world.spawn();
    world.workspaces.write(workspace.path, 'notes.txt', 'precious');
    const killed = await world.kill(id);
    expect(killed).toMatchObject({ worktree: 'kept', worktreeNote: 'worktree kept: 1 uncommitted file: notes.txt' });
    expect(killed.derived.reason).toContain('notes.txt');
    expect(world.workspaces.read(workspace.path, 'notes.txt')).toBe('precious');
    expect(await world.kill(id)).toMatchObject({ worktree: 'kept', worktreeNote: 'worktree kept: 1 uncommitted file: notes.txt' });
  });

  it('keeps a worktree in which another session works', async () => {
    const world = await makeServiceWorld();
    const first = await world.spawn();
    const second = await world.spawn();
    world.store.sessions.update(second.id, { workspace: first.workspace }, { kind: 'test', reason: 'they share it' });
    expect(await world.kill(first.id)).toMatchObject({ worktree: 'kept', worktreeNote: 'worktree kept: app-2 works in it' });
    expect(world.workspaces.folders()).toContain(first.workspace.path);
  });

  it('is finished although the worktree cannot be removed', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.workspaces.failNext('removeClean', await failureOf(world.kill('app-9' as SessionId)));
    expect(await world.kill(id)).toMatchObject({ worktree: 'kept', session: { phase: 'terminated' } });
  });

  it('fails the messages that were not delivered', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    const send = (text: string) => world.services().sessions.send({ by: 'id', id }, { text, key: null });
    send('one');
    send('two');
    await world.kill(id);
    expect(world.store.messages.list(id).map(({ state, reason }) => [state, reason])).toEqual([
      ['failed', 'the session was killed'],
      ['failed', 'the session was killed'],
    ]);
  });

  it('outlives a host that hangs: the intent is durable, the user is told, a later round finishes it (I10, L6)', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.host.hang();
    const error = await failureOf(world.kill(id));
    expect(error).toMatchObject({ code: 'RUNTIME_UNAVAILABLE' });
    expect(error.message).toContain('app-1');
    expect(error.hint).toContain('ao get app-1');
    expect(world.services().sessions.get({ by: 'id', id }).derived).toMatchObject({ reason: 'A kill was requested and is being finished' });
    await world.restart();
    await world.rounds();
    expect(world.row(id).phase).toBe('live');
    world.host.wake();
    await world.rounds();
    expect(world.row(id)).toMatchObject({ phase: 'terminated', endReason: 'killed' });
    expect(world.panesOf(id)).toEqual([]);
    world.host.reboot();
    await world.rounds(20);
    expect(world.panesOf(id)).toEqual([]);
  });

  it('undoes a spawn that a crash left half done', async () => {
    const world = await makeServiceWorld();
    world.host.hang();
    await world.dieAt('spawn.worktree', () => world.spawn());
    await world.restart();
    expect(world.row(FIRST).phase).toBe('spawning');
    expect(await outcomeOf(world.kill(FIRST))).toBe('RUNTIME_UNAVAILABLE');
    world.host.wake();
    expect(await world.kill(FIRST)).toMatchObject({ worktree: 'removed', session: { phase: 'terminated' } });
    expect(world.store.sessions.get(FIRST)).toBeNull();
    expect(world.workspaces.folders()).toEqual([]);
  });

  it('is durable at once while a post-create command holds the session, cuts that short, and undoes the spawn (I10, I12)', async () => {
    const world = await makeServiceWorld({ project: { postCreate: ['install'] } });
    const installing = createGate();
    const signals: AbortSignal[] = [];
    world.runner.onRun(async ({ signal }) => {
      if (signal !== undefined) signals.push(signal);
      await installing.opened;
    });
    const spawning = outcomeOf(world.spawn());
    await world.settle();
    const killing = world.kill(FIRST);
    expect(world.row(FIRST)).toMatchObject({ phase: 'spawning', killRequestedAtMs: expect.any(Number) });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    installing.open();
    expect(await spawning).toBe('SESSION_NOT_LIVE');
    expect(await killing).toMatchObject({ worktree: 'removed', session: { phase: 'terminated', endReason: 'killed' } });
    expect([world.store.sessions.get(FIRST), world.workspaces.folders(), world.host.launches]).toEqual([null, [], []]);
  });

  it('that the daemon did not live to finish is finished by the next, the spawn never coming true', async () => {
    const world = await makeServiceWorld({ project: { postCreate: ['install'] } });
    world.runner.onRun(() => new Promise(() => undefined));
    void world.spawn().catch(() => undefined);
    await world.settle();
    void world.kill(FIRST).catch(() => undefined);
    await world.restart();
    await world.rounds();
    expect([world.store.sessions.get(FIRST), world.workspaces.folders(), world.host.panes()]).toEqual([null, [], []]);
  });

  it('that comes while it is being relaunched is not forgotten (I10)', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.host.reboot();
    const preparing = createGate();
    world.meanwhile.prepare = () => preparing.opened;
    const restoring = world.restore(id).catch(() => undefined);
    await world.settle();
    const killing = world.kill(id);
    preparing.open();
    await restoring;
    expect(await killing).toMatchObject({ session: { phase: 'terminated', endReason: 'killed' } });
    expect(world.panesOf(id)).toEqual([]);
    expect(world.events(id).filter((kind) => kind === 'kill-requested')).toHaveLength(1);
  });

  it('ends an earlier launch too, where a relaunch was cut off and the earlier one lives after all (I10)', async () => {
    const world = await makeServiceWorld();
    const { id, launchId, runtimeHandle } = await world.spawn();
    world.host.reboot();
    world.host.failNext('create', await failureOf(world.kill('app-9' as SessionId)));
    await world.rounds();
    world.host.plant(runtimeHandle, { instanceId: INSTANCE, sessionId: id, launchId });
    await world.kill(id);
    expect(world.panesOf(id)).toEqual([]);
  });

  it('leaves a foreign runtime under the name alone', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle } = await world.spawn();
    world.host.remove(runtimeHandle);
    world.host.plant(runtimeHandle);
    await world.kill(id);
    expect(world.host.pane(runtimeHandle)).not.toBeNull();
  });
});
