import { expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { code } from '../../testing/contracts/store-sessions.contract.ts';
import { makeServiceWorld, REPOSITORY } from '../../testing/service-world.ts';

it('says what is uncommitted in a worktree, disposable files left out', async () => {
  const world = await makeServiceWorld({ project: { disposable: ['dist/'] } });
  world.workspaces.setIgnored(REPOSITORY, ['dist', '*.log']);
  const { id, workspace } = await world.spawn();
  const dirt = () => world.services().sessions.dirt({ by: 'id', id });
  expect(await dirt()).toEqual({ branch: workspace.branch, worktree: 'present', files: [] });
  for (const file of ['new.txt', 'a.log', 'dist/out.js']) world.workspaces.write(workspace.path, file, 'x');
  expect((await dirt()).files).toEqual(['a.log', 'new.txt']);
});

it('says so where the worktree is gone or cannot be looked at, and calls it clean in neither case', async () => {
  const world = await makeServiceWorld();
  const [gone, unreadable] = [await world.spawn(), await world.spawn()];
  world.workspaces.deleteByHand(gone.workspace.path);
  world.workspaces.setUnreadable(unreadable.workspace.path);
  const { sessions } = world.services();
  expect(await sessions.dirt({ by: 'id', id: gone.id })).toMatchObject({ worktree: 'missing', files: [] });
  expect(await sessions.dirt({ by: 'id', id: unreadable.id })).toMatchObject({ worktree: 'unknown', files: [] });
  await expect(sessions.dirt({ by: 'id', id: 'app-99' as SessionId })).rejects.toEqual(code('SESSION_NOT_FOUND'));
});
