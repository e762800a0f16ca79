/**
 * Git's own book of worktrees, and the folder that holds our entry (`<common>/worktrees/<name>`). Reads; the one thing it
 * deletes is an entry that the caller has proven to be ours.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { GitAt } from './git.ts';
import { succeeded } from './git.ts';

export type WorktreeEntry = {
  readonly path: string;
  /** Full ref, `null` when detached. */
  readonly branch: string | null;
  readonly prunable: boolean;
};

export async function listEntries(git: GitAt): Promise<readonly WorktreeEntry[]> {
  const listed = await git.run(['worktree', 'list', '--porcelain']);
  return succeeded(listed) ? parseEntries(listed.stdout) : [];
}

/** Pure. */
export function parseEntries(text: string): readonly WorktreeEntry[] {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== ''))
    .filter((lines) => lines[0]?.startsWith('worktree ') === true)
    .map((lines) => ({
      path: (lines[0] ?? '').slice('worktree '.length),
      branch: lines.find((line) => line.startsWith('branch '))?.slice('branch '.length) ?? null,
      prunable: lines.some((line) => line === 'prunable' || line.startsWith('prunable ')),
    }));
}

export type AdminEntry = {
  /** `<common>/worktrees/<name>`. */
  readonly dir: string;
  /** Git's note while `worktree add` is under way; it takes it away as its last step. */
  readonly initializing: boolean;
};

/** The entry whose `gitdir` names this path. Read from the files, since a half-made entry is not always listed. */
export async function findAdminEntry(commonDir: string, path: string): Promise<AdminEntry | null> {
  const folder = join(commonDir, 'worktrees');
  // Git names an entry after its folder where it can; so nearly always the first one read is the one.
  const likely = basename(path);
  const names = (await readdir(folder).catch(() => [])).sort((a, b) => Number(b === likely) - Number(a === likely));
  for (const name of names) {
    const dir = join(folder, name);
    const gitdir = await readText(join(dir, 'gitdir'));
    // Git 2.48 may write it relative to the entry.
    if (gitdir === null || resolve(dir, gitdir.trim()) !== join(path, '.git')) continue;
    return { dir, initializing: (await readText(join(dir, 'locked')))?.trim() === 'initializing' };
  }
  return null;
}

/** Forgets one entry of ours whose folder is gone; what others left prunable is not touched. */
export async function removeAdminEntry(entry: AdminEntry): Promise<void> {
  await rm(entry.dir, { recursive: true, force: true });
}

export async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
