/** A worktree of ours, opened for work: proven to be the folder and the entry that belong together before any git runs in it. */
import { lstat } from 'node:fs';
import { readdir, realpath, rename, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { Workspace } from '../../../core/session/session.ts';
import type { WorktreeState } from '../../../ports/workspace.ts';
import { type AdminEntry, findAdminEntry, readText } from './entries.ts';
import { explain, type Git, type GitAt, type GitOptions, succeeded } from './git.ts';
import { bind, type OpenRepository } from './repository.ts';

export type OpenWorktree = { readonly path: string; readonly admin: AdminEntry; readonly git: GitAt };

/**
 * `null` where the folder is no worktree of this repository. Without this check git would look further up, and a dotfiles
 * repository in the home above the data dir would be "captured" instead.
 */
export async function openWorktree(git: Git, repository: OpenRepository, path: string): Promise<OpenWorktree | null> {
  const admin = await findAdminEntry(repository.commonDir, path);
  if (admin === null || (await kindOf(path)) !== 'directory' || (await kindOf(join(path, '.git'))) !== 'file') return null;
  const link = /^gitdir: (.*)$/m.exec((await readText(join(path, '.git'))) ?? '')?.[1];
  if (link === undefined) return null;
  // By real paths: the repository may be reached through a link by now.
  const target = await realpath(resolve(path, link)).catch(() => null);
  if (target !== (await realpath(admin.dir).catch(() => admin.dir))) return null;
  return { path, admin, git: await bind(git, path) };
}

/** What a worktree looks like from outside. Only positive evidence says `missing`. */
export async function observeWorktree(path: string): Promise<WorktreeState> {
  const folder = await kindOf(path);
  if (folder === 'unknown') return 'unknown';
  if (folder !== 'directory') return 'missing';
  const link = await kindOf(join(path, '.git'));
  return link === 'unknown' ? 'unknown' : link === 'none' ? 'missing' : 'present';
}

export type PathKind = 'directory' | 'file' | 'symlink' | 'other' | 'none' | 'unknown';

export function kindOf(path: string): Promise<PathKind> {
  // By callback: each look at all sessions asks this twice for each of them, and the promise of `fs/promises` costs as much again.
  return new Promise((resolve) => {
    try {
      lstat(path, (error, stats) => {
        if (error !== null) resolve(error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'none' : 'unknown');
        else resolve(stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : stats.isFile() ? 'file' : 'other');
      });
    } catch {
      // No path at all, e.g. one with NUL.
      resolve('unknown');
    }
  });
}

/** Makes room without deleting: an empty folder goes, anything else is renamed to the first free `<path>.stale-<n>`. */
export async function moveAside(path: string): Promise<string | null> {
  const kind = await kindOf(path);
  if (kind === 'none') return null;
  if (kind === 'directory' && (await readdir(path)).length === 0) {
    await rmdir(path);
    return null;
  }
  let n = 1;
  while ((await kindOf(`${path}.stale-${n}`)) !== 'none') n += 1;
  await rename(path, `${path}.stale-${n}`);
  return `${path}.stale-${n}`;
}

/** Runs git and throws `WORKTREE_FAILED` with its reason; stdout otherwise. */
export async function mustRun(git: GitAt, what: string, args: readonly string[], options?: GitOptions): Promise<string> {
  const result = await git.run(args, options);
  if (!succeeded(result)) throw worktreeFailed(what, explain(result));
  return result.stdout;
}

/** As git says it and as Node does. */
const UNWRITABLE = /No space left on device|Disk quota exceeded|Read-only file system|ENOSPC|EDQUOT|EROFS/;

export function worktreeFailed(what: string, why: string, workspace?: Workspace): AppError {
  return new AppError({
    code: 'WORKTREE_FAILED',
    message: `${what} failed: ${why}.`,
    hint: hintFor(why, workspace),
  });
}

function hintFor(why: string, workspace: Workspace | undefined): string {
  if (UNWRITABLE.test(why)) return 'Free some space, or mount it writable (`df -h` and `mount` show how it stands), then try again.';
  if (workspace === undefined) return 'Mend what git complains about and try again; ao project ls names the repository';
  return `Look at it: git -C ${workspace.repository} worktree list`;
}
