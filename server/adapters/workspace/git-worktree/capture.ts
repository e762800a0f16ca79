/**
 * Captures uncommitted work to a ref without touching the user's index, and puts it back. The commit is shaped like a
 * stash: the working tree, with HEAD as its first parent and the staged state, where that is something else again, as its second.
 */
import { randomUUID } from 'node:crypto';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../../../core/ids.ts';
import { commitOf } from './base.ts';
import { unhide } from './dirt.ts';
import { CHECKOUT_LIMIT_MS, type GitOptions, succeeded, TREE_LIMIT_MS } from './git.ts';
import { findNestedRepositories } from './nested.ts';
import { kindOf, mustRun, type OpenWorktree, worktreeFailed } from './worktree.ts';

export const PRESERVED = 'refs/ao/preserved/';
/** Captured work is about to be the only copy: on the disk before anything is removed. Gits before 2.36 do not know the word. */
const DURABLE = ['core.fsync=all'];
const NOBODY = { name: 'Agent Orchestrator', email: 'ao@localhost' };

export type CaptureRequest = {
  readonly worktree: OpenWorktree;
  readonly sessionId: SessionId;
  /** Folders, relative, that `add` must leave alone: repositories of their own. */
  readonly except: readonly string[];
};

/** The preserved ref, or `null` when there is nothing that no commit has. */
export async function captureWork({ worktree, sessionId, except }: CaptureRequest): Promise<string | null> {
  const head = await commitOf(worktree.git, 'HEAD');
  const { tree, stagedTree } = await snapshot(worktree, except);
  const headTree = head === null ? null : await treeOf(worktree, head);
  if (tree === headTree && (stagedTree === null || stagedTree === headTree)) {
    return head === null || (await isReachable(worktree, head)) ? null : keepRef(worktree, sessionId, head);
  }
  const identity = await identityOf(worktree);
  const staged =
    stagedTree === null || stagedTree === headTree || stagedTree === tree
      ? []
      : [
          await commitTree(worktree, {
            tree: stagedTree,
            parents: head === null ? [] : [head],
            message: `Staged work of ${sessionId}`,
            identity,
          }),
        ];
  const parents = [...(head === null ? [] : [head]), ...staged];
  const commit = await commitTree(worktree, {
    tree,
    parents,
    message: `Uncommitted work of ${sessionId}\n\nWorktree: ${worktree.path}`,
    identity,
  });
  return keepRef(worktree, sessionId, commit);
}

/** Trees of the working tree and of the index as it is (`null` while it has unmerged entries), written from a copy of the index. */
async function snapshot(
  worktree: OpenWorktree,
  except: readonly string[],
): Promise<{ readonly tree: string; readonly stagedTree: string | null }> {
  const index = join(worktree.admin.dir, `ao-capture-${randomUUID()}`);
  const options: GitOptions = {
    env: { GIT_INDEX_FILE: index },
    limitMs: CHECKOUT_LIMIT_MS,
    config: [...DURABLE, 'core.splitIndex=false', 'core.safecrlf=false'],
  };
  try {
    const copied = await copyFile(join(worktree.admin.dir, 'index'), index).then(
      () => true,
      () => false,
    );
    if (!copied && (await commitOf(worktree.git, 'HEAD')) !== null)
      await mustRun(worktree.git, 'Capturing work', ['read-tree', 'HEAD'], options);
    const staged = copied ? await worktree.git.run(['write-tree'], options) : null;
    if (copied) await unhide(worktree, index);
    const sparse = worktree.git.config('core.sparsecheckout').at(-1) === 'true' ? ['--sparse'] : [];
    const excluded = except.map((path) => `:(top,exclude,literal)${path}`);
    await mustRun(worktree.git, 'Capturing work', ['add', '--all', ...sparse, '--', '.', ...excluded], options);
    const tree = (await mustRun(worktree.git, 'Capturing work', ['write-tree'], options)).trim();
    return { tree, stagedTree: staged !== null && succeeded(staged) ? staged.stdout.trim() : null };
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/** In the worktree's entry while captured work is being put back: after a crash nobody takes its conflict markers for work. */
const APPLYING = 'ao-applying';

export async function applyPreserved(worktree: OpenWorktree, ref: string): Promise<'applied' | 'conflict' | 'missing'> {
  const commit = ref.startsWith(PRESERVED) ? await commitOf(worktree.git, ref) : null;
  if (commit === null) return 'missing';
  const applying = join(worktree.admin.dir, APPLYING);
  // A crash after an earlier call had put it back: it is there already.
  if ((await snapshot(worktree, [])).tree === (await treeOf(worktree, commit))) {
    await rm(applying, { force: true });
    return 'applied';
  }
  if ((await kindOf(applying)) !== 'none') await clearInterrupted(worktree, ref);
  const changed = await mustRun(
    worktree.git,
    'Looking for uncommitted work',
    ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--ignore-submodules=dirty'],
    { limitMs: TREE_LIMIT_MS },
  );
  if (changed !== '') return 'conflict';
  const parents =
    (await mustRun(worktree.git, 'Reading captured work', ['rev-list', '--parents', '--max-count=1', commit])).trim().split(' ').length - 1;
  const mainline = parents > 1 ? ['--mainline', '1'] : [];
  await writeFile(applying, `${ref}\n`);
  const picked = await worktree.git.run(['cherry-pick', '--no-commit', '--allow-empty', ...mainline, commit], {
    limitMs: CHECKOUT_LIMIT_MS,
    env: identityEnv(NOBODY),
  });
  // Nothing tracked was changed before, so going back to HEAD takes away only what the pick brought.
  await mustRun(worktree.git, 'Putting captured work back', succeeded(picked) ? ['reset', '--quiet'] : BACK_TO_HEAD, {
    limitMs: CHECKOUT_LIMIT_MS,
  });
  await rm(applying, { force: true });
  return succeeded(picked) ? 'applied' : 'conflict';
}

const BACK_TO_HEAD = ['reset', '--hard', '--quiet', '--no-recurse-submodules'];

/** What an interrupted call left, half files and markers, goes into a ref of its own first: somebody may have worked on it since. */
async function clearInterrupted(worktree: OpenWorktree, ref: string): Promise<void> {
  await rm(join(worktree.admin.dir, 'index.lock'), { force: true });
  await captureWork({ worktree, sessionId: ref.slice(PRESERVED.length) as SessionId, except: await findNestedRepositories(worktree.path) });
  await mustRun(worktree.git, 'Putting captured work back', BACK_TO_HEAD, { limitMs: CHECKOUT_LIMIT_MS });
  await rm(join(worktree.admin.dir, APPLYING), { force: true });
}

/** A commit that some branch, tag or remote has will not be lost with the worktree. */
export async function isReachable(worktree: OpenWorktree, commit: string): Promise<boolean> {
  const holders = await mustRun(
    worktree.git,
    'Looking for the commits',
    ['for-each-ref', '--count=1', '--format=%(refname)', `--contains=${commit}`],
    { limitMs: TREE_LIMIT_MS },
  );
  return holders.trim() !== '';
}

async function treeOf(worktree: OpenWorktree, commit: string): Promise<string> {
  return (
    await mustRun(worktree.git, 'Reading a commit', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{tree}`])
  ).trim();
}

/** Under `<id>`, or with a suffix where other work (of an earlier data dir) has that name; the same work is not kept twice. */
async function keepRef(worktree: OpenWorktree, sessionId: SessionId, commit: string): Promise<string> {
  for (let n = 1; n <= 1_000; n += 1) {
    const ref = `${PRESERVED}${sessionId}${n === 1 ? '' : `-${n}`}`;
    const there = await commitOf(worktree.git, ref);
    if (there !== null && (await isSameWork(worktree, there, commit))) return ref;
    if (there !== null) continue;
    // An empty old value: must not exist.
    if (succeeded(await worktree.git.run(['update-ref', ref, commit, ''], { config: DURABLE }))) return ref;
  }
  throw worktreeFailed('Keeping the captured work', `no ref under ${PRESERVED}${sessionId} could be written`);
}

async function isSameWork(worktree: OpenWorktree, one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  const read = async (commit: string): Promise<string> => {
    const staged = await commitOf(worktree.git, `${commit}^2`);
    return [
      await treeOf(worktree, commit),
      await commitOf(worktree.git, `${commit}^1`),
      staged === null ? '' : await treeOf(worktree, staged),
    ].join(' ');
  };
  return (await read(one)) === (await read(other));
}

type Identity = typeof NOBODY | null;
type NewCommit = { readonly tree: string; readonly parents: readonly string[]; readonly message: string; readonly identity: Identity };

async function commitTree(worktree: OpenWorktree, { tree, parents, message, identity }: NewCommit): Promise<string> {
  const args = ['commit-tree', '--no-gpg-sign', tree, ...parents.flatMap((parent) => ['-p', parent])];
  return (
    await mustRun(worktree.git, 'Capturing work', args, {
      input: `${message}\n`,
      config: DURABLE,
      env: identity === null ? {} : identityEnv(identity),
    })
  ).trim();
}

/** `null`: the user has an identity of their own. */
async function identityOf(worktree: OpenWorktree): Promise<Identity> {
  for (const who of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) if (!succeeded(await worktree.git.run(['var', who]))) return NOBODY;
  return null;
}

function identityEnv({ name, email }: typeof NOBODY): Record<string, string> {
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}
