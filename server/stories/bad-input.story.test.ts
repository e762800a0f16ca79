/** Bad input: a coded error with what, why and the next command, and nothing left behind. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { makeWorld, type SessionJson, type World } from '../testing/world.ts';

async function startWithProject(world: World): Promise<void> {
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
}

describe('every refusal', () => {
  it('has a code, a message and a hint, alone on stdout, and exit 1', async () => {
    await using world = await makeWorld();
    const ran = await world.ao(['ls']);
    expect(ran.code).toBe(1);
    expect(ran.json).toEqual({
      error: { code: 'DAEMON_NOT_RUNNING', message: expect.any(String) as string, hint: expect.stringContaining('ao start') as string },
    });
    expect(existsSync(world.dataDir)).toBe(false);
  });

  it('of usage is exit 2', async () => {
    await using world = await makeWorld();
    for (const args of [['frobnicate'], ['get'], ['spawn'], ['ls', 'extra'], ['ls', '--nonsense'], ['project', 'add']]) {
      expect([args, (await world.ao(args)).code]).toEqual([args, 2]);
    }
  });
});

describe('a project', () => {
  it('must be a repository with a commit, at a path that exists', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    const plain = join(world.root, 'plain');
    const unborn = join(world.root, 'unborn');
    for (const folder of [plain, unborn]) mkdirSync(folder);
    world.git(['init', '--quiet'], unborn);
    writeFileSync(join(world.root, 'file'), '');
    expect(await world.refused(['project', 'add', '--path', join(world.root, 'nowhere')])).toBe('PATH_NOT_FOUND');
    expect(await world.refused(['project', 'add', '--path', join(world.root, 'file')])).toMatch(/PATH_NOT_FOUND|NOT_A_REPOSITORY/);
    expect(await world.refused(['project', 'add', '--path', plain])).toBe('NOT_A_REPOSITORY');
    expect(await world.refused(['project', 'add', '--path', unborn])).toBe('UNBORN_HEAD');
    expect(await world.refused(['project', 'add', '--path', world.repo, '--agent', 'nobody'])).toBe('AGENT_UNKNOWN');
    expect(await world.ok(['project', 'ls'])).toEqual([]);
  });

  it('with an id that is none is refused, whatever is in it (S6)', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    const ids = ['../up', 'UPPER', 'a b', '-lead', 'a;rm', 'a\nb', '#{x}', '$(x)', 'x'.repeat(10_000), 'a.b', 'a:b', ''];
    for (const id of ids)
      expect([id.slice(0, 20), (await world.ao(['project', 'add', '--path', world.repo, `--id=${id}`])).code]).not.toEqual([
        id.slice(0, 20),
        0,
      ]);
    expect(await world.ok(['project', 'ls'])).toEqual([]);
  });

  it('twice is refused, removal while in use is refused, removal leaves the repository alone', async () => {
    await using world = await makeWorld();
    await startWithProject(world);
    expect(await world.refused(['project', 'add', '--path', world.repo])).toBe('PROJECT_EXISTS');
    const session = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    expect(await world.refused(['project', 'rm', 'app'])).toBe('PROJECT_IN_USE');
    await world.ok(['kill', session.id]);
    await world.ok(['project', 'rm', 'app']);
    expect(world.git(['log', '--oneline'])).toContain('first');
    expect(await world.refused(['project', 'get', 'app'])).toBe('PROJECT_NOT_FOUND');
  });
});

describe('a spawn', () => {
  it('that cannot work leaves no row, no runtime, no worktree, no branch', async () => {
    await using world = await makeWorld();
    await startWithProject(world);
    const refuse = async (code: string, ...args: string[]): Promise<void> =>
      expect([args, await world.refused(['spawn', '--project', 'app', ...args])]).toEqual([args, code]);
    await refuse('AGENT_UNKNOWN', '--agent', 'nobody');
    await refuse('AGENT_NOT_FOUND', '--agent', 'claude-code');
    await refuse('COMMAND_REQUIRED', '--agent', 'custom');
    await refuse('BRANCH_INVALID', '--branch', 'bad..name');
    await refuse('BRANCH_INVALID', '--branch=--upload-pack=touch pwned');
    await refuse('BRANCH_CHECKED_OUT', '--branch', 'main');
    await refuse('PROMPT_TOO_LONG', '--prompt', 'x'.repeat(100_001));
    expect(await world.refused(['spawn', '--project', 'nobody'])).toBe('PROJECT_NOT_FOUND');
    expect(await world.ok(['ls', '--all'])).toEqual([]);
    expect(world.git(['branch', '--list', 'ao/*'])).toBe('');
    expect(world.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1);
    const worktrees = join(world.dataDir, 'worktrees', 'app');
    expect(existsSync(worktrees) ? readdirSync(worktrees) : []).toEqual([]);
  });

  it('whose post-create command fails says what it said and is undone', async () => {
    await using world = await makeWorld();
    await startWithProject(world);
    await world.ok(['project', 'set', 'app', '--post-create', 'echo "no such toolchain" >&2; exit 4']);
    const ran = await world.ao(['spawn', '--project', 'app']);
    expect(ran.json).toMatchObject({
      error: { code: 'POST_CREATE_FAILED', message: expect.stringContaining('no such toolchain') as string },
    });
    expect(await world.ok(['ls', '--all'])).toEqual([]);
    expect(world.git(['branch', '--list', 'ao/*'])).toBe('');
  });

  it('takes a title, a prompt and a message with anything in them, and gives them back unchanged', async () => {
    await using world = await makeWorld();
    await startWithProject(world);
    const prompt = '`$(touch pwned)` "quotes" \'single\' ; | & \\ #{pane_id} %% ünïcödé 漢字 🙂\nsecond line\ttab';
    const session = await world.ok<SessionJson & { prompt: string }>([
      'spawn',
      '--project',
      'app',
      '--agent',
      'custom',
      '--command',
      'printf %s "$AO_PROMPT" > prompt.txt; cat',
      '--prompt',
      prompt,
    ]);
    expect(session.prompt).toBe(prompt);
    await eventually(
      'the prompt to arrive',
      () =>
        existsSync(join(session.workspacePath, 'prompt.txt')) && readFileSync(join(session.workspacePath, 'prompt.txt'), 'utf8') === prompt,
    );
    expect((await world.ok<{ title: string }>(['rename', session.id, '<b>"new"</b> & 名前'])).title).toBe('<b>"new"</b> & 名前');
    expect(await world.refused(['rename', session.id, 'a\u0007b'])).toBe('BAD_INPUT');
  });
});

describe('the environment', () => {
  it.each([
    ['AO_PORT', 'many'],
    ['AO_PORT', '70000'],
    ['AO_GRACE_MS', '-1'],
    ['AO_RUNTIME', 'screen'],
    ['AO_ALLOWED_ORIGINS', '*'],
    ['AO_ALLOWED_HOSTS', 'null'],
    ['AO_FAULT', 'no.such.point'],
  ])('%s=%s stops the start before anything is opened', async (name, value) => {
    await using world = await makeWorld();
    const ran = await world.ao(['start'], { env: { [name]: value } });
    expect(ran.code).toBe(1);
    expect(ran.json).toMatchObject({ error: { code: 'BAD_ENV', message: expect.stringContaining(name) as string } });
    expect(existsSync(join(world.dataDir, 'ao.db'))).toBe(false);
  });
});

it('a name that is no session is refused by every verb (S6)', async () => {
  await using world = await makeWorld();
  await startWithProject(world);
  const verbs = ['get', 'kill', 'restore', 'resume', 'logs', 'messages'];
  for (const [index, id] of ['app-99', 'app-0', 'app-1;ls', '../app-1', 'app', 'nobody/orchestrator', '=app-1', '#{x}', '-1'].entries()) {
    const verb = verbs[index % verbs.length] ?? 'get';
    expect([verb, id, (await world.ao([verb, '--', id])).code === 0]).toEqual([verb, id, false]);
  }
});
