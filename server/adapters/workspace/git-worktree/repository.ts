/**
 * What a path is: the repository it belongs to, or why it is none. Writes nothing. A subfolder counts as its repository; a
 * linked worktree as the main one, so that all sessions of a repository meet in one place.
 */
import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { RepositoryFacts } from '../../../ports/workspace.ts';
import { explain, type Git, type GitAt, GitUnusable, succeeded } from './git.ts';
import { toShellWord } from './shell-word.ts';

export type OpenRepository = {
  /** Real path of the working tree that we run git in. */
  readonly root: string;
  /** Real path of the directory that all worktrees share; the key under which writers queue. */
  readonly commonDir: string;
  readonly git: GitAt;
};

/** Throws `PATH_NOT_FOUND`, `NOT_A_REPOSITORY`. */
export async function openRepository(git: Git, path: string): Promise<OpenRepository> {
  const folder = await resolveFolder(path);
  const here = await bind(git, folder);
  const told = await here.run([
    'rev-parse',
    '--path-format=absolute',
    '--is-bare-repository',
    '--is-inside-git-dir',
    '--git-common-dir',
    '--absolute-git-dir',
    '--show-toplevel',
  ]);
  // Without a working tree the last question fails, after the others were answered.
  const [bare, insideGitDir, commonDir, gitDir, top, rest] = told.stdout.split('\n');
  if (bare === 'true') {
    throw notARepository(
      path,
      'it is a bare repository, without a working tree',
      `git -C ${toShellWord(path)} worktree add <folder>, then name that folder`,
    );
  }
  if (insideGitDir === 'true') throw notARepository(path, 'it is inside the .git folder of a repository');
  if (!succeeded(told)) throw notARepository(path, explain(told));
  if (commonDir === undefined || gitDir === undefined || top === undefined || rest !== '')
    throw notARepository(path, 'git does not say where its working tree is');
  // `core.worktree` of a hostile repository could point at somebody's home.
  if (folder !== top && !folder.startsWith(top.endsWith(sep) ? top : top + sep)) {
    throw notARepository(path, `its configuration moves the working tree to ${top}`);
  }
  const common = await realpath(commonDir);
  if ((await realpath(gitDir)) === common) return { root: top, commonDir: common, git: top === folder ? here : await bind(git, top) };
  return openMain(git, { linked: top, common });
}

/** From a linked worktree to the main one; where the main one is bare, the linked one stands for it. */
async function openMain(git: Git, { linked, common }: { readonly linked: string; readonly common: string }): Promise<OpenRepository> {
  if (basename(common) === '.git') {
    const candidate = dirname(common);
    const main = await bind(git, candidate);
    if ((await ask(main, ['--show-toplevel'])) === candidate) return { root: candidate, commonDir: common, git: main };
  }
  return { root: linked, commonDir: common, git: await bind(git, linked) };
}

/** Throws `UNBORN_HEAD`. */
export async function inspectRepository(repository: OpenRepository): Promise<RepositoryFacts> {
  const named = await repository.git.run(['symbolic-ref', '-q', '--short', 'HEAD']);
  const headBranch = succeeded(named) ? named.stdout.trim() : null;
  const head = await repository.git.run(['rev-parse', '--verify', '-q', 'HEAD^{commit}']);
  if (!succeeded(head)) {
    throw new AppError({
      code: 'UNBORN_HEAD',
      message: `${repository.root} has no commit yet${headBranch === null ? '' : ` on ${headBranch}`}, and a worktree needs one to start from.`,
      hint: `git -C ${toShellWord(repository.root)} commit --allow-empty -m 'Initial commit'`,
    });
  }
  return { root: repository.root, headBranch: headBranch ?? (await nameDetachedHead(repository.git, head.stdout.trim())) };
}

/** A detached HEAD names no branch: the remote's default one, a usual name, or the commit itself, which is a base as well. */
async function nameDetachedHead(git: GitAt, commit: string): Promise<string> {
  const origin = await git.run(['symbolic-ref', '-q', '--short', 'refs/remotes/origin/HEAD']);
  const candidates = [...(succeeded(origin) ? [origin.stdout.trim().replace(/^origin\//, '')] : []), 'main', 'master'];
  for (const name of candidates) {
    if (succeeded(await git.run(['show-ref', '--verify', '-q', `refs/heads/${name}`]))) return name;
  }
  return commit;
}

export async function bind(git: Git, folder: string): Promise<GitAt> {
  try {
    return await git.at(folder);
  } catch (caught) {
    if (caught instanceof GitUnusable) {
      if (caught.result.outcome === 'not_started') {
        throw new AppError({
          code: 'NOT_A_REPOSITORY',
          message: `${folder} cannot be looked at: ${caught.message}.`,
          hint: 'Install git, e.g. apt install git or brew install git',
        });
      }
      throw notARepository(folder, caught.message);
    }
    throw caught;
  }
}

/** One answer of `rev-parse`, its final newline off; `null` when git has none. */
export async function ask(git: GitAt, args: readonly string[]): Promise<string | null> {
  const result = await git.run(['rev-parse', ...args]);
  return succeeded(result) ? result.stdout.replace(/\n$/, '') : null;
}

/** What people type into a form: no shell has seen it. */
function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

export async function resolveFolder(typed: string): Promise<string> {
  const path = expandHome(typed);
  const missing = (why: string): AppError =>
    new AppError({
      code: 'PATH_NOT_FOUND',
      message: `${path.slice(0, 500)} ${why}.`,
      hint: 'Give the absolute path of a git repository: ao project add --path /path/to/repository',
    });
  if (!isAbsolute(path) || path.includes('\0')) throw missing('is not an absolute path');
  let real: string;
  try {
    real = await realpath(path);
    if (!(await stat(real)).isDirectory()) throw notARepository(path, 'it is a file, not a folder');
  } catch (caught) {
    if (caught instanceof AppError) throw caught;
    const code = caught instanceof Error && 'code' in caught ? String(caught.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') throw missing('does not exist');
    throw missing(`cannot be read (${code || String(caught)})`);
  }
  return real;
}

function notARepository(path: string, why: string, hint?: string): AppError {
  const dubious = why.includes('dubious ownership');
  return new AppError({
    code: 'NOT_A_REPOSITORY',
    message: `${path} cannot be used as a repository: ${why}.`,
    hint:
      hint ??
      (dubious
        ? `git config --global --add safe.directory ${toShellWord(path)}`
        : `git -C ${toShellWord(path)} init && git -C ${toShellWord(path)} commit --allow-empty -m 'Initial commit'`),
  });
}
