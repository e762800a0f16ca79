import { describe, expect, it } from 'vitest';
import type { AppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { failure, failureOf, makeServiceWorld, outcomeOf, REPOSITORY, type ServiceWorld } from '../../testing/service-world.ts';

const FIRST = 'app-1' as SessionId;
const HANDLE = '/fake.sock:app-1' as never;

function expectNoResidue(world: ServiceWorld): void {
  expect(world.store.sessions.list()).toEqual([]);
  expect(world.host.panes()).toEqual([]);
  expect(world.workspaces.folders()).toEqual([]);
  expect(world.workspaces.branches(REPOSITORY)).toEqual(['main']);
}

describe('a spawn', () => {
  it('is acknowledged when live: a row, a worktree on its own branch, one runtime with its launch', async () => {
    const world = await makeServiceWorld();
    const session = await world.spawn({ prompt: 'mend the door\nand paint it' });
    expect(session).toMatchObject({ id: FIRST, phase: 'live', title: 'mend the door', launchMode: 'spawned' });
    expect(world.panesOf(FIRST).map(({ tags }) => tags.launchId)).toEqual([session.launchId]);
    expect(world.workspaces.branches(REPOSITORY)).toEqual(['ao/app-1', 'main']);
    expect(world.events(FIRST)).toEqual(['spawning', 'spawned']);
  });

  it('hands the agent its prompt, ours over the project environment, and nothing of the daemon that is ours to hide', async () => {
    const world = await makeServiceWorld({ project: { env: { AO_SESSION_ID: 'forged', EXTRA: 'yes' } } });
    const session = await world.spawn();
    const [spec] = world.host.launches;
    expect(spec?.env).toMatchObject({
      AO_SESSION_ID: FIRST,
      AO_LAUNCH_ID: session.launchId,
      AO_PROMPT: 'do it',
      EXTRA: 'yes',
      PATH: '/data/bin:/usr/bin',
    });
  });

  type Break = (world: ServiceWorld, error: AppError) => void;
  const steps: readonly (readonly [step: string, at: string, Break])[] = [
    ['the worktree', 'worktree', (world, error) => world.workspaces.failNext('create', error)],
    ['the links', 'post-create', (world, error) => world.workspaces.failNext('link', error)],
    ['the agent setup', 'agent setup', (world, error) => world.agents.smart.failNextPrepare(error)],
    ['the runtime', 'runtime', (world, error) => world.host.failNext('create', error)],
    ['the mark', 'runtime', (world) => world.failNextWrite('spawned')],
  ];

  it.each(steps)('that fails at %s leaves nothing behind but its prompt in the log, and says where', async (_what, at, breakIt) => {
    const world = await makeServiceWorld();
    breakIt(world, failure('DATABASE_UNUSABLE', 'it broke'));
    const error = await failureOf(world.spawn({ prompt: 'precious words' }));
    expect(error).toMatchObject({ code: 'DATABASE_UNUSABLE' });
    expect(error.message).toContain(`"${at}"`);
    expectNoResidue(world);
    expect(world.store.sessions.events(FIRST).at(-1)).toMatchObject({ kind: 'spawn-undone', data: { prompt: 'precious words' } });
    expect((await world.spawn()).id).toBe('app-2');
  });

  it('that fails in a post-create command says which, with its last words', async () => {
    const world = await makeServiceWorld({ project: { postCreate: ['npm ci', 'make'] } });
    world.runner.answerNext({});
    world.runner.answerNext({ code: 2, stderr: 'no rule to make target' });
    const error = await failureOf(world.spawn());
    expect(error).toMatchObject({ code: 'POST_CREATE_FAILED' });
    expect(error.message).toMatch(/"post-create".*`make` exited with 2\. It said: no rule to make target/);
    expect(world.runner.requests.map(({ args, cwd }) => [args[1], cwd])).toEqual([
      ['npm ci', '/data/worktrees/app/app-1'],
      ['make', '/data/worktrees/app/app-1'],
    ]);
    expectNoResidue(world);
  });

  it.each(['timed_out', 'not_started'] as const)('does not take a post-create command that %s for done', async (outcome) => {
    const world = await makeServiceWorld({ project: { postCreate: ['npm ci'] } });
    world.runner.answerNext({ outcome, code: null });
    expect(await outcomeOf(world.spawn())).toBe('POST_CREATE_FAILED');
    expectNoResidue(world);
  });

  it('whose place is refused has written nothing, and taken no number', async () => {
    const world = await makeServiceWorld();
    world.workspaces.failNext('look', failure('BRANCH_INVALID'));
    expect(await outcomeOf(world.spawn())).toBe('BRANCH_INVALID');
    expectNoResidue(world);
    expect(world.store.sessions.events(FIRST)).toEqual([]);
    expect((await world.spawn()).id).toBe(FIRST);
  });

  it('is refused before anything is written: agent unknown, agent missing, runtime missing, no project, prompt too long', async () => {
    const world = await makeServiceWorld();
    expect(await outcomeOf(world.spawn({ agent: 'nobody' }))).toBe('AGENT_UNKNOWN');
    expect(await outcomeOf(world.spawn({ projectId: 'none' as never }))).toBe('PROJECT_NOT_FOUND');
    expect(await outcomeOf(world.spawn({ prompt: 'é'.repeat(50_001) }))).toBe('PROMPT_TOO_LONG');
    world.agents.smart.setInstalled('no');
    expect(await outcomeOf(world.spawn())).toBe('AGENT_NOT_FOUND');
    world.agents.smart.setInstalled('yes');
    world.host.setInstalled('no');
    expect(await outcomeOf(world.spawn())).toBe('RUNTIME_MISSING');
    expectNoResidue(world);
    world.host.setInstalled('yes');
    expect((await world.spawn()).id).toBe(FIRST);
  });

  it('keeps what somebody left in the worktree of a spawn that is undone, and says where (I11)', async () => {
    const world = await makeServiceWorld({ project: { postCreate: ['generate'] } });
    world.host.failNext('create', failure('RUNTIME_MISSING'));
    world.workspaces.setIgnored(REPOSITORY, ['.env']);
    world.runner.onRun(({ cwd }) => {
      world.workspaces.write(cwd ?? '', 'generated.txt', 'precious');
      world.workspaces.write(cwd ?? '', '.env', 'no ref has it');
    });
    const error = await failureOf(world.spawn());
    expect(world.workspaces.refs(REPOSITORY)).toEqual(['refs/ao/preserved/app-1']);
    expect(error.message).toContain('refs/ao/preserved/app-1');
    expect(error.message).toContain('/data/worktrees/app/app-1.stale-1');
  });
});

describe('a spawn on a session host that hangs', () => {
  async function hungSpawn(world: ServiceWorld): Promise<AppError> {
    world.agents.smart.setArgv(['stay']);
    await world.spawn();
    world.host.hang();
    return await failureOf(world.spawn());
  }

  it('is left as it is, since nothing can be told (I9), and is finished once the host wakes up with the request in its queue', async () => {
    const world = await makeServiceWorld();
    const error = await hungSpawn(world);
    expect(error).toMatchObject({ code: 'RUNTIME_UNAVAILABLE' });
    expect(error.message).toContain('app-2');
    await world.rounds(3);
    expect(world.row('app-2' as SessionId)).toMatchObject({ phase: 'spawning' });
    world.host.wake();
    await world.rounds();
    expect(world.row('app-2' as SessionId)).toMatchObject({ phase: 'live' });
    expect(world.panesOf('app-2' as SessionId)).toHaveLength(1);
    expect(world.host.launches).toHaveLength(2);
  });

  it('is undone where the host comes back without it, and its launch is fenced', async () => {
    const world = await makeServiceWorld();
    await hungSpawn(world);
    const { launchId } = world.row('app-2' as SessionId);
    world.host.reboot();
    await world.rounds();
    expect(world.store.sessions.get('app-2' as SessionId)).toBeNull();
    expect(world.host.revoked).toContain(launchId);
    expect(world.workspaces.folders()).toEqual(['/data/worktrees/app/app-1']);
  });

  it('whose undo fails is undone by a later round', async () => {
    const world = await makeServiceWorld();
    world.host.failNext('create', failure('RUNTIME_MISSING'));
    world.workspaces.failNext('undo', failure('WORKTREE_FAILED', 'the disk is gone'));
    const error = await failureOf(world.spawn());
    expect(error).toMatchObject({ code: 'RUNTIME_MISSING' });
    expect(error.message).toContain('undo is not finished');
    expect(world.row(FIRST).phase).toBe('spawning');
    world.workspaces.failNext('undo', failure('WORKTREE_FAILED', 'the disk is still gone'));
    await world.rounds();
    expect(world.row(FIRST).phase).toBe('spawning');
    await world.rounds();
    expectNoResidue(world);
  });
});

describe('what fails again and again', () => {
  it('is tried less and less often, and at once by the next daemon', async () => {
    const world = await makeServiceWorld();
    const broken = failure('WORKTREE_FAILED', 'the disk is gone');
    for (let n = 0; n < 50; n += 1) world.workspaces.failNext('undo', broken);
    world.host.failNext('create', failure('RUNTIME_MISSING'));
    await outcomeOf(world.spawn());
    await world.rounds(100);
    const tries = () => world.daemon().log.lines.filter(({ message }) => message === 'reconcile action did not finish').length;
    expect(tries()).toBe(8);
    await world.restart();
    expect(tries()).toBe(1);
    expect(world.row(FIRST).phase).toBe('spawning');
  });
});

describe('a runtime that holds the name already', () => {
  it('is left alone when it is foreign: the session takes the next name', async () => {
    const world = await makeServiceWorld();
    world.host.plant(HANDLE);
    const session = await world.spawn();
    expect(session).toMatchObject({ phase: 'live', runtimeHandle: '/fake.sock:app-1_1' });
    expect(world.host.pane(HANDLE)?.tags.sessionId).toBeNull();
    expect(world.events(FIRST)).toEqual(['spawning', 'handle-changed', 'spawned']);
    await world.rounds(15);
    expect(world.host.panes()).toHaveLength(2);
  });

  it('does not mislead the undo, which ends the runtime under the name it got', async () => {
    const world = await makeServiceWorld();
    world.host.plant(HANDLE);
    world.failNextWrite('spawned');
    expect(await outcomeOf(world.spawn())).toBe('DATABASE_UNUSABLE');
    expect(world.store.sessions.list()).toEqual([]);
    expect(world.panesOf(FIRST)).toEqual([]);
  });

  it('is given up on after a few names, without residue', async () => {
    const world = await makeServiceWorld();
    for (let attempt = 0; attempt < 12; attempt += 1) world.host.plant(`/fake.sock:app-1${attempt === 0 ? '' : `_${attempt}`}` as never);
    expect(await outcomeOf(world.spawn())).toBe('RUNTIME_HANDLE_TAKEN');
    expect(world.store.sessions.list()).toEqual([]);
    expect(world.host.panes()).toHaveLength(12);
  });
});
