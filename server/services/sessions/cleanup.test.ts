import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { makeServiceWorld, REPOSITORY, type ServiceWorld } from '../../testing/service-world.ts';

const FIRST = 'app-1' as SessionId;

/** Ended, its worktree kept for a file that `later` takes away again. */
async function endedDirty(world: ServiceWorld): Promise<{ readonly path: string; readonly file: string }> {
  const { id, workspace } = await world.spawn();
  world.workspaces.write(workspace.path, 'notes.txt', 'precious');
  await world.kill(id);
  return { path: workspace.path, file: 'notes.txt' };
}

describe('a clean-up', () => {
  it('removes the clean worktrees of ended sessions, keeps the dirty ones, and names each with the reason (I11)', async () => {
    const world = await makeServiceWorld();
    const clean = await endedDirty(world);
    const dirty = await endedDirty(world);
    const live = await world.spawn();
    world.workspaces.commit(clean.path, clean.file, 'precious');
    const { sessions } = world.services();
    const kept = { id: 'app-2', path: dirty.path, branch: 'ao/app-2', outcome: 'kept', why: '1 uncommitted file: notes.txt' };

    expect(await sessions.cleanup('dry run')).toEqual([
      { id: FIRST, path: clean.path, branch: 'ao/app-1', outcome: 'removable', why: null },
      kept,
    ]);
    expect(world.workspaces.folders()).toEqual([clean.path, dirty.path, live.workspace.path]);

    expect(await sessions.cleanup('remove')).toMatchObject([{ id: FIRST, outcome: 'removed' }, kept]);
    expect(world.workspaces.folders()).toEqual([dirty.path, live.workspace.path]);
    expect(world.workspaces.branches(REPOSITORY)).toContain('ao/app-1');
    expect(world.row(FIRST)).toMatchObject({ endReason: 'killed', endDetail: null });
    expect(world.events(FIRST).at(-1)).toBe('cleaned-up');
    expect(await sessions.cleanup('remove')).toEqual([kept]);
  });

  it('leaves alone what is parked, what another works in, and what it cannot look at', async () => {
    const world = await makeServiceWorld();
    const { sessions } = world.services();
    await world.spawn();
    await sessions.park(null);
    expect(await sessions.cleanup('remove')).toEqual([]);
    const shared = await endedDirty(world);
    world.workspaces.commit(shared.path, shared.file, 'precious');
    const third = await world.spawn();
    world.store.sessions.update(third.id, { workspace: world.row('app-2' as SessionId).workspace }, { kind: 'test', reason: 'shared' });
    const unreadable = await endedDirty(world);
    world.workspaces.setUnreadable(unreadable.path);
    expect(await sessions.cleanup('remove')).toMatchObject([
      { id: 'app-2', outcome: 'kept', why: 'app-3 works in it' },
      { id: 'app-4', outcome: 'kept', why: 'it cannot be looked at now' },
    ]);
    await world.restart();
    expect(world.row(FIRST)).toMatchObject({ phase: 'live' });
  });

  it('whose daemon dies after a removal is done at the next one, and the session can still be restored (L1)', async () => {
    const world = await makeServiceWorld();
    const { path, file } = await endedDirty(world);
    world.workspaces.commit(path, file, 'precious');
    await world.dieAt('cleanup.worktree', () => world.services().sessions.cleanup('remove'));
    await world.restart();
    expect(world.workspaces.folders()).toEqual([]);
    expect(await world.services().sessions.cleanup('remove')).toEqual([]);
    expect(await world.restore(FIRST)).toMatchObject({ session: { phase: 'live' } });
    expect(world.workspaces.read(path, file)).toBe('precious');
  });
});
