/** Repositories inside a worktree (submodules, clones): what they hold is in no commit of ours, so they are looked at before a removal. */
import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { readText } from './entries.ts';
import { type Git, type GitAt, succeeded, TREE_LIMIT_MS } from './git.ts';
import { kindOf } from './worktree.ts';

/** Folders below `root`, relative to it, that have a `.git` of their own. Symlinks are not followed. */
export async function findNestedRepositories(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const open: string[] = [root];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (folder !== root && entries.some((entry) => entry.name === '.git')) found.push(relative(root, folder));
    for (const entry of entries) if (entry.isDirectory() && entry.name !== '.git') open.push(join(folder, entry.name));
  }
  return found;
}

/** True only where everything in it is committed and every commit is on a remote. */
export async function isNestedDisposable(git: Git, path: string): Promise<boolean> {
  if ((await kindOf(path)) !== 'directory') return false;
  const nested = await git.at(path).catch(() => null);
  if (nested === null) return false;
  const status = await nested.run(['status', '--porcelain=v1', '-z', '--untracked-files=all', '--ignore-submodules=dirty'], {
    limitMs: TREE_LIMIT_MS,
  });
  if (!succeeded(status) || status.stdout !== '') return false;
  const unpushed = await nested.run(['rev-list', '--max-count=1', '--all', 'HEAD', '--not', '--remotes']);
  return succeeded(unpushed) && unpushed.stdout === '';
}

/** Tells a submodule's repository, which lies elsewhere, where its folder is now. */
export async function relocateSubmodule(git: GitAt, folder: string): Promise<void> {
  const link = /^gitdir: (.*)$/m.exec((await readText(join(folder, '.git'))) ?? '')?.[1];
  if (link === undefined) return;
  await git.run(['config', '--file', join(resolve(folder, link), 'config'), 'core.worktree', folder]);
}
