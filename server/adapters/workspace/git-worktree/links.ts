/**
 * Links from a worktree to its repository (`node_modules`, `.env`). Owns which are made and which count as ours; never one
 * that leads out of either tree, and never over something that is there.
 */
import { mkdir, readlink, realpath, symlink, unlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { Log } from '../../../ports/log.ts';
import { kindOf } from './worktree.ts';

export type Trees = { readonly worktree: string; readonly repository: string };

export async function linkPaths(trees: Trees, paths: readonly string[], log: Log): Promise<void> {
  const real = { worktree: await realpath(trees.worktree), repository: await realpath(trees.repository) };
  for (const path of paths) await linkOne(real, path, log);
}

async function linkOne(trees: Trees, path: string, log: Log): Promise<void> {
  assertRelative(path);
  const source = join(trees.repository, path);
  const target = join(trees.worktree, path);
  if ((await kindOf(source)) === 'none') {
    log.info({ path, repository: trees.repository }, 'not linked: the repository has no such path');
    return;
  }
  if (!isInside(trees.repository, await realpath(source))) throw refuse(path, 'it leads out of the repository');
  if ((await kindOf(target)) !== 'none') return;
  // The parent that exists decides: a symlinked folder of the checkout could lead anywhere.
  let parent = dirname(target);
  while ((await kindOf(parent)) === 'none') parent = dirname(parent);
  const realParent = await realpath(parent);
  if (realParent !== trees.worktree && !isInside(trees.worktree, realParent))
    throw refuse(path, 'a folder on its way leads out of the worktree');
  await mkdir(dirname(target), { recursive: true });
  await symlink(source, target);
}

/** Whether a path in a worktree is a link that we made: such a one is neither dirt nor work. */
export async function isOwnLink(trees: Trees, path: string): Promise<boolean> {
  const clean = path.replace(/\/$/, '');
  const to = await readlink(join(trees.worktree, clean)).catch(() => null);
  return to !== null && to === join(trees.repository, clean);
}

export async function removeOwnLinks(trees: Trees, paths: readonly string[]): Promise<void> {
  for (const path of paths) if (await isOwnLink(trees, path)) await unlink(join(trees.worktree, path.replace(/\/$/, '')));
}

function assertRelative(path: string): void {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const bad =
    path.includes('\0') || isAbsolute(path) || parts.length === 0 || parts.some((part) => part === '..' || part.toLowerCase() === '.git');
  if (bad) {
    throw new AppError({
      code: 'BAD_INPUT',
      message: `The link ${JSON.stringify(path.slice(0, 200))} is not a path inside the repository.`,
      hint: 'Use paths relative to the repository, without "..", e.g. node_modules',
    });
  }
}

function refuse(path: string, why: string): AppError {
  return new AppError({
    code: 'WORKTREE_FAILED',
    message: `${JSON.stringify(path)} cannot be linked into the worktree: ${why}.`,
    hint: 'Take it off the project: ao project set <id> --symlinks <paths>',
  });
}

function isInside(tree: string, path: string): boolean {
  return path.startsWith(tree.endsWith(sep) ? tree : tree + sep);
}
