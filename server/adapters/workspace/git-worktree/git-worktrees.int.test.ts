/** The workspace contract on real git. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeWorkspacePort } from '../../../testing/contracts/workspace.contract.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeRepository } from '../../../testing/git-repository.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createGitWorktrees } from './git-worktrees.ts';

describeWorkspacePort('git worktree', async () => {
  const repository = await makeRepository();
  repository.commit('.gitignore', '*.log\n');
  const unborn = join(repository.root, 'unborn');
  const folder = join(repository.root, 'folder');
  mkdirSync(unborn);
  mkdirSync(folder);
  repository.git(['init', '--quiet'], unborn);
  const port = createGitWorktrees({
    dataDir: repository.dataDir,
    runner: createProcessRunner(),
    env: repository.env,
    log: createRecordingLog(),
  });
  return {
    port,
    repository: repository.path,
    unbornRepository: unborn,
    folder,
    write: async (path, file, text) => repository.write(file, text, path),
    read: async (path, file) => (existsSync(join(path, file)) ? readFileSync(join(path, file), 'utf8') : null),
    commit: async (path, file, text) => void repository.commit(file, text, path),
    deleteByHand: async (path) => rmSync(path, { recursive: true }),
    branches: async () => repository.git(['for-each-ref', '--format=%(refname:short)', 'refs/heads']).split('\n'),
    makeBranch: async (name) => void repository.git(['branch', name]),
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  };
});
