/**
 * Repositories that were opened a moment ago: the steps of a spawn, and spawns of the same moment, ask git once what and where a
 * repository is. What its configuration could run is switched off by what git said of it, so an opening serves again only
 * while that configuration is, byte for byte, what it was before git was asked; everything else is opened anew each time.
 */
import { join } from 'node:path';
import { readText } from './entries.ts';
import type { Git } from './git.ts';
import { type OpenRepository, openRepository, resolveFolder } from './repository.ts';

/** The user's own configuration is not compared: a change of it is in force after this long. */
const KEPT_MS = 2_000;

export interface Openings {
  /** Throws `PATH_NOT_FOUND`, `NOT_A_REPOSITORY`. */
  open(path: string): Promise<OpenRepository>;
  /** As it is by now: for what changes something, once it is its turn. */
  again(repository: OpenRepository): Promise<OpenRepository>;
}

export type OpeningsDeps = {
  readonly git: Git;
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
};

type Kept = { readonly atMs: number; readonly configuration: string; readonly repository: Promise<OpenRepository> };

export function createOpenings({ git, monotonicMs }: OpeningsDeps): Openings {
  const kept = new Map<string, Kept>();

  async function reuse(folder: string, configuration: string): Promise<OpenRepository | null> {
    const known = kept.get(folder);
    if (known === undefined || known.configuration !== configuration || monotonicMs() - known.atMs >= KEPT_MS) return null;
    const repository = await known.repository.catch(() => null);
    return repository !== null && isComparable(folder, repository) ? repository : null;
  }

  async function openAt(folder: string, path: string): Promise<OpenRepository> {
    const configuration = await readConfiguration(folder);
    if (configuration === null) return await openRepository(git, path);
    const known = await reuse(folder, configuration);
    if (known !== null) return known;
    const repository = openRepository(git, path);
    kept.set(folder, { atMs: monotonicMs(), configuration, repository });
    return await repository;
  }

  return {
    open: async (path) => openAt(await resolveFolder(path), path),
    again: ({ root }) => openAt(root, root),
  };
}

/** The files in which an ordinary repository has its configuration, or says that it is elsewhere; `null` where there is none. */
async function readConfiguration(folder: string): Promise<string | null> {
  const texts = await Promise.all(['config', 'config.worktree', 'commondir'].map((name) => readText(join(folder, '.git', name))));
  return texts[0] === null ? null : JSON.stringify(texts);
}

/** Whether those files are all that the repository itself says. */
function isComparable(folder: string, { root, commonDir, git }: OpenRepository): boolean {
  return root === folder && commonDir === join(folder, '.git') && !git.configGoesOn;
}
