/** I11, L10: what counts as work, and that none of it is lost. Real git. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import type { Workspace } from '../../../core/session/session.ts';
import type { WorkspacePort } from '../../../ports/workspace.ts';
import { planWorktree } from '../../../testing/contracts/workspace.contract.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeRepository, type TestRepository } from '../../../testing/git-repository.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createGitWorktrees } from './git-worktrees.ts';

const id = 'app-1' as SessionId;

async function openWith(
  repository: TestRepository,
  env = repository.env,
): Promise<{ readonly port: WorkspacePort; readonly workspace: Workspace }> {
  const port = createGitWorktrees({ dataDir: repository.dataDir, runner: createProcessRunner(), env, log: createRecordingLog() });
  const workspace = await planWorktree(port, {
    projectId: 'app' as ProjectId,
    sessionId: id,
    repository: repository.path,
    base: 'main',
    branch: null,
  });
  await port.create(workspace);
  return { port, workspace };
}

const show = (repository: TestRepository, spec: string): string => repository.git(['show', spec]);

describe('capturing work', () => {
  test('the user’s index stays as it is, byte for byte, when work is looked at', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('README.md', 'changed', workspace.path);
    repository.write('staged.txt', 'staged', workspace.path);
    repository.git(['add', 'staged.txt'], workspace.path);
    const index = join(repository.path, '.git/worktrees/app-1/index');
    const before = readFileSync(index);
    expect((await port.dirt(workspace, [])).files).toEqual(['README.md', 'staged.txt']);
    expect(readFileSync(index).equals(before)).toBe(true);
  });

  test('what was staged and then changed again is kept in both forms', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('README.md', 'staged form', workspace.path);
    repository.git(['add', '.'], workspace.path);
    repository.write('README.md', 'last form', workspace.path);
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(show(repository, `${ref}:README.md`)).toBe('last form');
    expect(show(repository, `${ref}^2:README.md`)).toBe('staged form');
    await port.create(workspace);
    expect(await port.applyPreserved(workspace, ref ?? '')).toBe('applied');
    expect(readFileSync(join(workspace.path, 'README.md'), 'utf8')).toBe('last form');
  });

  test('in the middle of a merge with unmerged entries', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.commit('README.md', 'theirs\n');
    repository.commit('README.md', 'ours\n', workspace.path);
    expect(() => repository.git(['merge', 'main'], workspace.path)).toThrow();
    expect((await port.dirt(workspace, [])).files).toEqual(['README.md']);
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(show(repository, `${ref}:README.md`)).toContain('<<<<<<<');
  });

  test('without any identity of the user', async () => {
    await using repository = await makeRepository();
    const env = { ...repository.env, GIT_CONFIG_GLOBAL: '/dev/null', EMAIL: '' };
    repository.git(['config', 'user.useConfigOnly', 'true']);
    const { port, workspace } = await openWith(repository, env);
    repository.write('new.txt', 'new', workspace.path);
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(repository.git(['log', '-1', '--format=%an', ref ?? ''])).toBe('Agent Orchestrator');
  });

  test('with the user’s identity where there is one', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('new.txt', 'new', workspace.path);
    expect(
      repository.git(['log', '-1', '--format=%an', (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef ?? '']),
    ).toBe('Tester');
  });

  test('changes that an index is told not to look at are work all the same', async () => {
    await using repository = await makeRepository();
    repository.commit('config.txt', 'default\n');
    repository.commit('local.txt', 'default\n');
    const { port, workspace } = await openWith(repository);
    repository.git(['update-index', '--assume-unchanged', 'config.txt'], workspace.path);
    repository.git(['update-index', '--skip-worktree', 'local.txt'], workspace.path);
    expect((await port.dirt(workspace, [])).files).toEqual([]);
    repository.write('config.txt', 'mine', workspace.path);
    repository.write('local.txt', 'mine', workspace.path);
    expect(repository.git(['status', '--porcelain'], workspace.path)).toBe('');
    expect(await port.removeClean(workspace, [])).toEqual({ kind: 'kept', why: '2 uncommitted files: config.txt, local.txt' });
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect([show(repository, `${ref}:config.txt`), show(repository, `${ref}:local.txt`)]).toEqual(['mine', 'mine']);
  });

  test('work of an earlier data dir under the same id is not overwritten', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('one.txt', 'one', workspace.path);
    expect((await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBe('refs/ao/preserved/app-1');
    await port.create(workspace);
    repository.write('two.txt', 'two', workspace.path);
    expect((await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBe('refs/ao/preserved/app-1-2');
    expect(show(repository, 'refs/ao/preserved/app-1:one.txt')).toBe('one');
    // The same once more: no third.
    await port.create(workspace);
    repository.write('two.txt', 'two', workspace.path);
    expect((await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBe('refs/ao/preserved/app-1-2');
  });

  test('commits on a detached HEAD that no branch has keep a worktree, and are captured by an undo', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.git(['switch', '--quiet', '--detach'], workspace.path);
    const commit = repository.commit('lost.txt', 'nearly lost', workspace.path);
    expect(await port.removeClean(workspace, [])).toMatchObject({ kind: 'kept', why: expect.stringContaining(commit.slice(0, 12)) });
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(repository.git(['rev-parse', ref ?? ''])).toBe(commit);
  });

  test('a repository inside with commits that are nowhere else stays, moved aside', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    const inner = join(workspace.path, 'inner');
    mkdirSync(inner);
    repository.git(['init', '--quiet'], inner);
    repository.commit('thought.txt', 'only here', inner);
    mkdirSync(join(workspace.path, 'empty-inner'));
    repository.git(['init', '--quiet'], join(workspace.path, 'empty-inner'));
    repository.write('beside.txt', 'beside', workspace.path);
    expect(await port.removeClean(workspace, [])).toMatchObject({ kind: 'kept' });
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(show(repository, `${ref}:beside.txt`)).toBe('beside');
    expect(repository.git(['log', '--format=%s'], join(`${workspace.path}.stale-1`, 'inner'))).toBe('write thought.txt');
    expect(await port.state(workspace)).toBe('missing');
  });

  test('a clone inside that holds nothing of its own goes with the worktree', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.git(['clone', '--quiet', repository.path, join(workspace.path, 'clone')]);
    await port.undo(workspace, { sessionId: id, disposable: [] });
    expect(existsSync(`${workspace.path}.stale-1`)).toBe(false);
  });

  test('preserved work is not put over files that are in the way', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('new.txt', 'captured', workspace.path);
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef ?? '';
    await port.create(workspace);
    repository.write('new.txt', 'somebody else’s', workspace.path);
    expect(await port.applyPreserved(workspace, ref)).toBe('conflict');
    expect(readFileSync(join(workspace.path, 'new.txt'), 'utf8')).toBe('somebody else’s');
    rmSync(join(workspace.path, 'new.txt'));
    repository.write('README.md', 'changed meanwhile', workspace.path);
    expect(await port.applyPreserved(workspace, ref)).toBe('conflict');
    expect(readFileSync(join(workspace.path, 'README.md'), 'utf8')).toBe('changed meanwhile');
  });

  test('L10 what a crash left while preserved work was put back is cleared away, conflict markers and all, and kept in a ref', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('README.md', 'one way', workspace.path);
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef ?? '';
    await port.create(workspace);
    repository.commit('README.md', 'another way', workspace.path);
    // As a daemon that is killed right after git's pick leaves it.
    writeFileSync(join(repository.path, '.git/worktrees/app-1/ao-applying'), `${ref}\n`);
    expect(() => repository.git(['cherry-pick', '--no-commit', ref], workspace.path)).toThrow();
    expect(readFileSync(join(workspace.path, 'README.md'), 'utf8')).toContain('<<<<<<<');
    expect(await port.applyPreserved(workspace, ref)).toBe('conflict');
    expect(readFileSync(join(workspace.path, 'README.md'), 'utf8')).toBe('another way');
    expect((await port.dirt(workspace, [])).files).toEqual([]);
    expect(show(repository, 'refs/ao/preserved/app-1:README.md')).toBe('one way');
    expect(show(repository, 'refs/ao/preserved/app-1-2:README.md')).toContain('<<<<<<<');
    // What stands there without such a crash is somebody's work, and is left alone.
    repository.write('README.md', 'a third way', workspace.path);
    expect(await port.applyPreserved(workspace, ref)).toBe('conflict');
    expect(readFileSync(join(workspace.path, 'README.md'), 'utf8')).toBe('a third way');
  });

  test('preserved work that merges is put back beside newer commits, unstaged', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('new.txt', 'captured', workspace.path);
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef ?? '';
    await port.create(workspace);
    repository.commit('other.txt', 'other', workspace.path);
    expect(await port.applyPreserved(workspace, ref)).toBe('applied');
    expect(repository.git(['status', '--porcelain'], workspace.path)).toBe('?? new.txt');
    expect(existsSync(join(repository.path, '.git/worktrees/app-1/MERGE_MSG'))).toBe(false);
  });
});

describe('removing clean worktrees', () => {
  test('folders of disposable files, patterns as in .gitignore', async () => {
    await using repository = await makeRepository();
    repository.commit('.gitignore', 'build/\n.env\n');
    const { port, workspace } = await openWith(repository);
    repository.write('build/out/a.o', 'x', workspace.path);
    repository.write('build/cache/b', 'x', workspace.path);
    expect((await port.dirt(workspace, [])).files).toEqual(['build/']);
    expect((await port.dirt(workspace, ['*.o'])).files).toEqual(['build/']);
    expect((await port.dirt(workspace, ['*.o', 'cache/'])).files).toEqual([]);
    repository.write('.env', 'SECRET=1', workspace.path);
    expect(await port.removeClean(workspace, ['build/'])).toEqual({ kind: 'kept', why: '1 uncommitted file: .env' });
    rmSync(join(workspace.path, '.env'));
    expect(await port.removeClean(workspace, ['/build/'])).toEqual({ kind: 'removed' });
  });

  test('an untracked file that is not ignored counts even where a disposable pattern matches it', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.write('notes.log', 'not ignored by the repository', workspace.path);
    expect((await port.dirt(workspace, ['*.log'])).files).toEqual(['notes.log']);
  });

  test('the repository’s own wish to hide untracked files is not followed', async () => {
    await using repository = await makeRepository();
    repository.git(['config', 'status.showUntrackedFiles', 'no']);
    const { port, workspace } = await openWith(repository);
    repository.write('new.txt', 'new', workspace.path);
    expect((await port.dirt(workspace, [])).files).toEqual(['new.txt']);
  });

  test('S6 file names that are no plain text are shown safely and lose nothing', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    writeFileSync(join(workspace.path, 'a\nb\u001b[31m'), 'x');
    writeFileSync(join(workspace.path, '-rf'), 'x');
    expect(await port.removeClean(workspace, [])).toEqual({ kind: 'kept', why: '2 uncommitted files: -rf, a?b?[31m' });
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(repository.git(['ls-tree', '-z', '--name-only', ref ?? ''])).toContain('a\nb\u001b[31m');
  });

  test('a worktree the user has locked is kept', async () => {
    await using repository = await makeRepository();
    const { port, workspace } = await openWith(repository);
    repository.git(['worktree', 'lock', '--reason', 'on a stick', workspace.path]);
    expect(await port.removeClean(workspace, [])).toMatchObject({ kind: 'kept', why: expect.stringContaining('on a stick') });
    expect(await port.state(workspace)).toBe('present');
  });
});
