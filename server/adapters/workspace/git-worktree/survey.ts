/** What lies on the disk where our worktrees are, and in the refs that hold captured work. Only reads. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PRESERVED } from './capture.ts';
import type { Openings } from './openings.ts';
import { readRefs } from './refs.ts';

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
export async function listPreserved(openings: Openings, path: string): Promise<readonly string[]> {
  try {
    const { git } = await openings.open(path);
    return [...(await readRefs(git, [PRESERVED])).keys()];
  } catch {
    return [];
  }
}
