/**
 * The workspace port on git worktrees: `<data>/worktrees/<project>/<session>`. Assembles the parts; decides only who has to
 * wait for whom. Must not know of sessions, agents or runtimes.
 */
import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { Workspace } from '../../../core/session/session.ts';
import type { Log } from '../../../ports/log.ts';
import type { ProcessRunner } from '../../../ports/process-runner.ts';
import type { RemoveOutcome, WorkspacePort, WorkspaceSurvey } from '../../../ports/workspace.ts';
import { baseNotFound, createBases, patternsOfBase } from './base.ts';
import { assertBranchUsable, patternsOfOurs, pickBranch, takenBranches } from './branches.ts';
import { applyPreserved } from './capture.ts';
import { createWorktree } from './create.ts';
import { findDirt } from './dirt.ts';
import { createGit } from './git.ts';
import { linkPaths } from './links.ts';
import { createOpenings } from './openings.ts';
import { readRefs } from './refs.ts';
import { captureWorktree, judgeRemoval, removeCapturedWorktree, removeCleanWorktree, undoWorktree } from './remove.ts';
import { inspectRepository, type OpenRepository } from './repository.ts';
import { createSerial } from './serial.ts';
import { listFolders, listPreserved } from './survey.ts';
import { kindOf, type OpenWorktree, observeWorktree, openWorktree, worktreeFailed } from './worktree.ts';

export type GitWorktreesDeps = {
  readonly dataDir: string;
  readonly runner: ProcessRunner;
  /** The daemon's environment; what could mislead git is scrubbed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** For tests: milliseconds that only go forward. */
  readonly monotonicMs?: () => number;
  /** For tests: how long a spawn waits for a remote. Milliseconds. */
  readonly fetchLimitMs?: number;
};

export function createGitWorktrees(deps: GitWorktreesDeps): WorkspacePort & WorkspaceSurvey {
  const { log } = deps;
  const git = createGit({ runner: deps.runner, env: deps.env });
  const serial = createSerial();
  const monotonicMs = deps.monotonicMs ?? (() => performance.now());
  const openings = createOpenings({ git, monotonicMs });
  const bases = createBases({
    log,
    monotonicMs,
    ...(deps.fetchLimitMs === undefined ? {} : { fetchLimitMs: deps.fetchLimitMs }),
  });

  /** Whatever writes to a repository, one at a time; worktrees of one repository share its locks. */
  async function exclusively<T>(workspace: Workspace, work: (repository: OpenRepository) => Promise<T>): Promise<T> {
    const repository = await openings.open(workspace.repository);
    // A checkout of minutes may have been before us: what the repository could run by now is switched off as well.
    return serial.run(repository.commonDir, async () => work(await openings.again(repository)));
  }

  /** A kill must end: a worktree that cannot be judged is one that stays. */
  async function orKept(workspace: Workspace, work: (repository: OpenRepository) => Promise<RemoveOutcome>): Promise<RemoveOutcome> {
    try {
      return await exclusively(workspace, work);
    } catch (caught) {
      if (!(caught instanceof AppError)) throw caught;
      if ((await kindOf(workspace.path)) === 'none') return { kind: 'missing' };
      return { kind: 'kept', why: caught.message.replace(/\.$/, '') };
    }
  }

  /** The repository went away before anything of it was made here. */
  async function nothingLeft(workspace: Workspace, caught: unknown): Promise<boolean> {
    const gone = caught instanceof AppError && (caught.code === 'PATH_NOT_FOUND' || caught.code === 'NOT_A_REPOSITORY');
    return gone && (await kindOf(workspace.path)) === 'none';
  }

  async function openOrThrow(repository: OpenRepository, workspace: Workspace): Promise<OpenWorktree> {
    const worktree = await openWorktree(git, repository, workspace.path);
    if (worktree === null) throw worktreeFailed(`Looking into ${workspace.path}`, `it is not a worktree of ${repository.root}`, workspace);
    return worktree;
  }

  async function worktreesDir(): Promise<string> {
    // Git records real paths; ours have to be the same text.
    return join(await realpath(deps.dataDir).catch(() => resolve(deps.dataDir)), 'worktrees');
  }

  return {
    folders: async () => listFolders(await worktreesDir()),
    preservedRefs: (repository) => listPreserved(openings, repository),

    inspectRepository: async (path) => inspectRepository(await openings.open(path)),

    async assertBase(path, base) {
      const repository = await openings.open(path);
      if ((await bases.lookUp(repository.git, base)) === null) throw baseNotFound(repository.root, base);
    },

    async look({ projectId, repository: path, base, branch }) {
      const repository = await openings.open(path);
      const usable = branch === null ? null : { name: branch, state: await assertBranchUsable(repository.git, branch) };
      const refs = await readRefs(repository.git, [...patternsOfBase(base), ...patternsOfOurs(projectId)]);
      const baseCommit = await bases.resolve(repository, base, refs);
      if (baseCommit === null) {
        // A repository without a commit has no base at all, and another way out.
        await inspectRepository(repository);
        throw baseNotFound(repository.root, base);
      }
      const folder = join(await worktreesDir(), projectId);
      return { folder, repository: repository.root, base, baseCommit, branch: usable, taken: takenBranches(refs) };
    },

    plan: ({ folder, repository, base, baseCommit, branch, taken }, sessionId) => ({
      path: join(folder, sessionId),
      repository,
      branch: branch?.name ?? pickBranch(sessionId, taken),
      base,
      baseCommit,
      branchCreated: branch?.state !== 'exists',
    }),

    create: (workspace) => exclusively(workspace, (repository) => createWorktree({ git, log }, repository, workspace)),

    state: (workspace) => observeWorktree(workspace.path),

    async dirt(workspace, disposable) {
      const repository = await openings.open(workspace.repository);
      const worktree = await openOrThrow(repository, workspace);
      const { files } = await findDirt({ worktree, repository: repository.root, disposable });
      return { files };
    },

    removeClean: (workspace, disposable) =>
      orKept(workspace, (repository) => removeCleanWorktree({ git, log }, repository, workspace, disposable)),

    judgeRemoval: (workspace, disposable) =>
      orKept(workspace, (repository) => judgeRemoval({ git, log }, repository, workspace, disposable)),

    async capture(workspace, sessionId) {
      try {
        return await exclusively(workspace, (repository) => captureWorktree({ git, log }, repository, workspace, sessionId));
      } catch (caught) {
        if (await nothingLeft(workspace, caught)) return null;
        throw caught;
      }
    },

    removeCaptured: (workspace, captured) =>
      orKept(workspace, (repository) => removeCapturedWorktree({ git, log }, repository, workspace, captured)),

    async undo(workspace, spawn) {
      try {
        return await exclusively(workspace, (repository) => undoWorktree({ git, log }, repository, workspace, spawn));
      } catch (caught) {
        if (await nothingLeft(workspace, caught)) return { preservedRef: null, movedTo: null };
        throw caught;
      }
    },

    applyPreserved: (workspace, ref) =>
      exclusively(workspace, async (repository) => applyPreserved(await openOrThrow(repository, workspace), ref)),

    async link(workspace, paths) {
      if (paths.length > 0) await linkPaths({ worktree: workspace.path, repository: workspace.repository }, paths, log);
    },
  };
}
