/** What lies on the disk where our worktrees are, and in the refs that hold captured work. Only reads. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PRESERVED } from './capture.ts';
import { type Git, succeeded } from './git.ts';
import { openRepository } from './repository.ts';

/** `<root>/<project>/<folder>`, all of them, sorted. A root that is not there has none. */
export async function listFolders(root: string): Promise<readonly string[]> {
  const projects = await subfolders(root);
  const nested = await Promise.all(projects.map(subfolders));
  return nested.flat().sort();
}

async function subfolders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
}

/** A repository that is gone has none that we could name. */
export async function listPreserved(git: Git, path: string): Promise<readonly string[]> {
  try {
    const repository = await openRepository(git, path);
    const result = await repository.git.run(['for-each-ref', '--format=%(refname)', PRESERVED]);
    return succeeded(result) ? result.stdout.split('\n').filter((line) => line !== '') : [];
  } catch {
    return [];
  }
}
