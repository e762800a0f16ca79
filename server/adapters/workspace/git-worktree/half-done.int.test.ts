/** L1, L10: what a killed git, a person or another program left behind. Real git. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../../../core/errors.ts';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import type { Workspace } from '../../../core/session/session.ts';
import type { WorkspacePort } from '../../../ports/workspace.ts';
import { planWorktree } from '../../../testing/contracts/workspace.contract.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeRepository, type TestRepository } from '../../../testing/git-repository.ts';
import { eventually } from '../../../testing/resources.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createGitWorktrees } from './git-worktrees.ts';

const id = 'app-1' as SessionId;
const project = 'app' as ProjectId;

function openPort(repository: TestRepository): WorkspacePort {
  return createGitWorktrees({ dataDir: repository.dataDir, runner: createProcessRunner(), env: repository.env, log: createRecordingLog() });
}

function plan(port: WorkspacePort, repository: TestRepository, sessionId: SessionId = id): Promise<Workspace> {
  return planWorktree(port, { projectId: project, sessionId, repository: repository.path, base: 'main', branch: null });
}

const worktreesOf = (repository: TestRepository): readonly string[] =>
  repository
    .git(['worktree', 'list', '--porcelain'])
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
    .map((line) => line.slice(9));
const refsOf = (repository: TestRepository): string => repository.git(['for-each-ref', '--format=%(refname)']);
const status = (repository: TestRepository, path: string): string => repository.git(['status', '--porcelain'], path);

/** A `worktree add` that is held in the middle of its checkout by a filter of the user, then SIGKILLed with all it started. */
async function killInCheckout(repository: TestRepository, workspace: Workspace): Promise<void> {
  const reached = join(repository.root, 'reached');
  repository.git(['config', '--global', 'filter.slow.smudge', `: > '${reached}'; sleep 600`]);
  const child = spawn(
    'git',
    ['worktree', 'add', '--quiet', '--no-track', '-b', workspace.branch, '--', workspace.path, workspace.baseCommit],
    {
      env: repository.env,
      cwd: repository.path,
      detached: true,
      stdio: 'ignore',
    },
  );
  await eventually('the checkout to be under way', () => existsSync(reached));
  await endGroup(child);
  repository.git(['config', '--global', '--unset', 'filter.slow.smudge']);
}

async function endGroup(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await ended;
}

async function makeSlowRepository(): Promise<TestRepository> {
  const repository = await makeRepository();
  repository.commit('.gitattributes', 'm.txt filter=slow\n');
  for (const name of ['a.txt', 'm.txt', 'z.txt']) repository.commit(name, `${name}\n`);
  return repository;
}

describe('what was left behind', () => {
  test('L1 a worktree add SIGKILLed in its checkout is finished by the next create', async () => {
    await using repository = await makeSlowRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    await killInCheckout(repository, workspace);
    const admin = join(repository.path, '.git/worktrees/app-1');
    expect(readFileSync(join(admin, 'locked'), 'utf8')).toContain('initializing');
    expect(existsSync(join(admin, 'index.lock'))).toBe(true);

    await port.create(workspace);
    expect(status(repository, workspace.path)).toBe('');
    expect(readFileSync(join(workspace.path, 'z.txt'), 'utf8')).toBe('z.txt\n');
    expect(repository.git(['symbolic-ref', 'HEAD'], workspace.path)).toBe('refs/heads/ao/app-1');
    expect(existsSync(join(admin, 'locked'))).toBe(false);
    expect(readdirSync(join(repository.dataDir, 'worktrees/app'))).toEqual(['app-1']);
  });

  test('L1 a worktree add SIGKILLed in its checkout is undone without residue', async () => {
    await using repository = await makeSlowRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    await killInCheckout(repository, workspace);
    expect((await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBeNull();
    expect(worktreesOf(repository)).toEqual([repository.path]);
    expect(refsOf(repository)).toBe('refs/heads/main');
    expect(readdirSync(join(repository.dataDir, 'worktrees/app'))).toEqual([]);
    expect(existsSync(join(repository.path, '.git/worktrees/app-1'))).toBe(false);
  });

  test('I11 a file that somebody put into a half-made worktree is captured by the undo', async () => {
    await using repository = await makeSlowRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    await killInCheckout(repository, workspace);
    repository.write('mine.txt', 'mine', workspace.path);
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(repository.git(['show', `${ref}:mine.txt`])).toBe('mine');
  });

  test('L1 a git that outlived its daemon is waited for, not fought', async () => {
    await using repository = await makeSlowRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    const gate = join(repository.root, 'gate');
    const reached = join(repository.root, 'reached');
    repository.git(['config', '--global', 'filter.slow.smudge', `: > '${reached}'; while [ ! -e '${gate}' ]; do sleep 0.05; done; cat`]);
    const child = spawn(
      'git',
      ['worktree', 'add', '--quiet', '--no-track', '-b', workspace.branch, '--', workspace.path, workspace.baseCommit],
      { env: repository.env, cwd: repository.path, stdio: 'ignore' },
    );
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await eventually('the checkout to be under way', () => existsSync(reached));
    const lockNow = (): number | undefined =>
      statSync(join(repository.path, '.git/worktrees/app-1/index.lock'), { throwIfNoEntry: false })?.ino;
    const lock = lockNow();
    const creating = port.create(workspace);
    const startedMs = performance.now();
    await eventually('a while has passed, or it was fought', () => performance.now() - startedMs > 700 || lockNow() !== lock);
    const lockThen = lockNow();
    writeFileSync(gate, '');
    expect([await ended, lockThen]).toEqual([0, lock]);
    await creating;
    expect(status(repository, workspace.path)).toBe('');
  });

  test.each(['folder only', 'folder with the link', 'entry without a folder', 'branch only'])(
    'L1 killed earlier, with %s left: create ends with the worktree',
    async (left) => {
      await using repository = await makeRepository();
      const port = openPort(repository);
      const workspace = await plan(port, repository);
      await leave(repository, workspace, left);
      await port.create(workspace);
      expect(status(repository, workspace.path)).toBe('');
      expect(worktreesOf(repository)).toEqual([repository.path, workspace.path]);
      expect(readdirSync(join(repository.dataDir, 'worktrees/app'))).toEqual(['app-1']);
    },
  );

  test.each(['folder only', 'folder with the link', 'entry without a folder', 'branch only'])(
    'L1 killed earlier, with %s left: undo leaves nothing',
    async (left) => {
      await using repository = await makeRepository();
      const port = openPort(repository);
      const workspace = await plan(port, repository);
      await leave(repository, workspace, left);
      expect((await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBeNull();
      expect(worktreesOf(repository)).toEqual([repository.path]);
      expect(refsOf(repository)).toBe('refs/heads/main');
      expect(existsSync(workspace.path)).toBe(false);
      expect(existsSync(join(repository.path, '.git/worktrees/app-1'))).toBe(false);
    },
  );

  async function leave(repository: TestRepository, workspace: Workspace, what: string): Promise<void> {
    const admin = join(repository.path, '.git/worktrees/app-1');
    repository.git(['branch', workspace.branch, workspace.baseCommit]);
    if (what === 'branch only') return;
    if (what !== 'entry without a folder') mkdirSync(workspace.path, { recursive: true });
    if (what === 'folder only') return;
    mkdirSync(admin, { recursive: true });
    writeFileSync(join(admin, 'locked'), 'initializing');
    writeFileSync(join(admin, 'gitdir'), `${workspace.path}/.git\n`);
    if (what === 'folder with the link') writeFileSync(join(workspace.path, '.git'), `gitdir: ${admin}\n`);
    if (what === 'folder with the link') writeFileSync(join(admin, 'HEAD'), '0000000000000000000000000000000000000000\n');
    if (what === 'folder with the link') writeFileSync(join(admin, 'commondir'), '../..\n');
  }

  test('L10 only our own entry is forgotten; another missing worktree (an unmounted disk) stays known', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const away = join(repository.root, 'away');
    repository.git(['worktree', 'add', '--quiet', '-b', 'away', away]);
    renameSync(away, `${away}-unmounted`);
    const workspace = await plan(port, repository);
    await port.create(workspace);
    rmSync(workspace.path, { recursive: true });
    await port.create(workspace);
    await port.undo(workspace, { sessionId: id, disposable: [] });
    expect(worktreesOf(repository)).toEqual([repository.path, away]);
  });

  test('L10 a branch held by a worktree whose folder is gone is refused, with the command that frees it', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const away = join(repository.root, 'away');
    repository.git(['worktree', 'add', '--quiet', '-b', 'away', away]);
    rmSync(away, { recursive: true });
    const error: unknown = await planWorktree(port, {
      projectId: project,
      sessionId: id,
      repository: repository.path,
      base: 'main',
      branch: 'away',
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'BRANCH_CHECKED_OUT',
      message: expect.stringContaining(away),
      hint: expect.stringContaining('worktree prune'),
    });
  });

  test('L10 a branch checked out elsewhere between plan and create fails the create and takes nothing', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    repository.git(['worktree', 'add', '--quiet', '-b', workspace.branch, join(repository.root, 'thief')]);
    await expect(port.create(workspace)).rejects.toSatisfy((error: unknown) => isAppError(error, 'BRANCH_CHECKED_OUT'));
    await port.undo(workspace, { sessionId: id, disposable: [] });
    expect(refsOf(repository)).toContain('refs/heads/ao/app-1');
    expect(worktreesOf(repository)).toHaveLength(2);
  });

  test('L10 a repository that moved: its worktrees are known again at the new place, work and all', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    await port.create(workspace);
    repository.write('new.txt', 'new', workspace.path);
    const moved = join(repository.root, 'moved');
    renameSync(repository.path, moved);
    expect(await port.state(workspace)).toBe('present');
    await expect(port.create(workspace)).rejects.toSatisfy((error: unknown) => isAppError(error, 'PATH_NOT_FOUND'));
    expect(await port.removeClean(workspace, [])).toMatchObject({ kind: 'kept' });
    await expect(port.undo(workspace, { sessionId: id, disposable: [] })).rejects.toSatisfy((error: unknown) =>
      isAppError(error, 'PATH_NOT_FOUND'),
    );

    const there = { ...workspace, repository: moved };
    await port.create(there);
    expect((await port.dirt(there, [])).files).toEqual(['new.txt']);
    expect(readFileSync(join(workspace.path, 'new.txt'), 'utf8')).toBe('new');
  });

  test('L10 a repository that moved and left a link behind goes on as before', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    await port.create(workspace);
    const moved = join(repository.root, 'moved');
    renameSync(repository.path, moved);
    symlinkSync(moved, repository.path);
    await port.create(workspace);
    expect(await port.removeClean(workspace, [])).toEqual({ kind: 'removed' });
  });

  test('L10 submodules: worktrees are made, clean ones removed, work in a submodule keeps them', async () => {
    await using repository = await makeRepository();
    await using library = await makeRepository();
    repository.git(['submodule', '--quiet', 'add', library.path, 'lib']);
    repository.git(['commit', '--quiet', '-m', 'submodule']);
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    await port.create(workspace);
    expect(readdirSync(join(workspace.path, 'lib'))).toEqual([]);
    expect(await port.removeClean(workspace, [])).toEqual({ kind: 'removed' });

    await port.create(workspace);
    repository.git(['submodule', '--quiet', 'update', '--init'], workspace.path);
    expect((await port.dirt(workspace, [])).files).toEqual([]);
    repository.write('lib/work.txt', 'work', workspace.path);
    expect(await port.removeClean(workspace, [])).toMatchObject({ kind: 'kept', why: expect.stringContaining('lib') });
    await port.undo(workspace, { sessionId: id, disposable: [] });
    expect(readFileSync(join(`${workspace.path}.stale-1`, 'lib/work.txt'), 'utf8')).toBe('work');
    // Folder and entry stayed together, so git still works in there.
    expect(repository.git(['status', '--porcelain'], join(`${workspace.path}.stale-1`, 'lib'))).toBe('?? work.txt');
  });

  test('L10 many spawns at once on one repository all get their worktree', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const spawns = Array.from({ length: 12 }, async (_, n) => {
      const workspace = await plan(port, repository, `app-${n + 1}` as SessionId);
      await port.create(workspace);
      return workspace;
    });
    const workspaces = await Promise.all(spawns);
    expect(worktreesOf(repository)).toHaveLength(13);
    const outcomes = await Promise.all(workspaces.map((workspace) => port.removeClean(workspace, [])));
    expect(outcomes.every(({ kind }) => kind === 'removed')).toBe(true);
    expect(worktreesOf(repository)).toEqual([repository.path]);
  });

  test('a read-only folder inside (a module cache) does not stop an undo', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const workspace = await plan(port, repository);
    await port.create(workspace);
    repository.write('cache/mod/file', 'x', workspace.path);
    chmodSync(join(workspace.path, 'cache/mod'), 0o555);
    expect((await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBe('refs/ao/preserved/app-1');
    expect(existsSync(workspace.path)).toBe(false);
  });
});
