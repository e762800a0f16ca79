/** What a worktree holds that no commit has. Reads only; the user's index is not written, not even refreshed. */
import { randomUUID } from 'node:crypto';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dirt } from '../../../ports/workspace.ts';
import { type GitOptions, TREE_LIMIT_MS } from './git.ts';
import { isOwnLink } from './links.ts';
import { kindOf, mustRun, type OpenWorktree } from './worktree.ts';

export type DirtRequest = { readonly worktree: OpenWorktree; readonly repository: string; readonly disposable: readonly string[] };

/** Links that we made ourselves are told apart: they are no dirt, but in git's way when the worktree goes. */
export type Found = Dirt & { readonly links: readonly string[] };

export async function findDirt({ worktree, repository, disposable }: DirtRequest): Promise<Found> {
  const statusArgs = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=dirty'];
  const changed = parseStatus(
    await withHonestIndex(worktree, (options) => mustRun(worktree.git, 'Looking for uncommitted work', statusArgs, options)),
  );
  // Without the standard excludes everything ignored is "other" too; what the project calls disposable is left out by git's
  // own matching. A folder stands for its content.
  const excludes = disposable.map((pattern) => `--exclude=${pattern}`);
  const otherArgs = ['ls-files', '-z', '--others', '--directory', '--no-empty-directory', ...excludes];
  const others = (await mustRun(worktree.git, 'Looking for ignored files', otherArgs, { limitMs: TREE_LIMIT_MS }))
    .split('\0')
    .filter((path) => path !== '' && !changed.some((file) => file === path || (path.endsWith('/') && file.startsWith(path))));

  const files: string[] = [];
  const links: string[] = [];
  for (const path of [...changed, ...others]) {
    ((await isOwnLink({ worktree: worktree.path, repository }, path)) ? links : files).push(path);
  }
  return { files, links };
}

/** Ignored files and folders that the project does not call disposable: what `add --all`, and so a ref, leaves out. */
export async function findIgnored({ worktree, repository, disposable }: DirtRequest): Promise<readonly string[]> {
  const list = async (rules: readonly string[]): Promise<readonly string[]> => {
    const args = ['ls-files', '-z', '--others', '--ignored', '--directory', ...rules];
    const listed = await mustRun(worktree.git, 'Looking for ignored files', args, { limitMs: TREE_LIMIT_MS });
    return listed.split('\0').filter((path) => path !== '');
  };
  const ignored: string[] = [];
  for (const path of await list(['--exclude-standard']))
    if (!(await isOwnLink({ worktree: worktree.path, repository }, path))) ignored.push(path);
  if (ignored.length === 0 || disposable.length === 0) return ignored;
  const expendable = await list(disposable.map((pattern) => `--exclude=${pattern}`));
  return ignored.filter((path) => !expendable.some((other) => other === path || (other.endsWith('/') && path.startsWith(other))));
}

/** Pure: paths of `status --porcelain=v1 -z` with renames off, so that each entry is `XY path`. */
export function parseStatus(text: string): readonly string[] {
  return text
    .split('\0')
    .filter((entry) => entry.length > 3)
    .map((entry) => entry.slice(3));
}

/** Paths that an index is told not to look at (`assume-unchanged`, `skip-worktree`): changes there would be missed. */
export function parseHidden(text: string): { readonly assumed: readonly string[]; readonly skipped: readonly string[] } {
  const entries = text.split('\0').filter((entry) => entry.length > 2);
  return {
    assumed: entries.filter((entry) => /^[a-z]/.test(entry)).map((entry) => entry.slice(2)),
    skipped: entries.filter((entry) => /^[sS]/.test(entry)).map((entry) => entry.slice(2)),
  };
}

/** Works with the index as it is, or, where it hides files that exist, with a copy that does not. */
async function withHonestIndex<T>(worktree: OpenWorktree, work: (options: GitOptions) => Promise<T>): Promise<T> {
  const hidden = parseHidden(await mustRun(worktree.git, 'Reading the index', ['ls-files', '-v', '-z'], { limitMs: TREE_LIMIT_MS }));
  if (hidden.assumed.length === 0 && hidden.skipped.length === 0) return work({ limitMs: TREE_LIMIT_MS });
  const copy = join(worktree.admin.dir, `ao-look-${randomUUID()}`);
  try {
    await copyFile(join(worktree.admin.dir, 'index'), copy);
    await unhide(worktree, copy);
    return await work({ limitMs: TREE_LIMIT_MS, env: { GIT_INDEX_FILE: copy } });
  } finally {
    await rm(copy, { force: true });
  }
}

/** Makes an index (never the user's own) see every file that is there. */
export async function unhide(worktree: OpenWorktree, indexFile: string): Promise<void> {
  const env = { GIT_INDEX_FILE: indexFile };
  const hidden = parseHidden(await mustRun(worktree.git, 'Reading the index', ['ls-files', '-v', '-z'], { env, limitMs: TREE_LIMIT_MS }));
  const present: string[] = [];
  // A sparse checkout has thousands that are not there and not missed.
  for (const path of hidden.skipped) if ((await kindOf(join(worktree.path, path))) !== 'none') present.push(path);
  const update = (flag: string, paths: readonly string[]): Promise<unknown> =>
    paths.length === 0
      ? Promise.resolve()
      : mustRun(worktree.git, 'Reading the index', ['update-index', flag, '-z', '--stdin'], {
          env,
          input: paths.map((path) => `${path}\0`).join(''),
        });
  await update('--no-assume-unchanged', hidden.assumed);
  await update('--no-skip-worktree', present);
}
