import { expect, it } from 'vitest';
import { code } from '../testing/contracts/store-sessions.contract.ts';
import { makeServiceWorld, REPOSITORY } from '../testing/service-world.ts';
import { APP } from '../testing/store-facts.ts';

it('a path is checked for what it would become, without anything being written', async () => {
  const world = await makeServiceWorld();
  const { projects } = world.services();
  world.workspaces.addRepository('/code/My App');
  world.workspaces.addRepository('/code/app');
  world.workspaces.addRepository('/code/…');
  world.workspaces.addRepository('/code/new', 'unborn');
  expect(await projects.check('/code/My App')).toEqual({ root: '/code/My App', headBranch: 'main', suggestedId: 'my-app', existing: null });
  // "app" is taken.
  expect(await projects.check('/code/app')).toMatchObject({ suggestedId: 'app-2', existing: null });
  expect(await projects.check('/code/…')).toMatchObject({ suggestedId: null });
  expect(await projects.check(REPOSITORY)).toMatchObject({ root: REPOSITORY, suggestedId: APP, existing: APP });
  await expect(projects.check('/nowhere')).rejects.toEqual(code('PATH_NOT_FOUND'));
  await expect(projects.check('/code/new')).rejects.toEqual(code('UNBORN_HEAD'));
  expect(projects.list()).toHaveLength(1);
});
