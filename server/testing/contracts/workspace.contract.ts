/** What every workspace adapter keeps, the fake included. */
import { describe, expect, test } from 'vitest';
import { type AppErrorCode, isAppError } from '../../core/errors.ts';
import type { ProjectId, SessionId } from '../../core/ids.ts';
import type { Workspace } from '../../core/session/session.ts';
import type { WorkspacePort, WorkspaceRequest, WorkspaceSurvey } from '../../ports/workspace.ts';

export type WorkspaceHarness = AsyncDisposable & {
  readonly port: WorkspacePort & WorkspaceSurvey;
  /** One commit on `main`, which is checked out there; it ignores `*.log`. */
  readonly repository: string;
  /** Another one without a commit. */
  readonly unbornRepository: string;
  /** A folder that is no repository. */
  readonly folder: string;
  write(path: string, file: string, text: string): Promise<void>;
  read(path: string, file: string): Promise<string | null>;
  commit(path: string, file: string, text: string): Promise<void>;
  deleteByHand(path: string): Promise<void>;
  branches(): Promise<readonly string[]>;
  makeBranch(name: string): Promise<void>;
};

export async function codeOf(work: Promise<unknown>): Promise<AppErrorCode | 'none'> {
  try {
    await work;
  } catch (caught) {
    if (caught instanceof Error && 'code' in caught && isAppError(caught, caught.code as AppErrorCode)) return caught.code;
    throw caught;
  }
  return 'none';
}

export type WorktreeOrder = WorkspaceRequest & { readonly sessionId: SessionId };

/** As a spawn does it. */
export async function planWorktree(port: WorkspacePort, { sessionId, ...request }: WorktreeOrder): Promise<Workspace> {
  return port.plan(await port.look(request), sessionId);
}

export function describeWorkspacePort(name: string, open: () => Promise<WorkspaceHarness>): void {
  const planOf = (harness: WorkspaceHarness, patch: Partial<WorktreeOrder> = {}): WorktreeOrder => ({
    projectId: 'app' as ProjectId,
    sessionId: 'app-1' as SessionId,
    repository: harness.repository,
    base: 'main',
    branch: null,
    ...patch,
  });
  const id = 'app-1' as SessionId;
  async function created(harness: WorkspaceHarness, patch: Partial<WorktreeOrder> = {}): Promise<Workspace> {
    const workspace = await planWorktree(harness.port, planOf(harness, patch));
    await harness.port.create(workspace);
    return workspace;
  }

  describe(`workspace contract: ${name}`, () => {
    test('a repository is known by its root and the branch of its HEAD', async () => {
      await using harness = await open();
      expect(await harness.port.inspectRepository(harness.repository)).toEqual({ root: harness.repository, headBranch: 'main' });
    });

    test('L10 what is no usable repository is refused with the code that says why', async () => {
      await using harness = await open();
      expect(await codeOf(harness.port.inspectRepository(`${harness.repository}/nowhere`))).toBe('PATH_NOT_FOUND');
      expect(await codeOf(harness.port.inspectRepository(harness.folder))).toBe('NOT_A_REPOSITORY');
      expect(await codeOf(harness.port.inspectRepository(harness.unbornRepository))).toBe('UNBORN_HEAD');
      expect(await codeOf(planWorktree(harness.port, planOf(harness, { repository: harness.unbornRepository })))).toBe('UNBORN_HEAD');
    });

    test('L10 a base that names no commit is refused', async () => {
      await using harness = await open();
      await harness.port.assertBase(harness.repository, 'main');
      expect(await codeOf(harness.port.assertBase(harness.repository, 'gone'))).toBe('BASE_NOT_FOUND');
      expect(await codeOf(planWorktree(harness.port, planOf(harness, { base: 'gone' })))).toBe('BASE_NOT_FOUND');
    });

    test('a plan writes nothing and names path, branch and base commit', async () => {
      await using harness = await open();
      const workspace = await planWorktree(harness.port, planOf(harness));
      expect(workspace).toMatchObject({ repository: harness.repository, branch: 'ao/app-1', base: 'main', branchCreated: true });
      expect(workspace.path.endsWith('/worktrees/app/app-1')).toBe(true);
      expect(workspace.baseCommit).toMatch(/^[0-9a-f]{40}$/);
      expect(await harness.branches()).toEqual(['main']);
      expect(await harness.port.state(workspace)).toBe('missing');
    });

    test('a created worktree has the files of its base, and creating it again changes nothing', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.write(workspace.path, 'kept.txt', 'work');
      await harness.port.create(workspace);
      expect(await harness.port.state(workspace)).toBe('present');
      expect(await harness.read(workspace.path, 'README.md')).toBe('# a repository\n');
      expect(await harness.read(workspace.path, 'kept.txt')).toBe('work');
      expect(await harness.branches()).toEqual(['ao/app-1', 'main']);
    });

    test('a stale branch of the same name does not block a spawn', async () => {
      await using harness = await open();
      await harness.makeBranch('ao/app-1');
      await harness.makeBranch('ao/app-1-2');
      expect((await planWorktree(harness.port, planOf(harness))).branch).toBe('ao/app-1-3');
    });

    test('a named branch is taken if it is free, and made if it does not exist', async () => {
      await using harness = await open();
      await harness.makeBranch('feature');
      expect(await planWorktree(harness.port, planOf(harness, { branch: 'feature' }))).toMatchObject({
        branch: 'feature',
        branchCreated: false,
      });
      expect(await planWorktree(harness.port, planOf(harness, { branch: 'brand-new' }))).toMatchObject({
        branch: 'brand-new',
        branchCreated: true,
      });
    });

    test('L10 a branch that is checked out elsewhere is refused, saying where', async () => {
      await using harness = await open();
      const error: unknown = await planWorktree(harness.port, planOf(harness, { branch: 'main' })).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'BRANCH_CHECKED_OUT', message: expect.stringContaining(harness.repository) });
    });

    test.each(['--upload-pack=touch owned', '-b', '', 'a..b', 'a b', 'x.lock', '@{-1}', 'HEAD', 'a\nb', 'a:b', '/a'])(
      'S6 %j is no branch',
      async (branch) => {
        await using harness = await open();
        expect(await codeOf(planWorktree(harness.port, planOf(harness, { branch })))).toBe('BRANCH_INVALID');
      },
    );

    test('a stale folder in the way is moved aside, never deleted', async () => {
      await using harness = await open();
      const workspace = await planWorktree(harness.port, planOf(harness));
      await harness.write(workspace.path, 'precious.txt', 'precious');
      await harness.port.create(workspace);
      expect(await harness.read(`${workspace.path}.stale-1`, 'precious.txt')).toBe('precious');
      expect(await harness.read(workspace.path, 'precious.txt')).toBeNull();
    });

    test('L10 a worktree deleted by hand is missing, and can be created again on its branch', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.commit(workspace.path, 'done.txt', 'done');
      await harness.deleteByHand(workspace.path);
      expect(await harness.port.state(workspace)).toBe('missing');
      await harness.port.create(workspace);
      expect(await harness.read(workspace.path, 'done.txt')).toBe('done');
    });

    test('dirt is everything uncommitted, ignored files too unless they are disposable', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      expect((await harness.port.dirt(workspace, [])).files).toEqual([]);
      await harness.write(workspace.path, 'README.md', 'changed');
      await harness.write(workspace.path, 'new.txt', 'new');
      await harness.write(workspace.path, 'trace.log', 'ignored');
      expect([...(await harness.port.dirt(workspace, [])).files].sort()).toEqual(['README.md', 'new.txt', 'trace.log']);
      expect([...(await harness.port.dirt(workspace, ['*.log'])).files].sort()).toEqual(['README.md', 'new.txt']);
    });

    test('a clean worktree is removed and its branch stays; removing it again finds nothing', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.commit(workspace.path, 'done.txt', 'done');
      expect(await harness.port.removeClean(workspace, [])).toEqual({ kind: 'removed' });
      expect(await harness.port.state(workspace)).toBe('missing');
      expect(await harness.branches()).toEqual(['ao/app-1', 'main']);
      expect(await harness.port.removeClean(workspace, [])).toEqual({ kind: 'missing' });
    });

    test('L10 a dirty worktree is kept, and the reason names five files and the count', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      for (const n of [1, 2, 3, 4, 5, 6, 7]) await harness.write(workspace.path, `file-${n}.txt`, 'work');
      const outcome = await harness.port.removeClean(workspace, []);
      expect(outcome).toEqual({
        kind: 'kept',
        why: '7 uncommitted files: file-1.txt, file-2.txt, file-3.txt, file-4.txt, file-5.txt, and 2 more',
      });
      expect(await harness.read(workspace.path, 'file-7.txt')).toBe('work');
    });

    test('disposable files do not keep a worktree', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.write(workspace.path, 'trace.log', 'ignored');
      expect(await harness.port.removeClean(workspace, [])).toMatchObject({ kind: 'kept' });
      expect(await harness.port.removeClean(workspace, ['*.log'])).toEqual({ kind: 'removed' });
    });

    test('undo takes worktree and branch away, and is idempotent', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      expect((await harness.port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBeNull();
      expect(await harness.port.state(workspace)).toBe('missing');
      expect(await harness.branches()).toEqual(['main']);
      expect((await harness.port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBeNull();
    });

    test('undo of a plan that was never carried out does nothing', async () => {
      await using harness = await open();
      const workspace = await planWorktree(harness.port, planOf(harness));
      expect((await harness.port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBeNull();
      expect(await harness.branches()).toEqual(['main']);
    });

    test('undo keeps a branch that has commits, and one that was there before', async () => {
      await using harness = await open();
      const worked = await created(harness);
      await harness.commit(worked.path, 'done.txt', 'done');
      await harness.port.undo(worked, { sessionId: id, disposable: [] });
      await harness.makeBranch('feature');
      await harness.port.undo(await created(harness, { branch: 'feature' }), { sessionId: id, disposable: [] });
      expect(await harness.branches()).toEqual(['ao/app-1', 'feature', 'main']);
    });

    test('what lies where our worktrees are is listed, whoever put it there, and so is captured work', async () => {
      await using harness = await open();
      expect(await harness.port.folders()).toEqual([]);
      expect(await harness.port.preservedRefs(harness.repository)).toEqual([]);
      const workspace = await created(harness);
      const other = await created(harness, { sessionId: 'app-2' as SessionId });
      expect(await harness.port.folders()).toEqual([workspace.path, other.path]);
      await harness.write(workspace.path, 'work.txt', 'not committed');
      await harness.port.undo(workspace, { sessionId: id, disposable: [] });
      expect(await harness.port.folders()).toEqual([other.path]);
      expect(await harness.port.preservedRefs(harness.repository)).toEqual(['refs/ao/preserved/app-1']);
      expect(await harness.port.preservedRefs(harness.folder)).toEqual([]);
    });

    test('I11, L10 undo captures uncommitted work first, and it can be put back', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.write(workspace.path, 'README.md', 'changed');
      await harness.write(workspace.path, 'new.txt', 'new');
      const ref = (await harness.port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
      expect(ref).toBe('refs/ao/preserved/app-1');
      expect(await harness.port.state(workspace)).toBe('missing');

      await harness.port.create(workspace);
      expect(await harness.port.applyPreserved(workspace, ref ?? '')).toBe('applied');
      expect(await harness.read(workspace.path, 'README.md')).toBe('changed');
      expect(await harness.read(workspace.path, 'new.txt')).toBe('new');
      // A crash right after putting it back must not turn into a conflict.
      expect(await harness.port.applyPreserved(workspace, ref ?? '')).toBe('applied');
    });

    test('L10 preserved work that conflicts leaves the tree as it was', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.write(workspace.path, 'README.md', 'one way');
      const ref = (await harness.port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef ?? '';
      await harness.port.create(workspace);
      await harness.commit(workspace.path, 'README.md', 'another way');
      expect(await harness.port.applyPreserved(workspace, ref)).toBe('conflict');
      expect(await harness.read(workspace.path, 'README.md')).toBe('another way');
      expect((await harness.port.dirt(workspace, [])).files).toEqual([]);
      expect(await harness.port.applyPreserved(workspace, 'refs/ao/preserved/nothing')).toBe('missing');
    });

    test('I11 undo moves a worktree aside where it holds what no ref can: ignored files that are not disposable', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.write(workspace.path, 'new.txt', 'new');
      await harness.write(workspace.path, 'secret.log', 'ignored');
      const undone = await harness.port.undo(workspace, { sessionId: id, disposable: [] });
      expect(undone).toEqual({ preservedRef: 'refs/ao/preserved/app-1', movedTo: `${workspace.path}.stale-1` });
      expect(await harness.read(undone.movedTo ?? '', 'secret.log')).toBe('ignored');
      expect(await harness.port.state(workspace)).toBe('missing');
      expect(await harness.branches()).toEqual(['main']);
      const again = await created(harness);
      await harness.write(again.path, 'secret.log', 'ignored');
      expect(await harness.port.undo(again, { sessionId: id, disposable: ['*.log'] })).toEqual({ preservedRef: null, movedTo: null });
    });

    test('L10 whether a worktree would be removed can be asked without removing it', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      expect(await harness.port.judgeRemoval(workspace, [])).toEqual({ kind: 'removed' });
      await harness.write(workspace.path, 'new.txt', 'new');
      expect(await harness.port.judgeRemoval(workspace, [])).toEqual({ kind: 'kept', why: '1 uncommitted file: new.txt' });
      expect(await harness.port.state(workspace)).toBe('present');
      await harness.deleteByHand(workspace.path);
      expect(await harness.port.judgeRemoval(workspace, [])).toEqual({ kind: 'missing' });
    });

    test('I11 work is captured in place, once, and only then the worktree goes; its branch stays', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      expect(await harness.port.capture(workspace, id)).toBeNull();
      await harness.write(workspace.path, 'README.md', 'changed');
      await harness.write(workspace.path, 'new.txt', 'new');
      const ref = await harness.port.capture(workspace, id);
      expect([ref, await harness.port.capture(workspace, id)]).toEqual(['refs/ao/preserved/app-1', 'refs/ao/preserved/app-1']);
      expect(await harness.read(workspace.path, 'README.md')).toBe('changed');
      const captured = { sessionId: id, ref, disposable: [] };
      expect(await harness.port.removeCaptured(workspace, captured)).toEqual({ kind: 'removed' });
      expect(await harness.port.removeCaptured(workspace, captured)).toEqual({ kind: 'missing' });
      expect(await harness.branches()).toContain('ao/app-1');
      await harness.port.create(workspace);
      expect(await harness.port.applyPreserved(workspace, ref ?? '')).toBe('applied');
      expect(await harness.read(workspace.path, 'new.txt')).toBe('new');
    });

    test('I11, L10 a worktree that was changed after its capture is kept, and so is one with ignored files', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.write(workspace.path, 'new.txt', 'new');
      const ref = await harness.port.capture(workspace, id);
      await harness.write(workspace.path, 'newer.txt', 'newer');
      expect(await harness.port.removeCaptured(workspace, { sessionId: id, ref, disposable: [] })).toMatchObject({ kind: 'kept' });
      const later = await harness.port.capture(workspace, id);
      await harness.write(workspace.path, 'secret.log', 'ignored');
      const kept = await harness.port.removeCaptured(workspace, { sessionId: id, ref: later, disposable: [] });
      expect(kept).toEqual({ kind: 'kept', why: 'no ref can hold 1 uncommitted file: secret.log' });
      expect(await harness.port.removeCaptured(workspace, { sessionId: id, ref: later, disposable: ['*.log'] })).toEqual({
        kind: 'removed',
      });
    });

    test('links show the repository’s files, are no dirt, and never replace what is there', async () => {
      await using harness = await open();
      const workspace = await created(harness);
      await harness.write(harness.repository, 'deps/lib.txt', 'shared');
      await harness.port.link(workspace, ['deps', 'README.md', 'not-there']);
      await harness.port.link(workspace, ['deps']);
      expect(await harness.read(workspace.path, 'deps/lib.txt')).toBe('shared');
      expect((await harness.port.dirt(workspace, [])).files).toEqual([]);
      expect(await harness.port.removeClean(workspace, [])).toEqual({ kind: 'removed' });
      expect(await harness.read(harness.repository, 'deps/lib.txt')).toBe('shared');
    });

    test.each(['../outside', '/etc', 'a/../../b', '.git/hooks', ''])('S7 %j cannot be linked', async (path) => {
      await using harness = await open();
      const workspace = await created(harness);
      expect(await codeOf(harness.port.link(workspace, [path]))).toBe('BAD_INPUT');
    });
  });
}
