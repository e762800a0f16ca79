/**
 * Takes worktrees away: a clean one at a kill or a clean-up, any one at a replacement or the undo of a spawn. Owns the rule that nothing uncommitted is
 * destroyed (I11): kept in place, or captured to a ref, or moved aside, before anything goes.
 */
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../../../core/ids.ts';
import type { Workspace } from '../../../core/session/session.ts';
import type { Log } from '../../../ports/log.ts';
import type { Captured, RemoveOutcome, Undone } from '../../../ports/workspace.ts';
import { commitOf } from './base.ts';
import { captureWork, isReachable } from './capture.ts';
import { awaitOrphan, clearLocks } from './create.ts';
import { type Found, findDirt, findIgnored } from './dirt.ts';
import { findAdminEntry, listEntries, removeAdminEntry } from './entries.ts';
import { CHECKOUT_LIMIT_MS, explain, type Git, succeeded, TREE_LIMIT_MS } from './git.ts';
import { removeOwnLinks } from './links.ts';
import { findNestedRepositories, isNestedDisposable, relocateSubmodule } from './nested.ts';
import type { OpenRepository } from './repository.ts';
import { kindOf, moveAside, mustRun, type OpenWorktree, openWorktree, worktreeFailed } from './worktree.ts';

export type RemoveDeps = { readonly git: Git; readonly log: Log };

const SHOWN_FILES = 5;

type Verdict = Exclude<RemoveOutcome, { kind: 'removed' }> | { readonly kind: 'clean'; readonly force: 'force' | 'plain' };

export async function judgeRemoval(
  deps: RemoveDeps,
  repository: OpenRepository,
  workspace: Workspace,
  disposable: readonly string[],
): Promise<RemoveOutcome> {
  const verdict = await judge(deps, repository, workspace, disposable);
  return verdict.kind === 'clean' ? { kind: 'removed' } : verdict;
}

/** Whether a worktree may go, and how git has to be told. Writes nothing. */
async function judge(deps: RemoveDeps, repository: OpenRepository, workspace: Workspace, disposable: readonly string[]): Promise<Verdict> {
  const { path } = workspace;
  if ((await kindOf(path)) === 'none') return { kind: 'missing' };
  const worktree = await openWorktree(deps.git, repository, path);
  if (worktree === null) return notOurs(repository, path);

  const { files } = await findDirt({ worktree, repository: repository.root, disposable });
  if (files.length > 0) return { kind: 'kept', why: describeDirt(files) };
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
  return { kind: 'clean', force: submodules.length > 0 ? 'force' : 'plain' };
}

export async function removeCleanWorktree(
  deps: RemoveDeps,
  repository: OpenRepository,
  workspace: Workspace,
  disposable: readonly string[],
): Promise<RemoveOutcome> {
  const { path } = workspace;
  const verdict = await judge(deps, repository, workspace, disposable);
  if (verdict.kind === 'missing') await forgetEntry(repository, path);
  if (verdict.kind !== 'clean') return verdict;
  const worktree = await openWorktree(deps.git, repository, path);
  if (worktree === null) return notOurs(repository, path);
  const request = { worktree, repository: repository.root, disposable };
  await removeOwnLinks({ worktree: path, repository: repository.root }, (await findDirt(request)).links);
  // Git looks for changed and untracked files once more, but takes ignored ones along: those that came since are looked for here.
  const last = await findDirt(request);
  if (last.files.length > 0) return { kind: 'kept', why: describeDirt(last.files) };
  const force = verdict.force === 'force' ? ['--force'] : [];
  const removed = await repository.git.run(['worktree', 'remove', ...force, '--', path], { limitMs: CHECKOUT_LIMIT_MS });
  if (succeeded(removed)) return { kind: 'removed' };
  if ((await findAdminEntry(repository.commonDir, path)) === null) {
    // Git forgot it and then met something it could not delete (a read-only folder): it was clean, so the rest may go.
    await removeTree(path);
    return { kind: 'removed' };
  }
  return { kind: 'kept', why: `git would not remove it: ${explain(removed)}` };
}

export async function captureWorktree(
  deps: RemoveDeps,
  repository: OpenRepository,
  workspace: Workspace,
  sessionId: SessionId,
): Promise<string | null> {
  const worktree = await openWorktree(deps.git, repository, workspace.path);
  // A checkout that was cut short looks like deletions: nobody worked in there, and `undo` knows how to tell.
  if (worktree === null || worktree.admin.initializing) return null;
  const { links } = await findDirt({ worktree, repository: repository.root, disposable: [] });
  return await captureWork({ worktree, sessionId, except: [...(await findNestedRepositories(worktree.path)), ...links] });
}

/** What was captured is looked at once more, so that nothing written since goes with the worktree. */
export async function removeCapturedWorktree(
  deps: RemoveDeps,
  repository: OpenRepository,
  workspace: Workspace,
  { sessionId, ref, disposable }: Captured,
): Promise<RemoveOutcome> {
  const { path } = workspace;
  if ((await kindOf(path)) === 'none') {
    await forgetEntry(repository, path);
    return { kind: 'missing' };
  }
  const worktree = await openWorktree(deps.git, repository, path);
  if (worktree === null) return notOurs(repository, path);
  const precious = await findPrecious(deps, repository, { worktree, disposable });
  if (precious.length > 0) return { kind: 'kept', why: `no ref can hold ${describeDirt(precious)}` };
  if ((await captureWorktree(deps, repository, workspace, sessionId)) !== ref)
    return { kind: 'kept', why: 'it was changed after its work had been captured' };
  await removeByForce(deps, repository, path);
  return { kind: 'removed' };
}

function notOurs(repository: OpenRepository, path: string): RemoveOutcome & { kind: 'kept' } {
  return { kind: 'kept', why: `${path} is not a worktree of ${repository.root} any more, so it was left alone` };
}

async function forgetEntry(repository: OpenRepository, path: string): Promise<void> {
  const admin = await findAdminEntry(repository.commonDir, path);
  if (admin !== null) await removeAdminEntry(admin);
}

/** What a ref of this repository cannot hold: ignored files that are not disposable, and repositories inside with work of their own. */
async function findPrecious(
  deps: RemoveDeps,
  repository: OpenRepository,
  { worktree, disposable }: { readonly worktree: OpenWorktree; readonly disposable: readonly string[] },
): Promise<readonly string[]> {
  const nested: string[] = [];
  for (const folder of await findNestedRepositories(worktree.path))
    if (!(await isNestedDisposable(deps.git, join(worktree.path, folder)))) nested.push(`${folder}/`);
  return [...nested, ...(await findIgnored({ worktree, repository: repository.root, disposable }))];
}

async function removeByForce({ log }: RemoveDeps, repository: OpenRepository, path: string): Promise<void> {
  const removed = await repository.git.run(['worktree', 'remove', '--force', '--force', '--', path], { limitMs: CHECKOUT_LIMIT_MS });
  if (succeeded(removed) || (await kindOf(path)) === 'none') return;
  log.warn({ path, why: explain(removed) }, 'git could not remove the worktree; removing what is left of it');
  await removeTree(path);
}

/** Undo of `createWorktree`; every step can be repeated. */
export async function undoWorktree(
  deps: RemoveDeps,
  repository: OpenRepository,
  workspace: Workspace,
  spawn: { readonly sessionId: SessionId; readonly disposable: readonly string[] },
): Promise<Undone> {
  const { path } = workspace;
  await awaitOrphan(await findAdminEntry(repository.commonDir, path), repository, workspace);
  const opened = await openWorktree(deps.git, repository, path);
  // Killed before git had given it a HEAD: a link is all that can be in there.
  const stillborn = opened?.admin.initializing === true && (await commitOf(opened.git, 'HEAD')) === null;
  const worktree = stillborn ? null : opened;
  let undone: Undone = { preservedRef: null, movedTo: null };
  if (worktree === null) {
    const content = await readdir(path).catch(() => []);
    const admin = await findAdminEntry(repository.commonDir, path);
    if (admin?.initializing === true && content.every((name) => name === '.git')) await rm(join(path, '.git'), { force: true });
    const movedTo = await moveAside(path);
    if (movedTo !== null) deps.log.warn({ path, movedTo }, 'a folder that is no worktree was moved aside');
    undone = { preservedRef: null, movedTo };
  } else {
    undone = await clear(deps, repository, worktree, spawn);
  }
  await forgetEntry(repository, path);
  if (workspace.branchCreated) await deleteUntouchedBranch(repository, workspace);
  return undone;
}

/** Empties the place of an existing worktree, its work captured first. */
async function clear(
  deps: RemoveDeps,
  repository: OpenRepository,
  worktree: OpenWorktree,
  { sessionId, disposable }: { readonly sessionId: SessionId; readonly disposable: readonly string[] },
): Promise<Undone> {
  const { path } = worktree;
  const nested = await findNestedRepositories(path);
  const found = await findDirt({ worktree, repository: repository.root, disposable: [] });
  await removeOwnLinks({ worktree: path, repository: repository.root }, found.links);
  // The checkout was cut short, so no agent was ever in there: missing and truncated files are git's doing, not work.
  const untouched = worktree.admin.initializing && (await isOnlyCheckout(worktree, found));
  if (worktree.admin.initializing) await clearLocks(worktree.admin);
  const preservedRef = untouched ? null : await captureWork({ worktree, sessionId, except: nested });
  if (preservedRef !== null) deps.log.info({ sessionId, ref: preservedRef }, 'uncommitted work was captured');

  const precious = untouched ? [] : await findPrecious(deps, repository, { worktree, disposable });
  if (precious.length === 0) {
    await removeByForce(deps, repository, path);
    return { preservedRef, movedTo: null };
  }
  // A repository inside may hold commits that a ref of this one cannot: its folder and its entry stay together.
  const movedTo = await moveAside(path);
  if (movedTo !== null) {
    await repository.git.run(['worktree', 'repair', movedTo]);
    // On its commit, not on its branch, so that the branch is free for whoever comes back to it.
    const moved = await openWorktree(deps.git, repository, movedTo);
    if (moved !== null) await moved.git.run(['update-ref', '--no-deref', 'HEAD', 'HEAD^0']);
    for (const folder of nested) await relocateSubmodule(repository.git, join(movedTo, folder));
  }
  deps.log.warn({ sessionId, movedTo, precious }, 'the worktree holds what no ref can; it was moved aside');
  return { preservedRef, movedTo };
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
