/**
 * Makes a planned worktree, and finishes or clears what an earlier attempt left when it was killed: at any of git's steps the
 * next call ends with the worktree there. What is not provably our own half-done work is moved aside, never deleted.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Workspace } from '../../../core/session/session.ts';
import type { Log } from '../../../ports/log.ts';
import { assertNotCheckedOut } from './branches.ts';
import { type AdminEntry, findAdminEntry, listEntries, removeAdminEntry } from './entries.ts';
import { CHECKOUT_LIMIT_MS, explain, type Git, succeeded } from './git.ts';
import type { OpenRepository } from './repository.ts';
import { kindOf, moveAside, mustRun, type OpenWorktree, openWorktree, worktreeFailed } from './worktree.ts';

/** A git that outlived its killed daemon may still be at work; it is given up on after this long without a trace of progress. */
const ORPHAN_STILL_MS = 2_000;
const ORPHAN_POLL_MS = 50;

export type CreateDeps = { readonly git: Git; readonly log: Log };

export async function createWorktree(deps: CreateDeps, repository: OpenRepository, workspace: Workspace): Promise<void> {
  const { log } = deps;
  if (await addFresh(repository, workspace)) return;
  const admin = await awaitOrphan(await findAdminEntry(repository.commonDir, workspace.path), repository, workspace);
  if (admin !== null && (await settle(deps, repository, workspace))) return;

  const aside = await moveAside(workspace.path);
  if (aside !== null) log.warn({ path: workspace.path, aside }, 'a folder was in the way of a worktree and was moved aside');
  // Its folder is gone by now, whether by hand or just moved: only this one entry is forgotten.
  const stale = await findAdminEntry(repository.commonDir, workspace.path);
  if (stale !== null) await removeAdminEntry(stale);

  await makeParent(workspace);
  await addWorktree(repository, workspace);
}

/**
 * What nearly every spawn finds: no folder, no entry, no branch. Git refuses anything else before there is a folder, so it is
 * looked for only then: a look is one more process, and a file to read for each worktree there is.
 */
async function addFresh({ git }: OpenRepository, workspace: Workspace): Promise<boolean> {
  if (!workspace.branchCreated) return false;
  const [kind] = await Promise.all([kindOf(workspace.path), makeParent(workspace)]);
  if (kind !== 'none') return false;
  const added = await git.run(newBranchArgs(workspace), { limitMs: CHECKOUT_LIMIT_MS });
  if (added.outcome !== 'exited') throw worktreeFailed(`Making the worktree ${workspace.path}`, explain(added), workspace);
  return succeeded(added);
}

function newBranchArgs({ branch, path, baseCommit }: Workspace): readonly string[] {
  return ['worktree', 'add', '--quiet', '--no-track', '-b', branch, '--', path, baseCommit];
}

async function makeParent(workspace: Workspace): Promise<void> {
  const parent = dirname(workspace.path);
  await mkdir(parent, { recursive: true, mode: 0o700 }).catch((caught: unknown) => {
    throw worktreeFailed(`Making the folder ${parent}`, caught instanceof Error ? caught.message : String(caught), workspace);
  });
}

async function addWorktree(repository: OpenRepository, workspace: Workspace): Promise<void> {
  const { git } = repository;
  const exists = succeeded(await git.run(['show-ref', '--verify', '--quiet', `refs/heads/${workspace.branch}`]));
  if (exists) assertNotCheckedOut(await listEntries(git), workspace.branch);
  const args = exists ? ['worktree', 'add', '--quiet', '--', workspace.path, workspace.branch] : newBranchArgs(workspace);
  const added = await git.run(args, { limitMs: CHECKOUT_LIMIT_MS });
  if (succeeded(added)) return;
  // Another program may have taken the branch since the look above.
  if (exists) assertNotCheckedOut(await listEntries(git), workspace.branch, workspace.path);
  throw worktreeFailed(`Making the worktree ${workspace.path}`, explain(added), workspace);
}

/** Brings an existing entry of ours in order. True when the worktree stands afterwards. */
async function settle(deps: CreateDeps, repository: OpenRepository, workspace: Workspace): Promise<boolean> {
  let worktree = await openWorktree(deps.git, repository, workspace.path);
  if (worktree === null && (await kindOf(join(workspace.path, '.git'))) === 'file') {
    // The repository moved: the entry knows the folder, the folder does not know the entry.
    await repository.git.run(['worktree', 'repair', workspace.path]);
    worktree = await openWorktree(deps.git, repository, workspace.path);
  }
  if (worktree === null) {
    // Killed before git had linked both ends: nothing but the link can be in there.
    const admin = await findAdminEntry(repository.commonDir, workspace.path);
    const content = await readdir(workspace.path).catch(() => []);
    if (admin?.initializing === true && content.every((name) => name === '.git')) await rm(join(workspace.path, '.git'), { force: true });
    return false;
  }
  if (worktree.admin.initializing) await finish(repository, worktree, workspace);
  return true;
}

/** The rest of a `worktree add` that was killed during its checkout. Files that are not part of the commit stay as they are. */
async function finish(repository: OpenRepository, worktree: OpenWorktree, workspace: Workspace): Promise<void> {
  await clearLocks(worktree.admin);
  if (!succeeded(await repository.git.run(['show-ref', '--verify', '--quiet', `refs/heads/${workspace.branch}`]))) {
    await mustRun(repository.git, 'Making the branch', ['update-ref', `refs/heads/${workspace.branch}`, workspace.baseCommit, '']);
  }
  await mustRun(worktree.git, 'Finishing the worktree', ['symbolic-ref', 'HEAD', `refs/heads/${workspace.branch}`]);
  await mustRun(worktree.git, 'Finishing the worktree', ['reset', '--hard', '--quiet', '--no-recurse-submodules'], {
    limitMs: CHECKOUT_LIMIT_MS,
  });
  await rm(join(worktree.admin.dir, 'locked'), { force: true });
}

/** Lock files of a git that is proven to be gone. */
export async function clearLocks(admin: AdminEntry): Promise<void> {
  for (const name of ['index.lock', 'HEAD.lock']) await rm(join(admin.dir, name), { force: true });
}

/**
 * Waits while a half-made entry is still being worked on. Polls, because the process that does it is nobody's child any
 * more; a pid would not help, git leaves none.
 */
export async function awaitOrphan(first: AdminEntry | null, repository: OpenRepository, workspace: Workspace): Promise<AdminEntry | null> {
  let entry = first;
  let seen = '';
  let stillMs = 0;
  while (entry?.initializing === true && stillMs < ORPHAN_STILL_MS) {
    const now = await traceOf(entry, workspace);
    stillMs = now === seen ? stillMs + ORPHAN_POLL_MS : 0;
    seen = now;
    await new Promise((resolve) => setTimeout(resolve, ORPHAN_POLL_MS));
    entry = await findAdminEntry(repository.commonDir, workspace.path);
  }
  return entry;
}

async function traceOf(entry: AdminEntry, workspace: Workspace): Promise<string> {
  const look = (path: string): Promise<string> =>
    stat(path).then(
      (stats) => `${stats.size}:${stats.mtimeMs}`,
      () => '-',
    );
  const names = await readdir(workspace.path).catch(() => []);
  const deepest = names.at(-1);
  const parts = [
    entry.dir,
    join(entry.dir, 'index'),
    join(entry.dir, 'index.lock'),
    workspace.path,
    ...(deepest === undefined ? [] : [join(workspace.path, deepest)]),
  ];
  return (await Promise.all(parts.map(look))).join('|') + names.length;
}
