/** Bases and repositories of every kind. Real git. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import type { WorkspacePort } from '../../../ports/workspace.ts';
import { codeOf, planWorktree } from '../../../testing/contracts/workspace.contract.ts';
import { createRecordingLog, type RecordingLog } from '../../../testing/fakes/log.ts';
import { makeRepository, type TestRepository } from '../../../testing/git-repository.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createGitWorktrees } from './git-worktrees.ts';

function open(repository: TestRepository, fetchLimitMs?: number): { readonly port: WorkspacePort; readonly log: RecordingLog } {
  const log = createRecordingLog();
  const limits = fetchLimitMs === undefined ? {} : { fetchLimitMs };
  return {
    port: createGitWorktrees({ dataDir: repository.dataDir, runner: createProcessRunner(), env: repository.env, log, ...limits }),
    log,
  };
}

async function baseCommit(port: WorkspacePort, repository: TestRepository, base = 'main'): Promise<string> {
  const request = { projectId: 'app' as ProjectId, sessionId: 'app-1' as SessionId, repository: repository.path, branch: null };
  return (await planWorktree(port, { ...request, base })).baseCommit;
}

/** A bare origin, and a colleague's clone of it that can push. */
function addOrigin(repository: TestRepository): { readonly colleague: string } {
  const origin = join(repository.root, 'origin.git');
  const colleague = join(repository.root, 'colleague');
  repository.git(['clone', '--quiet', '--bare', repository.path, origin]);
  repository.git(['remote', 'add', 'origin', origin]);
  repository.git(['clone', '--quiet', origin, colleague]);
  return { colleague };
}

describe('the base commit', () => {
  test('is the remote’s where the local branch is behind', async () => {
    await using repository = await makeRepository();
    const { colleague } = addOrigin(repository);
    const newer = repository.commit('news.txt', 'news', colleague);
    repository.git(['push', '--quiet'], colleague);
    const local = repository.git(['rev-parse', 'main']);
    expect(await baseCommit(open(repository).port, repository)).toBe(newer);
    // The user's branch is theirs.
    expect(repository.git(['rev-parse', 'main'])).toBe(local);
  });

  test('is the local one where it is ahead, and where both have gone their ways', async () => {
    await using repository = await makeRepository();
    const { colleague } = addOrigin(repository);
    const ahead = repository.commit('mine.txt', 'mine');
    expect(await baseCommit(open(repository).port, repository)).toBe(ahead);
    repository.commit('news.txt', 'news', colleague);
    repository.git(['push', '--quiet'], colleague);
    expect(await baseCommit(open(repository).port, repository)).toBe(ahead);
  });

  test('is the remote’s for a branch that only the remote has', async () => {
    await using repository = await makeRepository();
    const { colleague } = addOrigin(repository);
    repository.git(['switch', '--quiet', '--create', 'release'], colleague);
    const commit = repository.commit('release.txt', 'x', colleague);
    repository.git(['push', '--quiet', 'origin', 'release'], colleague);
    const { port } = open(repository);
    expect(await baseCommit(port, repository, 'release')).toBe(commit);
    expect(await baseCommit(port, repository, 'origin/release')).toBe(commit);
    await port.assertBase(repository.path, 'release');
  });

  test('may be a tag or a commit', async () => {
    await using repository = await makeRepository();
    addOrigin(repository);
    const commit = repository.git(['rev-parse', 'HEAD']);
    repository.git(['tag', '-a', 'v1', '-m', 'one']);
    repository.commit('later.txt', 'x');
    const { port } = open(repository);
    expect([await baseCommit(port, repository, 'v1'), await baseCommit(port, repository, commit)]).toEqual([commit, commit]);
  });

  test('L10 a remote that cannot be reached is no reason to fail', async () => {
    await using repository = await makeRepository();
    repository.git(['remote', 'add', 'origin', join(repository.root, 'nowhere.git')]);
    const { port, log } = open(repository);
    expect(await baseCommit(port, repository)).toBe(repository.git(['rev-parse', 'main']));
    expect(log.lines.map(({ message }) => message)).toContain('base could not be fetched; going on with what is here');
  });

  test('L10 a remote that never answers is waited for once, not by every spawn', async () => {
    await using repository = await makeRepository();
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    repository.git(['remote', 'add', 'origin', `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x.git`]);
    const { port, log } = open(repository, 700);
    const commits = await Promise.all([1, 2, 3, 4].map(() => baseCommit(port, repository)));
    commits.push(await baseCommit(port, repository));
    server.close();
    expect(new Set(commits)).toEqual(new Set([repository.git(['rev-parse', 'main'])]));
    expect(connections).toBe(1);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test.each(['--upload-pack=touch', '-x', 'a\nb', '', 'main:evil', '../../etc', ':/first'])(
    'S6 %j is never handed to git as an option or a refspec',
    async (base) => {
      await using repository = await makeRepository();
      addOrigin(repository);
      const before = repository.git(['for-each-ref']);
      const { port } = open(repository);
      const code = await codeOf(baseCommit(port, repository, base));
      expect(base === ':/first' ? ['none', 'BASE_NOT_FOUND'] : ['BASE_NOT_FOUND']).toContain(code);
      expect(repository.git(['for-each-ref'])).toBe(before);
    },
  );
});

describe('repositories', () => {
  test('a subfolder stands for its repository, a symlink for its real path', async () => {
    await using repository = await makeRepository();
    repository.write('deep/er/file', 'x');
    symlinkSync(repository.path, join(repository.root, 'link'));
    const { port } = open(repository);
    const facts = { root: repository.path, headBranch: 'main' };
    expect(await port.inspectRepository(join(repository.path, 'deep/er'))).toEqual(facts);
    expect(await port.inspectRepository(join(repository.root, 'link'))).toEqual(facts);
  });

  test('a linked worktree stands for the main one', async () => {
    await using repository = await makeRepository();
    repository.git(['worktree', 'add', '--quiet', '-b', 'side', join(repository.root, 'side')]);
    expect(await open(repository).port.inspectRepository(join(repository.root, 'side'))).toEqual({
      root: repository.path,
      headBranch: 'main',
    });
  });

  test('a worktree of a bare repository stands for itself; the bare one is refused with the way out', async () => {
    await using repository = await makeRepository();
    const bare = join(repository.root, 'bare.git');
    const checkout = join(repository.root, 'checkout');
    repository.git(['clone', '--quiet', '--bare', repository.path, bare]);
    repository.git(['worktree', 'add', '--quiet', '-b', 'work', checkout], bare);
    const { port } = open(repository);
    expect(await port.inspectRepository(checkout)).toEqual({ root: checkout, headBranch: 'work' });
    const error: unknown = await port.inspectRepository(bare).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'NOT_A_REPOSITORY',
      message: expect.stringContaining('bare'),
      hint: expect.stringContaining('worktree add'),
    });
    const workspace = await planWorktree(port, {
      projectId: 'app' as ProjectId,
      sessionId: 'app-1' as SessionId,
      repository: checkout,
      base: 'work',
      branch: null,
    });
    await port.create(workspace);
    expect(await port.removeClean(workspace, [])).toEqual({ kind: 'removed' });
  });

  test('a submodule is a repository of its own', async () => {
    await using repository = await makeRepository();
    await using library = await makeRepository();
    repository.git(['submodule', '--quiet', 'add', library.path, 'lib']);
    const { port } = open(repository);
    const root = join(repository.path, 'lib');
    expect((await port.inspectRepository(root)).root).toBe(root);
    const workspace = await planWorktree(port, {
      projectId: 'app' as ProjectId,
      sessionId: 'app-1' as SessionId,
      repository: root,
      base: 'main',
      branch: null,
    });
    await port.create(workspace);
    expect(await port.state(workspace)).toBe('present');
  });

  test('L10 a file, a .git folder, a relative path, a path with NUL: refused', async () => {
    await using repository = await makeRepository();
    writeFileSync(join(repository.root, 'file'), '');
    const { port } = open(repository);
    expect(await codeOf(port.inspectRepository(join(repository.root, 'file')))).toBe('NOT_A_REPOSITORY');
    expect(await codeOf(port.inspectRepository(join(repository.path, '.git')))).toBe('NOT_A_REPOSITORY');
    expect(await codeOf(port.inspectRepository('repo'))).toBe('PATH_NOT_FOUND');
    expect(await codeOf(port.inspectRepository('/a\0b'))).toBe('PATH_NOT_FOUND');
    expect(await codeOf(port.inspectRepository(join(repository.root, 'file', 'below')))).toBe('PATH_NOT_FOUND');
  });

  test('L10 a broken configuration is an error that says so', async () => {
    await using repository = await makeRepository();
    writeFileSync(join(repository.path, '.git/config'), '[core\n');
    const error: unknown = await open(repository)
      .port.inspectRepository(repository.path)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'NOT_A_REPOSITORY', message: expect.stringContaining('bad config') });
  });

  test('a detached HEAD names the usual branch, or the commit where there is none', async () => {
    await using repository = await makeRepository();
    repository.git(['switch', '--quiet', '--detach']);
    const { port } = open(repository);
    expect((await port.inspectRepository(repository.path)).headBranch).toBe('main');
    const commit = repository.git(['rev-parse', 'HEAD']);
    repository.git(['branch', '--delete', '--force', 'main']);
    expect((await port.inspectRepository(repository.path)).headBranch).toBe(commit);
  });

  test('a branch named "ao" leaves no room for ao/<id>, so another name is taken', async () => {
    await using repository = await makeRepository();
    repository.git(['branch', 'ao']);
    const { port } = open(repository);
    const workspace = await planWorktree(port, {
      projectId: 'app' as ProjectId,
      sessionId: 'app-1' as SessionId,
      repository: repository.path,
      base: 'main',
      branch: null,
    });
    expect(workspace.branch).toBe('ao-app-1');
    await port.create(workspace);
    expect(await port.state(workspace)).toBe('present');
    expect(
      await codeOf(
        planWorktree(port, {
          projectId: 'app' as ProjectId,
          sessionId: 'app-2' as SessionId,
          repository: repository.path,
          base: 'main',
          branch: 'ao/x',
        }),
      ),
    ).toBe('BRANCH_INVALID');
  });

  test('git missing from PATH is said, with what to install', async () => {
    await using repository = await makeRepository();
    const empty = join(repository.root, 'empty');
    mkdirSync(empty);
    const port = createGitWorktrees({
      dataDir: repository.dataDir,
      runner: createProcessRunner(),
      env: { ...repository.env, PATH: empty },
      log: createRecordingLog(),
    });
    const error: unknown = await port.inspectRepository(repository.path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'NOT_A_REPOSITORY', hint: expect.stringContaining('Install git') });
  });
});
