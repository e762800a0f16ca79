import { describe, expect, it } from 'vitest';
import type { ProjectId } from '../core/ids.ts';
import { failureOf, makeServiceWorld, outcomeOf, PROJECT, REPOSITORY, type ServiceWorld } from '../testing/service-world.ts';

const add = (world: ServiceWorld, path: string, id: string | null = null, settings = {}) =>
  world.services().projects.add({ path, id: id as ProjectId | null, settings });

describe('adding a project', () => {
  it('takes its id from the folder, with the first free number behind it, and its base from HEAD', async () => {
    const world = await makeServiceWorld();
    for (const path of ['/a/My Work!', '/b/my-work', '/c/My_Work']) world.workspaces.addRepository(path);
    expect(await add(world, '/a/My Work!')).toMatchObject({
      id: 'my-work',
      name: 'my-work',
      base: 'main',
      agent: 'claude-code',
      orchestratorAgent: 'claude-code',
    });
    expect((await add(world, '/b/my-work')).id).toBe('my-work-2');
    expect((await add(world, '/c/My_Work')).id).toBe('my-work-3');
  });

  it('keeps a suggested id within its limit, number and all', async () => {
    const world = await makeServiceWorld();
    const name = 'a'.repeat(60);
    for (const path of [`/a/${name}`, `/b/${name}`]) world.workspaces.addRepository(path);
    expect((await add(world, `/a/${name}`)).id).toBe('a'.repeat(40));
    expect((await add(world, `/b/${name}`)).id).toBe(`${'a'.repeat(36)}-2`);
  });

  it('asks for an id where the folder gives none', async () => {
    const world = await makeServiceWorld();
    world.workspaces.addRepository('/a/日本');
    const error = await failureOf(add(world, '/a/日本'));
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
    expect(error.hint).toContain('--id');
    expect((await add(world, '/a/日本', 'nihon')).id).toBe('nihon');
  });

  it('refuses what is no repository, has no commit, is there already, or names what nobody knows; nothing is written', async () => {
    const world = await makeServiceWorld();
    world.workspaces.addRepository('/new', 'unborn');
    world.workspaces.addRepository('/other');
    const before = world.services().projects.list();
    expect(await outcomeOf(add(world, '/nowhere'))).toBe('PATH_NOT_FOUND');
    expect(await outcomeOf(add(world, '/new'))).toBe('UNBORN_HEAD');
    expect(await outcomeOf(add(world, REPOSITORY))).toBe('PROJECT_EXISTS');
    expect(await outcomeOf(add(world, '/other', 'app'))).toBe('PROJECT_EXISTS');
    expect(await outcomeOf(add(world, '/other', null, { agent: 'nobody' }))).toBe('AGENT_UNKNOWN');
    expect(await outcomeOf(add(world, '/other', null, { orchestratorAgent: 'nobody' }))).toBe('AGENT_UNKNOWN');
    expect(await outcomeOf(add(world, '/other', null, { base: 'nothing' }))).toBe('BASE_NOT_FOUND');
    expect(world.services().projects.list()).toEqual(before);
  });

  it('makes one project of a repository that is added twice at once', async () => {
    const world = await makeServiceWorld({ turns: () => 2 });
    world.workspaces.addRepository('/other');
    const outcomes = await Promise.all([1, 2, 3].map(() => outcomeOf(add(world, '/other', null, { base: 'main' }))));
    expect(outcomes.toSorted()).toEqual(['PROJECT_EXISTS', 'PROJECT_EXISTS', 'ok']);
    expect(
      world
        .services()
        .projects.list()
        .filter(({ path }) => path === '/other'),
    ).toHaveLength(1);
  });
});

describe('a project', () => {
  it('is changed by checked settings only', async () => {
    const world = await makeServiceWorld();
    const { projects } = world.services();
    expect(await projects.set(PROJECT, { name: 'Other', agent: 'shell' })).toMatchObject({ name: 'Other', agent: 'shell', base: 'main' });
    expect(await outcomeOf(projects.set(PROJECT, { base: 'nothing' }))).toBe('BASE_NOT_FOUND');
    expect(await outcomeOf(projects.set(PROJECT, { agent: 'nobody' }))).toBe('AGENT_UNKNOWN');
    expect(await outcomeOf(projects.set('none' as ProjectId, {}))).toBe('PROJECT_NOT_FOUND');
    expect(projects.get(PROJECT)).toMatchObject({ name: 'Other', agent: 'shell' });
  });

  it('is not removed while a session of it runs, and says which; afterwards it is', async () => {
    const world = await makeServiceWorld();
    const { projects } = world.services();
    const { id } = await world.spawn();
    const error = await failureOf(projects.remove(PROJECT));
    expect(error).toMatchObject({ code: 'PROJECT_IN_USE', hint: expect.stringContaining(`ao kill ${id}`) });
    await world.kill(id);
    expect(await projects.remove(PROJECT)).toMatchObject({ id: PROJECT });
    expect(await outcomeOf((async () => projects.get(PROJECT))())).toBe('PROJECT_NOT_FOUND');
  });

  it('that is removed while one of its ended sessions is being restored leaves no runtime behind', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    await world.kill(id);
    world.meanwhile.prepare = async () => void (await world.services().projects.remove(PROJECT));
    expect(await outcomeOf(world.restore(id))).toBe('SESSION_NOT_FOUND');
    expect(world.host.panes()).toEqual([]);
  });
});
