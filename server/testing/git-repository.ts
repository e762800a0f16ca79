/**
 * A real git repository for tests, with a home, an identity and a configuration of its own: nothing of the machine's user
 * gets in, nothing gets out.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTempDir } from './resources.ts';

export type TestRepository = AsyncDisposable & {
  /** Everything of it lies in here, beside `data`. */
  readonly root: string;
  readonly dataDir: string;
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs git as the user would, hooks and all; stdout without its last newline. Throws when git fails. */
  git(args: readonly string[], cwd?: string): string;
  write(file: string, text: string, cwd?: string): void;
  /** Writes and commits; the new commit. */
  commit(file: string, text: string, cwd?: string): string;
};

export async function makeRepository(): Promise<TestRepository> {
  const dir = await makeTempDir('ao-git-');
  const root = realpathSync(dir.path);
  const [path, dataDir, home] = [join(root, 'repo'), join(root, 'data'), join(root, 'home')] as const;
  for (const folder of [path, dataDir, home]) mkdirSync(folder);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const name = '[user]\n\tname = Tester\n\temail = tester@example.invalid\n';
  writeFileSync(
    env.GIT_CONFIG_GLOBAL,
    `${name}[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n`,
  );

  const repository: TestRepository = {
    root,
    dataDir,
    path,
    env,
    git(args, cwd = path) {
      const result = spawnSync('git', args, { cwd, env, encoding: 'utf8' });
      if (result.status !== 0) throw new Error(`git ${args.join(' ')} in ${cwd}: ${result.stderr || String(result.error)}`);
      return result.stdout.replace(/\n$/, '');
    },
    write(file, text, cwd = path) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true });
      writeFileSync(join(cwd, file), text);
    },
    commit(file, text, cwd = path) {
      repository.write(file, text, cwd);
      repository.git(['add', '--', file], cwd);
      repository.git(['commit', '--quiet', '--message', `write ${file}`], cwd);
      return repository.git(['rev-parse', 'HEAD'], cwd);
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
  repository.git(['init', '--quiet']);
  repository.commit('README.md', '# a repository\n');
  return repository;
}
