/**
 * Where a session works: a git worktree of its own. Our git runs with hooks, fsmonitor, external diff and prompts off.
 * Failures are `AppError`s with the codes of "projects and workspaces".
 */
import type { ProjectId, SessionId } from '../core/ids.ts';
import type { Workspace } from '../core/session/session.ts';

export type RepositoryFacts = {
  /** Absolute, real path of the main working tree. */
  readonly root: string;
  /** Branch that HEAD names. */
  readonly headBranch: string;
};

export type WorktreeState = 'present' | 'missing' | 'unknown';

export type Dirt = {
  /** Paths, relative, of everything uncommitted: changed, untracked, and ignored ones that are not disposable. */
  readonly files: readonly string[];
};

export type WorkspaceRequest = {
  readonly projectId: ProjectId;
  readonly repository: string;
  readonly base: string;
  /** `null`: `ao/<id>`, with a suffix where that exists already. */
  readonly branch: string | null;
};

/** What a new worktree is to start from, as it was seen in one look. */
export type Ground = {
  /** Where the project's worktrees are. */
  readonly folder: string;
  readonly repository: string;
  readonly base: string;
  readonly baseCommit: string;
  readonly branch: { readonly name: string; readonly state: 'exists' | 'new' } | null;
  /** Branches that leave no room for one of ours of the same name. */
  readonly taken: readonly string[];
};

export type RemoveOutcome = { readonly kind: 'removed' | 'missing' } | { readonly kind: 'kept'; readonly why: string };

export type Captured = { readonly sessionId: SessionId; readonly ref: string | null; readonly disposable: readonly string[] };

export type Undone = {
  readonly preservedRef: string | null;
  /** Where the worktree was moved to, since it held what no ref can. */
  readonly movedTo: string | null;
};

/** For whoever looks for what is left over; only reads. */
export interface WorkspaceSurvey {
  /** Absolute paths of all folders where our worktrees are, whoever made them. */
  folders(): Promise<readonly string[]>;
  /** Full names of the refs that hold captured work; none where the repository is gone. */
  preservedRefs(repository: string): Promise<readonly string[]>;
}

export interface WorkspacePort {
  /** Throws `PATH_NOT_FOUND`, `NOT_A_REPOSITORY`, `UNBORN_HEAD`. */
  inspectRepository(path: string): Promise<RepositoryFacts>;
  /** Checks that `base` names a commit here. Throws `BASE_NOT_FOUND`. */
  assertBase(repository: string, base: string): Promise<void>;
  /**
   * All that can be known to fail, and what a plan is made of, fetching the base where a remote answers in time. Writes nothing
   * else. Throws as `inspectRepository` and `assertBase` do, and `BRANCH_CHECKED_OUT`, `BRANCH_INVALID`.
   */
  look(request: WorkspaceRequest): Promise<Ground>;
  /** Pure: decides path and branch. */
  plan(ground: Ground, sessionId: SessionId): Workspace;
  /** Makes the worktree as planned. A stale directory in the way is moved aside, never deleted. Idempotent over its own half-done work. */
  create(workspace: Workspace): Promise<void>;
  state(workspace: Workspace): Promise<WorktreeState>;
  dirt(workspace: Workspace, disposable: readonly string[]): Promise<Dirt>;
  /** Removes a clean worktree; a dirty one is kept and the outcome says so. The branch stays. */
  removeClean(workspace: Workspace, disposable: readonly string[]): Promise<RemoveOutcome>;
  /** What `removeClean` would do, without doing it; `removed` means that it would be. */
  judgeRemoval(workspace: Workspace, disposable: readonly string[]): Promise<RemoveOutcome>;
  /**
   * Captures uncommitted work to `refs/ao/preserved/<id>` and leaves the worktree as it is. Ignored files are no part of it. The
   * same work is captured once. Resolves to the ref, or to `null` where there is nothing that no commit has.
   */
  capture(workspace: Workspace, sessionId: SessionId): Promise<string | null>;
  /** Removes a worktree whose work `capture` has put into `ref`; one that holds anything beside it is kept. The branch stays. */
  removeCaptured(workspace: Workspace, captured: Captured): Promise<RemoveOutcome>;
  /**
   * Undoes `create`: uncommitted work is captured as `capture` does, then the worktree goes, and the branch if this spawn
   * created it and nobody committed to it. What a ref cannot hold (ignored files) makes it move aside instead. Idempotent.
   */
  undo(workspace: Workspace, spawn: { readonly sessionId: SessionId; readonly disposable: readonly string[] }): Promise<Undone>;
  /** Puts captured work back into a worktree. A conflict leaves the tree clean and the ref in place. */
  applyPreserved(workspace: Workspace, ref: string): Promise<'applied' | 'conflict' | 'missing'>;
  /** Repo-relative links from the worktree to the repository (e.g. `node_modules`). Each is checked to stay inside both trees. */
  link(workspace: Workspace, paths: readonly string[]): Promise<void>;
}
