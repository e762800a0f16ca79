/**
 * Takes worktrees away: a clean one at a kill, any one at the undo of a spawn. Owns the rule that nothing uncommitted is
 * destroyed (I11): kept in place, or captured to a ref, or moved aside, before anything goes.
 */
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../../../core/ids.ts';
import type { Workspace } from '../../../core/session/session.ts';
import type { Log } from '../../../ports/log.ts';
import type { RemoveOutcome } from '../../../ports/workspace.ts';
import { commitOf } from './base.ts';
import { captureWork, isReachable } from './capture.ts';
import { awaitOrphan, clearLocks } from './create.ts';
import { type Found, findDirt } from './dirt.ts';
import { findAdminEntry, listEntries, removeAdminEntry } from './entries.ts';
import { CHECKOUT_LIMIT_MS, explain, type Git, succeeded, TREE_LIMIT_MS } from './git.ts';
import { removeOwnLinks } from './links.ts';
import { findNestedRepositories, isNestedDisposable, relocateSubmodule } from './nested.ts';
import type { OpenRepository } from './repository.ts';
import { kindOf, moveAside, mustRun, type OpenWorktree, openWorktree, worktreeFailed } from './worktree.ts';

export type RemoveDeps = { readonly git: Git; readonly log: Log };

const SHOWN_FILES = 5;

export async function removeCleanWorktree(
  deps: RemoveDeps,
  repository: OpenRepository,
  workspace: Workspace,
  disposable: readonly string[],
): Promise<RemoveOutcome> {
  const { path } = workspace;
  if ((await kindOf(path)) === 'none') {
    const admin = await findAdminEntry(repository.commonDir, path);
    if (admin !== null) await removeAdminEntry(admin);
    return { kind: 'missing' };
  }
  const worktree = await openWorktree(deps.git, repository, path);
  if (worktree === null) return { kind: 'kept', why: `${path} is not a worktree of ${repository.root} any more, so it was left alone` };

  const request = { worktree, repository: repository.root, disposable };
  const first = await findDirt(request);
  if (first.files.length > 0) return { kind: 'kept', why: describeDirt(first.files) };
  const head = await commitOf(worktree.git, 'HEAD');
  if (head !== null && !(await isReachable(worktree, head)))
    return { kind: 'kept', why: `HEAD is at ${head.slice(0, 12)}, a commit that no branch has` };

  // Git refuses to remove a worktree with submodules at all, checked out or not; so those are looked at here and then forced.
  const submodules = await submodulesOf(worktree);
  for (const submodule of submodules) {
    const folder = join(path, submodule);
    if ((await kindOf(join(folder, '.git'))) !== 'none' && !(await isNestedDisposable(deps.git, folder))) {
      return { kind: 'kept', why: `the submodule ${submodule} holds work that no remote has` };
    }
  }
  const force = submodules.length > 0 ? ['--force'] : [];
  await removeOwnLinks({ worktree: path, repository: repository.root }, first.links);
  // Git looks for changed and untracked files once more, but takes ignored ones along: those that came since are looked for here.
  const last = await findDirt(request);
  if (last.files.length > 0) return { kind: 'kept', why: describeDirt(last.files) };
  const removed = await repository.git.run(['worktree', 'remove', ...force, '--', path], { limitMs: CHECKOUT_LIMIT_MS });
  if (succeeded(removed)) return { kind: 'removed' };
  if ((await findAdminEntry(repository.commonDir, path)) === null) {
    // Git forgot it and then met something it could not delete (a read-only folder): it was clean, so the rest may go.
    await removeTree(path);
    return { kind: 'removed' };
  }
  return { kind: 'kept', why: `git would not remove it: ${explain(removed)}` };
}

/** Undo of `createWorktree`; every step can be repeated. Resolves to the ref that holds captured work. */
export async function undoWorktree(
  deps: RemoveDeps,
  repository: OpenRepository,
  workspace: Workspace,
  sessionId: SessionId,
): Promise<string | null> {
  const { path } = workspace;
  await awaitOrphan(await findAdminEntry(repository.commonDir, path), repository, workspace);
  const opened = await openWorktree(deps.git, repository, path);
  // Killed before git had given it a HEAD: a link is all that can be in there.
  const stillborn = opened?.admin.initializing === true && (await commitOf(opened.git, 'HEAD')) === null;
  const worktree = stillborn ? null : opened;
  let preserved: string | null = null;
  if (worktree === null) {
    const content = await readdir(path).catch(() => []);
    const admin = await findAdminEntry(repository.commonDir, path);
    if (admin?.initializing === true && content.every((name) => name === '.git')) await rm(join(path, '.git'), { force: true });
    const aside = await moveAside(path);
    if (aside !== null) deps.log.warn({ path, aside }, 'a folder that is no worktree was moved aside');
  } else {
    preserved = await clear(deps, repository, worktree, sessionId);
  }
  const admin = await findAdminEntry(repository.commonDir, path);
  if (admin !== null) await removeAdminEntry(admin);
  if (workspace.branchCreated) await deleteUntouchedBranch(repository, workspace);
  return preserved;
}

/** Empties the place of an existing worktree, its work captured first. */
async function clear(deps: RemoveDeps, repository: OpenRepository, worktree: OpenWorktree, sessionId: SessionId): Promise<string | null> {
  const { path } = worktree;
  const nested = await findNestedRepositories(path);
  const precious: string[] = [];
  for (const folder of nested) if (!(await isNestedDisposable(deps.git, join(path, folder)))) precious.push(folder);

  const found = await findDirt({ worktree, repository: repository.root, disposable: [] });
  await removeOwnLinks({ worktree: path, repository: repository.root }, found.links);
  // The checkout was cut short, so no agent was ever in there: missing and truncated files are git's doing, not work.
  const untouched = worktree.admin.initializing && (await isOnlyCheckout(worktree, found));
  if (worktree.admin.initializing) await clearLocks(worktree.admin);
  const preserved = untouched ? null : await captureWork({ worktree, sessionId, except: nested });
  if (preserved !== null) deps.log.info({ sessionId, ref: preserved }, 'uncommitted work was captured');

  if (precious.length > 0) {
    // A repository inside holds commits or files that a ref of this one cannot: its folder and its entry stay together.
    const aside = await moveAside(path);
    if (aside !== null) {
      await repository.git.run(['worktree', 'repair', aside]);
      for (const folder of nested) await relocateSubmodule(repository.git, join(aside, folder));
    }
    deps.log.warn({ sessionId, aside, nested: precious }, 'a repository inside the worktree holds work; the worktree was moved aside');
    return preserved;
  }
  const removed = await repository.git.run(['worktree', 'remove', '--force', '--force', '--', path], { limitMs: CHECKOUT_LIMIT_MS });
  if (!succeeded(removed) && (await kindOf(path)) !== 'none') {
    deps.log.warn({ path, why: explain(removed) }, 'git could not remove the worktree; removing what is left of it');
    await removeTree(path);
  }
  return preserved;
}

/** Whether everything that stands out is part of the commit being checked out. */
async function isOnlyCheckout(worktree: OpenWorktree, found: Found): Promise<boolean> {
  const head = await commitOf(worktree.git, 'HEAD');
  if (head === null) return found.files.length === 0;
  const listed = await mustRun(worktree.git, 'Reading the commit', ['ls-tree', '-r', '-z', '--name-only', '--full-tree', head], {
    limitMs: TREE_LIMIT_MS,
  });
  const tracked = new Set(listed.split('\0'));
  const folders = new Set([...tracked].flatMap((file) => file.split('/').map((_, index, parts) => `${parts.slice(0, index).join('/')}/`)));
  return found.files.every((file) => tracked.has(file) || folders.has(file));
}

/** The branch goes only if this spawn made it, nobody committed to it since, and no other worktree has it. Compare and delete are one step. */
async function deleteUntouchedBranch(repository: OpenRepository, workspace: Workspace): Promise<void> {
  const ref = `refs/heads/${workspace.branch}`;
  if ((await listEntries(repository.git)).some((entry) => entry.branch === ref)) return;
  if ((await commitOf(repository.git, ref)) !== workspace.baseCommit) return;
  const deleted = await repository.git.run(['update-ref', '--no-deref', '-d', ref, workspace.baseCommit]);
  if (!succeeded(deleted)) throw worktreeFailed(`Deleting the branch ${workspace.branch}`, explain(deleted), workspace);
}

async function submodulesOf(worktree: OpenWorktree): Promise<readonly string[]> {
  const listed = await mustRun(worktree.git, 'Looking for submodules', ['ls-files', '--stage', '-z'], { limitMs: TREE_LIMIT_MS });
  return listed
    .split('\0')
    .filter((entry) => entry.startsWith('160000 '))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1));
}

/** Deletes a folder, read-only subfolders (a module cache) included. Symlinks are removed, never followed. */
async function removeTree(path: string): Promise<void> {
  const open = [path];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const stats = await lstat(folder).catch(() => null);
    if (stats?.isDirectory() !== true) continue;
    await chmod(folder, 0o700).catch(() => undefined);
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
      if (entry.isDirectory()) open.push(join(folder, entry.name));
  }
  await rm(path, { recursive: true, force: true });
}

/** Pure: the sentence a user reads. */
export function describeDirt(files: readonly string[]): string {
  const shown = files.slice(0, SHOWN_FILES).map((file) => file.replace(/[\u0000-\u001f\u007f]/g, '?').slice(0, 200));
  const rest = files.length - shown.length;
  const count = files.length === 1 ? '1 uncommitted file' : `${files.length} uncommitted files`;
  return `${count}: ${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}
