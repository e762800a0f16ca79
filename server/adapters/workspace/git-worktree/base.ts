/**
 * From a base's name to the commit that work starts at. Fetches the base where a remote `origin` answers in time; a remote
 * that does not is no reason to fail. Writes only `refs/remotes/origin/<base>`, as a fetch of the user would.
 */
import { AppError } from '../../../core/errors.ts';
import type { Log } from '../../../ports/log.ts';
import { explain, type GitAt, succeeded } from './git.ts';
import { type Refs, readRefs } from './refs.ts';
import type { OpenRepository } from './repository.ts';
import { toShellWord } from './shell-word.ts';

/** A spawn waits at most this long for a remote. */
const FETCH_LIMIT_MS = 5_000;
/** After a fetch that ran into its limit the remote is left alone this long: ten spawns must not wait ten times. */
const FETCH_PAUSE_MS = 60_000;

type Fetched = 'fetched' | 'failed' | 'not tried';

export interface Bases {
  /** The commit that `base` names in what is here now, or `null`. */
  lookUp(git: GitAt, base: string): Promise<string | null>;
  /** Fetches, then decides; `null` where nothing is named so. */
  resolve(repository: OpenRepository, base: string, refs: Refs): Promise<string | null>;
}

export type BasesDeps = {
  readonly log: Log;
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
  readonly fetchLimitMs?: number;
};

export function createBases({ log, monotonicMs, fetchLimitMs = FETCH_LIMIT_MS }: BasesDeps): Bases {
  const inFlight = new Map<string, Promise<Fetched>>();
  const pausedUntilMs = new Map<string, number>();

  async function fetchNow({ git, commonDir: key }: OpenRepository, branch: string): Promise<Fetched> {
    const refspec = `+refs/heads/${branch}:refs/remotes/origin/${branch}`;
    const result = await git.run(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', 'origin', refspec], {
      limitMs: fetchLimitMs,
    });
    if (succeeded(result)) return 'fetched';
    if (result.outcome === 'timed_out') pausedUntilMs.set(key, monotonicMs() + FETCH_PAUSE_MS);
    log.warn({ repository: git.cwd, base: branch, why: explain(result) }, 'base could not be fetched; going on with what is here');
    return 'failed';
  }

  /** Spawns of the same moment share one fetch. */
  function fetchBase(repository: OpenRepository, branch: string): Promise<Fetched> {
    const { git, commonDir: key } = repository;
    if (!git.remotesAllowed) {
      log.warn({ repository: git.cwd }, 'not fetched: the repository sets remote.*.uploadpack, a program');
      return Promise.resolve('not tried');
    }
    if (git.config('remote.origin.url').length === 0) return Promise.resolve('not tried');
    if (monotonicMs() < (pausedUntilMs.get(key) ?? Number.NEGATIVE_INFINITY)) return Promise.resolve('not tried');
    const flight = `${key}\0${branch}`;
    const running = inFlight.get(flight);
    if (running !== undefined) return running;
    const mine = fetchNow(repository, branch).finally(() => inFlight.delete(flight));
    inFlight.set(flight, mine);
    return mine;
  }

  async function decide(git: GitAt, branch: string): Promise<string | null> {
    const { local, remote } = named(await readRefs(git, patternsOfBase(branch)), branch);
    if (local === null || remote === null || local === remote) return local ?? remote;
    if (await isAncestor(git, { ancestor: remote, of: local })) return local;
    if (await isAncestor(git, { ancestor: local, of: remote })) return remote;
    log.warn({ repository: git.cwd, base: branch }, 'local base and its remote have diverged; the local one is used');
    return local;
  }

  /** A local branch, brought up to date with its remote. */
  async function resolveBranch(repository: OpenRepository, branch: string, refs: Refs): Promise<string | null> {
    const { git } = repository;
    const fetched = isBranchName(branch) ? await fetchBase(repository, branch) : 'not tried';
    if (fetched === 'fetched') return decide(git, branch);
    // Seconds may have gone by with trying.
    return lookUpAnything(git, branch, fetched === 'failed' ? await readRefs(git, patternsOfBase(branch)) : refs);
  }

  return {
    lookUp: async (git, base) => (isNameable(base) ? lookUpAnything(git, base, await readRefs(git, patternsOfBase(base))) : null),

    async resolve(repository, base, refs) {
      if (!isNameable(base)) return null;
      const { git } = repository;
      const { local, remote } = named(refs, base);
      if (local !== null) return git.config('remote.origin.url').length === 0 ? local : resolveBranch(repository, base, refs);
      if (base.startsWith('origin/')) {
        const branch = base.slice('origin/'.length);
        if (isBranchName(branch)) await fetchBase(repository, branch);
        return commitOf(git, `refs/remotes/origin/${branch}`);
      }
      // A tag or a commit does not move: nothing to fetch. What is not known at all may be a branch that only the remote has.
      return (remote === null ? await commitOf(git, base) : null) ?? resolveBranch(repository, base, refs);
    },
  };
}

/** Where `named` finds a base. A name that a pattern would give a meaning to is none of a branch. */
export function patternsOfBase(base: string): readonly string[] {
  return isNameable(base) && isBranchName(base) ? [`refs/heads/${base}`, `refs/remotes/origin/${base}`] : [];
}

function named(refs: Refs, base: string): { readonly local: string | null; readonly remote: string | null } {
  return { local: refs.get(`refs/heads/${base}`) ?? null, remote: refs.get(`refs/remotes/origin/${base}`) ?? null };
}

export function baseNotFound(repository: string, base: string): AppError {
  return new AppError({
    code: 'BASE_NOT_FOUND',
    message: `The base ${JSON.stringify(base.slice(0, 250))} names no commit in ${repository}; the branch may be gone or misspelled.`,
    hint: `See the branches with: git -C ${toShellWord(repository)} branch --all; then name one: ao project set <id> --base <branch>`,
  });
}

/** Local branch, then the remote's, then whatever git makes of it (a tag, a commit). */
async function lookUpAnything(git: GitAt, base: string, refs: Refs): Promise<string | null> {
  const { local, remote } = named(refs, base);
  return local ?? remote ?? (await commitOf(git, base));
}

export async function commitOf(git: GitAt, name: string): Promise<string | null> {
  const result = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  return succeeded(result) ? result.stdout.trim() : null;
}

async function isAncestor(git: GitAt, { ancestor, of }: { readonly ancestor: string; readonly of: string }): Promise<boolean> {
  return succeeded(await git.run(['merge-base', '--is-ancestor', ancestor, of]));
}

/** Text that may be handed to git as a revision at all. */
function isNameable(base: string): boolean {
  return base !== '' && base.length <= 250 && !base.startsWith('-') && !/[\u0000-\u001f\u007f]/.test(base);
}

/** Text that may stand in a refspec: nothing that a refspec or a ref gives a meaning to. */
function isBranchName(branch: string): boolean {
  return !/[\s~^:?*[\\]|\.\.|@\{|^\/|\/$|\/\/|\.lock(\/|$)/.test(branch) && branch !== '@';
}
