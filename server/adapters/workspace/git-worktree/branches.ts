/** Branch names: which are accepted, which is free, and where one is checked out. Writes nothing. */
import { AppError } from '../../../core/errors.ts';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import { listEntries, type WorktreeEntry } from './entries.ts';
import { type GitAt, succeeded } from './git.ts';
import type { Refs } from './refs.ts';
import { toShellWord } from './shell-word.ts';

/** More stale branches of one id than this are not a stale data dir but something wrong. */
const MAX_SUFFIX = 10_000;

const HEADS = 'refs/heads/';

/** Whatever `pickBranch` has to know of, for any session of the project. */
export function patternsOfOurs(projectId: ProjectId): readonly string[] {
  return [`${HEADS}ao`, `${HEADS}ao-${projectId}-*`, `${HEADS}ao-${projectId}-*/**`];
}

/** Pure. Names of branches, without case: a case-insensitive disk keeps refs as files. */
export function takenBranches(refs: Refs): readonly string[] {
  return [...refs.keys()].filter((ref) => ref.startsWith(HEADS)).map((ref) => ref.slice(HEADS.length).toLowerCase());
}

/**
 * Pure: `ao/<id>`, with `-2`, `-3`, … where a branch of an earlier data dir has it. A branch named just `ao` leaves no room for
 * `ao/…` in git's ref store; then it is `ao-<id>`.
 */
export function pickBranch(sessionId: SessionId, taken: readonly string[]): string {
  const stem = taken.includes('ao') ? `ao-${sessionId}` : `ao/${sessionId}`;
  for (let n = 1; n <= MAX_SUFFIX; n += 1) {
    const candidate = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.some((ref) => ref === candidate || ref.startsWith(`${candidate}/`))) return candidate;
  }
  throw new AppError({
    code: 'WORKTREE_FAILED',
    message: `No free branch name was found for ${sessionId}.`,
    hint: `Name one: --branch <name>`,
  });
}

/** A branch the user named. Throws `BRANCH_INVALID`, `BRANCH_CHECKED_OUT`. */
export async function assertBranchUsable(git: GitAt, branch: string): Promise<'exists' | 'new'> {
  const shown = JSON.stringify(branch.slice(0, 250));
  const invalid = (why: string): AppError =>
    new AppError({
      code: 'BRANCH_INVALID',
      message: `${shown} cannot be a branch: ${why}.`,
      hint: 'Use a name such as feature/login: letters, digits, "/", "-" and "."',
    });
  if (branch.startsWith('-') || branch.length > 250 || /[\u0000-\u001f\u007f]/.test(branch)) throw invalid('it is not a valid name');
  const checked = await git.run(['check-ref-format', '--branch', branch]);
  // `@{-1}` passes, but expanded; what git prints has to be what was said.
  if (!succeeded(checked) || checked.stdout.trim() !== branch || branch === 'HEAD') throw invalid('git does not accept it as a name');

  if (succeeded(await git.run(['show-ref', '--verify', '--quiet', `refs/heads/${branch}`]))) {
    assertNotCheckedOut(await listEntries(git), branch);
    return 'exists';
  }
  const near = await git.run([
    'for-each-ref',
    '--format=%(refname)',
    ...parentsOf(branch).map((ref) => `refs/heads/${ref}`),
    `refs/heads/${branch}/**`,
  ]);
  const blocking = near.stdout
    .split('\n')
    .find((ref) => parentsOf(branch).includes(ref.slice('refs/heads/'.length)) || ref.startsWith(`refs/heads/${branch}/`));
  if (blocking !== undefined) throw invalid(`git cannot keep it beside the branch ${blocking.slice('refs/heads/'.length)}`);
  return 'new';
}

export function assertNotCheckedOut(entries: readonly WorktreeEntry[], branch: string, except?: string): void {
  const holder = entries.find((entry) => entry.branch === `refs/heads/${branch}` && entry.path !== except);
  if (holder === undefined) return;
  throw new AppError({
    code: 'BRANCH_CHECKED_OUT',
    message: `The branch ${branch} is checked out at ${holder.path}, and git lets one worktree have it.`,
    hint: holder.prunable
      ? `That folder is gone: git -C ${toShellWord(entries[0]?.path ?? holder.path)} worktree prune`
      : `Name another branch with --branch, or switch that folder: git -C ${toShellWord(holder.path)} switch --detach`,
  });
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(branch: string): readonly string[] {
  const parts = branch.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
