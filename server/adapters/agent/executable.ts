/** Finds programs the way a shell would, in the session's environment and not in the daemon's. Reads only. */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The absolute path of `name`, or `null`. Empty and relative entries of PATH mean "where I happen to stand": for an agent
 * that is its worktree, where a repository could put a program of that name, so they are passed over.
 */
export function findOnPath(name: string, path: string | undefined): string | null {
  for (const folder of searchedFolders(path)) {
    const candidate = join(folder, name);
    if (isExecutable(candidate)) return candidate;
  }
  return null;
}

export function searchedFolders(path: string | undefined): readonly string[] {
  return (path ?? '').split(':').filter((folder) => isAbsolute(folder));
}
