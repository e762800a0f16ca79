/**
 * Repositories and worktrees in memory, held to the same contract suite as real git. Knows text files, commits as snapshots,
 * branches, one level of ignore patterns (`*.ext` and names), links and preserved refs; no remotes.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Workspace } from '../../core/session/session.ts';
import type { Dirt, RemoveOutcome, WorkspacePort, WorkspaceSurvey } from '../../ports/workspace.ts';

type Tree = ReadonlyMap<string, string>;
type FakeRepository = {
  readonly branches: Map<string, string>;
  readonly refs: Map<string, string>;
  readonly files: Map<string, string>;
  headBranch: string;
  ignored: readonly string[];
};
type FakeFolder = {
  readonly files: Map<string, string>;
  readonly links: Set<string> /** `null`: no worktree, just a folder. */;
  readonly of: { readonly repository: string; readonly branch: string } | null;
};
type Operation = Exclude<keyof WorkspacePort, 'state' | 'plan'>;

export type FakeWorkspaces = {
  readonly port: WorkspacePort & WorkspaceSurvey;
  /** A repository with one commit on `main`, or (`unborn`) without any. */
  addRepository(path: string, kind?: 'committed' | 'unborn'): void;
  setIgnored(repository: string, patterns: readonly string[]): void;
  makeBranch(repository: string, name: string): void;
  branches(repository: string): readonly string[];
  refs(repository: string): readonly string[];
  /** Paths of everything that stands, moved-aside folders included. */
  folders(): readonly string[];
  write(path: string, file: string, text: string): void;
  read(path: string, file: string): string | null;
  commit(path: string, file: string, text: string): void;
  deleteByHand(path: string): void;
  /** As a disk that cannot be read: the state is `unknown`. */
  setUnreadable(path: string): void;
  failNext(operation: Operation, error: AppError): void;
};

export function createFakeWorkspaces({ dataDir = '/data' }: { readonly dataDir?: string } = {}): FakeWorkspaces {
  const repositories = new Map<string, FakeRepository>();
  const folders = new Map<string, FakeFolder>();
  const commits = new Map<string, { readonly tree: Tree; readonly parent: string | null }>();
  const unreadable = new Set<string>();
  const failures = new Map<Operation, AppError[]>();

  const fail = (code: AppError['code'], message: string): AppError => new AppError({ code, message, hint: 'See the message' });

  function store(tree: Tree, parent: string | null): string {
    const id = createHash('sha1')
      .update(JSON.stringify([[...tree].sort(([a], [b]) => (a < b ? -1 : 1)), parent]))
      .digest('hex');
    commits.set(id, { tree: new Map(tree), parent });
    return id;
  }
  const treeOf = (commit: string): Tree => commits.get(commit)?.tree ?? new Map();

  function repositoryAt(path: string): FakeRepository {
    const found = repositories.get(path);
    if (found !== undefined) return found;
    throw folders.has(path) ? fail('NOT_A_REPOSITORY', `${path} is no repository.`) : fail('PATH_NOT_FOUND', `${path} does not exist.`);
  }
  function worktreeAt(workspace: Workspace): FakeFolder & { readonly of: NonNullable<FakeFolder['of']> } {
    const folder = folders.get(workspace.path);
    if (folder?.of === undefined || folder.of === null) throw fail('WORKTREE_FAILED', `${workspace.path} is not a worktree.`);
    return folder as FakeFolder & { readonly of: NonNullable<FakeFolder['of']> };
  }
  const headOf = (folder: FakeFolder): string =>
    folder.of === null ? '' : (repositories.get(folder.of.repository)?.branches.get(folder.of.branch) ?? '');

  function dirtOf(folder: FakeFolder, disposable: readonly string[]): readonly string[] {
    const head = treeOf(headOf(folder));
    const ignored = folder.of === null ? [] : (repositories.get(folder.of.repository)?.ignored ?? []);
    const names = new Set([...head.keys(), ...folder.files.keys()]);
    return [...names]
      .sort()
      .filter(
        (name) => head.get(name) !== folder.files.get(name) && !(!head.has(name) && matches(name, ignored) && matches(name, disposable)),
      );
  }

  /** What no ref takes: ignored and not disposable. */
  function ignoredOf(folder: FakeFolder, disposable: readonly string[]): readonly string[] {
    const head = treeOf(headOf(folder));
    const ignored = folder.of === null ? [] : (repositories.get(folder.of.repository)?.ignored ?? []);
    return [...folder.files.keys()].filter((name) => !head.has(name) && matches(name, ignored) && !matches(name, disposable));
  }

  function judge(folder: FakeFolder, disposable: readonly string[]): RemoveOutcome {
    const files = dirtOf(folder, disposable);
    return files.length > 0 ? { kind: 'kept', why: listFiles(files) } : { kind: 'removed' };
  }

  /** The same work is captured once. */
  function capture(folder: FakeFolder, repository: FakeRepository, sessionId: string): string | null {
    const ignored = new Set(ignoredOf(folder, []));
    const work = new Map([...folder.files].filter(([name]) => !ignored.has(name)));
    const head = headOf(folder);
    const [commit, headTree] = [store(work, head), treeOf(head)];
    if (work.size === headTree.size && [...work].every(([name, text]) => headTree.get(name) === text)) return null;
    for (let n = 1; ; n += 1) {
      const ref = `refs/ao/preserved/${sessionId}${n === 1 ? '' : `-${n}`}`;
      const there = repository.refs.get(ref);
      if (there !== undefined && there !== commit) continue;
      repository.refs.set(ref, commit);
      return ref;
    }
  }

  function putAside(path: string, folder: FakeFolder): string {
    let n = 1;
    while (folders.has(`${path}.stale-${n}`)) n += 1;
    folders.set(`${path}.stale-${n}`, folder);
    return `${path}.stale-${n}`;
  }

  function holderOf(branch: string, repository: string): string | null {
    if (repositories.get(repository)?.headBranch === branch) return repository;
    return [...folders].find(([, { of }]) => of?.repository === repository && of.branch === branch)?.[0] ?? null;
  }
  function assertFree(branch: string, repository: string): void {
    const holder = holderOf(branch, repository);
    if (holder !== null) throw fail('BRANCH_CHECKED_OUT', `The branch ${branch} is checked out at ${holder}.`);
  }

  function chooseBranch(sessionId: SessionId, taken: readonly string[]): string {
    for (let n = 1; ; n += 1) {
      const name = `ao/${sessionId}${n === 1 ? '' : `-${n}`}`;
      if (!taken.includes(name)) return name;
    }
  }

  function assertCommitted(path: string): void {
    const { branches, headBranch } = repositoryAt(path);
    if (!branches.has(headBranch)) throw fail('UNBORN_HEAD', `${path} has no commit yet.`);
  }

  const operations: Omit<WorkspacePort, 'state' | 'plan'> = {
    async inspectRepository(path) {
      assertCommitted(path);
      return { root: path, headBranch: repositoryAt(path).headBranch };
    },
    async assertBase(path, base) {
      if (!repositoryAt(path).branches.has(base)) throw fail('BASE_NOT_FOUND', `The base ${base} names no commit.`);
    },
    async look({ projectId, repository: path, base, branch: name }) {
      const repository = repositoryAt(path);
      if (name !== null && !isBranchName(name)) throw fail('BRANCH_INVALID', `${JSON.stringify(name)} cannot be a branch.`);
      const exists = name !== null && repository.branches.has(name);
      if (exists) assertFree(name, path);
      const baseCommit = repository.branches.get(base);
      if (baseCommit === undefined) {
        assertCommitted(path);
        throw fail('BASE_NOT_FOUND', `The base ${base} names no commit.`);
      }
      const branch = name === null ? null : ({ name, state: exists ? 'exists' : 'new' } as const);
      const folder = `${dataDir}/worktrees/${projectId}`;
      return { folder, repository: path, base, baseCommit, branch, taken: [...repository.branches.keys()] };
    },
    async create(workspace) {
      const repository = repositoryAt(workspace.repository);
      const there = folders.get(workspace.path);
      if ((there?.of ?? null) !== null) return;
      if (there !== undefined) {
        folders.delete(workspace.path);
        if (there.files.size > 0) putAside(workspace.path, there);
      }
      assertFree(workspace.branch, workspace.repository);
      if (!repository.branches.has(workspace.branch)) repository.branches.set(workspace.branch, workspace.baseCommit);
      const files = new Map(treeOf(repository.branches.get(workspace.branch) ?? ''));
      folders.set(workspace.path, { files, links: new Set(), of: { repository: workspace.repository, branch: workspace.branch } });
    },
    dirt: async (workspace, disposable): Promise<Dirt> => ({ files: dirtOf(worktreeAt(workspace), disposable) }),
    async removeClean(workspace, disposable) {
      const folder = folders.get(workspace.path);
      if (folder === undefined) return { kind: 'missing' };
      const verdict = judge(folder, disposable);
      if (verdict.kind === 'removed') folders.delete(workspace.path);
      return verdict;
    },
    async judgeRemoval(workspace, disposable) {
      const folder = folders.get(workspace.path);
      return folder === undefined ? { kind: 'missing' } : judge(folder, disposable);
    },
    async capture(workspace, sessionId) {
      const folder = folders.get(workspace.path);
      if (folder === undefined || folder.of === null) return null;
      return capture(folder, repositoryAt(workspace.repository), sessionId);
    },
    async removeCaptured(workspace, { sessionId, ref, disposable }) {
      const folder = folders.get(workspace.path);
      if (folder === undefined) return { kind: 'missing' };
      const ignored = ignoredOf(folder, disposable);
      if (ignored.length > 0) return { kind: 'kept', why: `no ref can hold ${listFiles(ignored)}` };
      if (capture(folder, repositoryAt(workspace.repository), sessionId) !== ref)
        return { kind: 'kept', why: 'it was changed after its work had been captured' };
      folders.delete(workspace.path);
      return { kind: 'removed' };
    },
    async undo(workspace, { sessionId, disposable }) {
      const repository = repositoryAt(workspace.repository);
      const folder = folders.get(workspace.path);
      const isWorktree = folder !== undefined && folder.of !== null;
      const preservedRef = isWorktree ? capture(folder, repository, sessionId) : null;
      folders.delete(workspace.path);
      const aside = folder !== undefined && (isWorktree ? ignoredOf(folder, disposable) : [...folder.files.keys()]).length > 0;
      const movedTo = aside ? putAside(workspace.path, { ...folder, of: null }) : null;
      const untouched =
        repository.branches.get(workspace.branch) === workspace.baseCommit && holderOf(workspace.branch, workspace.repository) === null;
      if (workspace.branchCreated && untouched) repository.branches.delete(workspace.branch);
      return { preservedRef, movedTo };
    },
    async applyPreserved(workspace, ref) {
      const commit = commits.get(repositoryAt(workspace.repository).refs.get(ref) ?? '');
      if (commit === undefined) return 'missing';
      const folder = worktreeAt(workspace);
      const before = treeOf(commit.parent ?? '');
      const changed = [...new Set([...before.keys(), ...commit.tree.keys()])].filter((name) => before.get(name) !== commit.tree.get(name));
      if (changed.every((name) => folder.files.get(name) === commit.tree.get(name))) return 'applied';
      if (dirtOf(folder, []).length > 0 || changed.some((name) => folder.files.get(name) !== before.get(name))) return 'conflict';
      for (const name of changed) setOrDelete(folder.files, name, commit.tree.get(name));
      return 'applied';
    },
    async link(workspace, paths) {
      const { files, links } = worktreeAt(workspace);
      for (const path of paths) {
        if (path === '' || path.startsWith('/') || path.split('/').some((part) => part === '..' || part === '.git'))
          throw fail('BAD_INPUT', `The link ${JSON.stringify(path)} leads out.`);
        if (!files.has(path)) links.add(path);
      }
    },
  };

  const guarded = Object.fromEntries(
    Object.entries(operations).map(([name, run]) => [
      name,
      async (...args: readonly unknown[]) => {
        const failure = failures.get(name as Operation)?.shift();
        if (failure !== undefined) throw failure;
        return (run as (...all: readonly unknown[]) => unknown)(...args);
      },
    ]),
  ) as Omit<WorkspacePort, 'state' | 'plan'>;

  return {
    port: {
      folders: async () => [...folders.keys()].filter((path) => path.startsWith(`${dataDir}/worktrees/`)).sort(),
      preservedRefs: async (repository) => [...(repositories.get(repository)?.refs.keys() ?? [])].sort(),
      ...guarded,
      plan: ({ folder, repository, base, baseCommit, branch, taken }, sessionId) => ({
        path: `${folder}/${sessionId}`,
        repository,
        branch: branch?.name ?? chooseBranch(sessionId, taken),
        base,
        baseCommit,
        branchCreated: branch?.state !== 'exists',
      }),
      async state({ path }) {
        if (unreadable.has(path)) return 'unknown';
        return (folders.get(path)?.of ?? null) === null ? 'missing' : 'present';
      },
    },
    addRepository(path, kind = 'committed') {
      const first: Tree = new Map([['README.md', '# a repository\n']]);
      const branches = new Map(kind === 'unborn' ? [] : [['main', store(first, null)]]);
      repositories.set(path, {
        branches,
        refs: new Map(),
        files: new Map(kind === 'unborn' ? [] : first),
        headBranch: 'main',
        ignored: [],
      });
    },
    setIgnored(path, patterns) {
      repositoryAt(path).ignored = patterns;
    },
    makeBranch: (path, name) => void repositoryAt(path).branches.set(name, repositoryAt(path).branches.get('main') ?? ''),
    branches: (path) => [...repositoryAt(path).branches.keys()].sort(),
    refs: (path) => [...repositoryAt(path).refs.keys()].sort(),
    folders: () => [...folders.keys()].sort(),
    write(path, file, text) {
      const found = repositories.get(path)?.files ?? folders.get(path)?.files;
      if (found !== undefined) found.set(file, text);
      else folders.set(path, { files: new Map([[file, text]]), links: new Set(), of: null });
    },
    read(path, file) {
      const own = repositories.get(path)?.files.get(file) ?? folders.get(path)?.files.get(file);
      if (own !== undefined) return own;
      const folder = folders.get(path);
      const isLinked = folder !== undefined && [...folder.links].some((link) => file === link || file.startsWith(`${link}/`));
      return isLinked ? (repositories.get(folder.of?.repository ?? '')?.files.get(file) ?? null) : null;
    },
    commit(path, file, text) {
      const folder = folders.get(path);
      const repository = repositories.get(folder?.of?.repository ?? path);
      const branch = folder?.of?.branch ?? repository?.headBranch ?? 'main';
      (folder?.files ?? repository?.files)?.set(file, text);
      const head = repository?.branches.get(branch) ?? null;
      repository?.branches.set(branch, store(new Map([...treeOf(head ?? ''), [file, text]]), head));
    },
    deleteByHand: (path) => void folders.delete(path),
    setUnreadable: (path) => void unreadable.add(path),
    failNext(operation, error) {
      failures.set(operation, [...(failures.get(operation) ?? []), error]);
    },
  };
}

function listFiles(files: readonly string[]): string {
  const rest = files.length > 5 ? `, and ${files.length - 5} more` : '';
  return `${files.length} uncommitted ${files.length === 1 ? 'file' : 'files'}: ${files.slice(0, 5).join(', ')}${rest}`;
}

function setOrDelete(files: Map<string, string>, name: string, text: string | undefined): void {
  if (text === undefined) files.delete(name);
  else files.set(name, text);
}

function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern || name.startsWith(pattern.replace(/\/?$/, '/')),
  );
}

/** Near enough to `git check-ref-format --branch`. */
function isBranchName(name: string): boolean {
  return name !== '' && name !== 'HEAD' && !/^[-/.]|[\s~^:?*[\\\u0000-\u001f]|\.\.|@\{|\/$|\/\/|\.lock(\/|$)/.test(name);
}
