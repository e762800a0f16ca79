/** S7: a repository that wants its programs run, and names that want to be options. Real git. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../../../core/errors.ts';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import type { WorkspacePort } from '../../../ports/workspace.ts';
import { planWorktree } from '../../../testing/contracts/workspace.contract.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeRepository, type TestRepository } from '../../../testing/git-repository.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createGitWorktrees } from './git-worktrees.ts';

const id = 'app-1' as SessionId;
const request = { projectId: 'app' as ProjectId, sessionId: id, base: 'main', branch: null };

function openPort(repository: TestRepository, env: Readonly<Record<string, string>> = {}): WorkspacePort {
  return createGitWorktrees({
    dataDir: repository.dataDir,
    runner: createProcessRunner(),
    env: { ...repository.env, ...env },
    log: createRecordingLog(),
  });
}

/** Sets every trap we know of; each leaves a file named after itself in `traps` when it is sprung. */
function setTraps(repository: TestRepository): { readonly sprung: () => readonly string[] } {
  const traps = join(repository.root, 'traps');
  const hooks = join(repository.root, 'hooks');
  const bin = join(repository.root, 'trap-bin');
  for (const folder of [traps, hooks, bin]) mkdirSync(folder);
  const trap = (name: string, rest = 'cat 2>/dev/null; exit 0'): string => {
    const path = join(bin, name);
    writeFileSync(path, `#!/bin/sh\n: > '${traps}/${name}'\n${rest}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change', 'pre-auto-gc', 'post-merge', 'pre-commit']) {
    writeFileSync(join(hooks, hook), `#!/bin/sh\nexec '${trap(`hook-${hook}`)}' < /dev/null\n`);
    chmodSync(join(hooks, hook), 0o755);
  }
  const config: readonly (readonly [string, string])[] = [
    ['core.hooksPath', hooks],
    ['core.fsmonitor', trap('fsmonitor')],
    ['filter.evil.clean', trap('filter-clean')],
    ['filter.evil.smudge', trap('filter-smudge')],
    ['filter.evil.required', 'true'],
    ['filter.evil=worse.process', trap('filter-process')],
    ['merge.evil.driver', trap('merge-driver')],
    ['diff.external', trap('diff-external')],
    ['diff.evil.textconv', trap('textconv')],
    ['core.pager', trap('pager')],
    ['core.editor', trap('editor')],
    ['core.sshCommand', trap('ssh', 'exit 1')],
    ['core.gitProxy', trap('proxy', 'exit 1')],
    ['core.askPass', trap('askpass', 'exit 1')],
    ['core.alternateRefsCommand', trap('alternates')],
    ['credential.helper', trap('credential')],
    ['protocol.ext.allow', 'always'],
    ['commit.gpgSign', 'true'],
    ['gpg.program', trap('gpg')],
  ];
  for (const [key, value] of config) repository.git(['config', key, value]);
  return { sprung: () => readdirSync(traps) };
}

describe('S7 a hostile repository', () => {
  test('runs none of its programs in the whole life of a worktree', async () => {
    await using repository = await makeRepository();
    repository.commit('.gitattributes', '*.txt filter=evil merge=evil diff=evil\n*.bin filter=evil=worse\n');
    repository.commit('a.txt', 'text\n');
    repository.commit('b.bin', 'binary\n');
    const { sprung } = setTraps(repository);
    // Asks for a password: a credential helper's hour.
    const server = createServer((_, response) => void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port401 = typeof address === 'object' ? address?.port : 0;
    for (const url of ['ext::sh -c "exit 1"', 'ssh://nowhere.invalid/x', 'git://nowhere.invalid/x', `http://127.0.0.1:${port401}/x`]) {
      repository.git(['config', 'remote.origin.url', url]);
      const port = openPort(repository);
      const facts = await port.inspectRepository(repository.path);
      await port.assertBase(facts.root, 'main');
      const workspace = await planWorktree(port, { ...request, repository: facts.root });
      await port.create(workspace);
      await port.create(workspace);
      writeFileSync(join(workspace.path, 'a.txt'), 'changed\n');
      writeFileSync(join(workspace.path, 'b.bin'), 'changed\n');
      await port.dirt(workspace, ['*.log']);
      expect(await port.removeClean(workspace, [])).toMatchObject({ kind: 'kept' });
      const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
      await port.create(workspace);
      expect(await port.applyPreserved(workspace, ref ?? '')).toBe('applied');
      expect(readFileSync(join(workspace.path, 'a.txt'), 'utf8')).toBe('changed\n');
      await port.undo(workspace, { sessionId: id, disposable: [] });
      repository.git(['-c', 'core.hooksPath=/dev/null', 'update-ref', '-d', ref ?? '']);
    }
    server.close();
    expect(sprung()).toEqual([]);

    // The traps are real: plain git springs them.
    repository.git(['worktree', 'add', '--quiet', join(repository.root, 'plain')]);
    repository.write('a.txt', 'changed\n', join(repository.root, 'plain'));
    repository.git(['add', '.'], join(repository.root, 'plain'));
    expect(sprung()).toEqual(
      expect.arrayContaining(['filter-smudge', 'filter-clean', 'filter-process', 'hook-post-checkout', 'fsmonitor']),
    );
  });

  test('a merge driver of the repository makes a conflict, never a silent wrong merge', async () => {
    await using repository = await makeRepository();
    repository.commit('.gitattributes', '*.txt merge=evil\n');
    repository.commit('a.txt', '1\n2\n3\n4\n5\n6\n7\n');
    const { sprung } = setTraps(repository);
    const port = openPort(repository);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    writeFileSync(join(workspace.path, 'a.txt'), 'one\n2\n3\n4\n5\n6\n7\n');
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef ?? '';
    await port.create(workspace);
    writeFileSync(join(workspace.path, 'a.txt'), '1\n2\n3\n4\n5\n6\nseven\n');
    repository.git(
      [
        '-c',
        'core.hooksPath=/dev/null',
        '-c',
        'core.fsmonitor=false',
        '-c',
        'commit.gpgSign=false',
        'commit',
        '--quiet',
        '--all',
        '-m',
        'other end',
      ],
      workspace.path,
    );
    const before = sprung();
    expect(await port.applyPreserved(workspace, ref)).toBe('conflict');
    expect(sprung()).toEqual(before);
    expect(readFileSync(join(workspace.path, 'a.txt'), 'utf8')).toContain('seven');
  });

  test('an upload-pack program of the repository is never run: no remote is spoken to', async () => {
    await using repository = await makeRepository();
    const owned = join(repository.root, 'owned');
    repository.git(['clone', '--quiet', '--bare', repository.path, join(repository.root, 'origin.git')]);
    repository.git(['remote', 'add', 'origin', join(repository.root, 'origin.git')]);
    repository.git(['config', 'remote.origin.uploadpack', `touch '${owned}'; git-upload-pack`]);
    const port = openPort(repository);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    expect(workspace.baseCommit).toBe(repository.git(['rev-parse', 'main']));
    expect(existsSync(owned)).toBe(false);
    repository.git(['fetch', '--quiet', 'origin']);
    expect(existsSync(owned)).toBe(true);
  });

  test('filters of the user’s own configuration do work (git-lfs)', async () => {
    await using repository = await makeRepository();
    repository.commit('.gitattributes', '*.txt filter=upper\n');
    repository.commit('a.txt', 'text\n');
    repository.git(['config', '--global', 'filter.upper.smudge', 'tr a-z A-Z']);
    repository.git(['config', '--global', 'filter.upper.clean', 'tr A-Z a-z']);
    const port = openPort(repository);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    expect(readFileSync(join(workspace.path, 'a.txt'), 'utf8')).toBe('TEXT\n');
    expect((await port.dirt(workspace, [])).files).toEqual([]);
  });

  test('git variables of the environment reach nothing', async () => {
    await using repository = await makeRepository();
    await using other = await makeRepository();
    const owned = join(repository.root, 'owned');
    const port = openPort(repository, {
      GIT_DIR: join(other.path, '.git'),
      GIT_WORK_TREE: other.path,
      GIT_INDEX_FILE: join(other.root, 'index'),
      GIT_EXTERNAL_DIFF: `touch '${owned}'`,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: `touch '${owned}'`,
      GIT_NAMESPACE: 'elsewhere',
    });
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    writeFileSync(join(workspace.path, 'new.txt'), 'new');
    await port.undo(workspace, { sessionId: id, disposable: [] });
    expect(repository.git(['rev-parse', '--verify', 'refs/ao/preserved/app-1'])).toMatch(/^[0-9a-f]{40}$/);
    expect(other.git(['worktree', 'list']).split('\n')).toHaveLength(1);
    expect(existsSync(owned)).toBe(false);
  });

  test('a working tree moved elsewhere by the repository’s own configuration is refused', async () => {
    await using repository = await makeRepository();
    const victim = join(repository.root, 'victim');
    mkdirSync(victim);
    repository.git(['config', 'core.worktree', victim]);
    const port = openPort(repository);
    await expect(port.inspectRepository(repository.path)).rejects.toSatisfy((error: unknown) => isAppError(error, 'NOT_A_REPOSITORY'));
  });

  test('symlinks out of the tree are captured as links and never followed at removal', async () => {
    await using repository = await makeRepository();
    const outside = join(repository.root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'precious.txt'), 'precious');
    const port = openPort(repository);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    symlinkSync(outside, join(workspace.path, 'way-out'));
    const ref = (await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef;
    expect(readFileSync(join(outside, 'precious.txt'), 'utf8')).toBe('precious');
    expect(repository.git(['ls-tree', '-r', '--name-only', ref ?? ''])).toBe('README.md\nway-out');
    expect(repository.git(['cat-file', '-p', `${ref}:way-out`])).toBe(outside);
  });

  test('links are refused where the repository’s path, or a folder of the worktree on the way, leads out', async () => {
    await using repository = await makeRepository();
    const outside = join(repository.root, 'outside');
    mkdirSync(join(outside, 'sub'), { recursive: true });
    symlinkSync(outside, join(repository.path, 'way-out'));
    repository.git(['add', 'way-out']);
    repository.git(['commit', '--quiet', '-m', 'a way out']);
    mkdirSync(join(repository.path, 'inside'));
    symlinkSync(outside, join(repository.path, 'inside', 'door'));
    const port = openPort(repository);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    for (const path of ['inside/door', 'way-out/sub']) {
      await expect(port.link(workspace, [path])).rejects.toSatisfy((error: unknown) => isAppError(error, 'WORKTREE_FAILED'));
    }
    // Same path, but a folder in the repository and a door in the worktree.
    rmSync(join(repository.path, 'way-out'));
    mkdirSync(join(repository.path, 'way-out', 'new'), { recursive: true });
    await expect(port.link(workspace, ['way-out/new'])).rejects.toSatisfy((error: unknown) => isAppError(error, 'WORKTREE_FAILED'));
    expect(readdirSync(outside)).toEqual(['sub']);
  });

  test('a branch named like an option, made behind git’s back, is harmless', async () => {
    await using repository = await makeRepository();
    const head = repository.git(['rev-parse', 'HEAD']);
    const name = '--upload-pack=touch-owned';
    repository.git(['update-ref', `refs/heads/${name}`, head]);
    const port = openPort(repository);
    await expect(port.assertBase(repository.path, name)).rejects.toSatisfy((error: unknown) => isAppError(error, 'BASE_NOT_FOUND'));
    repository.git(['symbolic-ref', 'HEAD', `refs/heads/${name}`]);
    // HEAD names it; nobody is asked to run it.
    expect((await port.inspectRepository(repository.path)).headBranch).toBe(name);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    expect(repository.git(['symbolic-ref', 'HEAD'], workspace.path)).toBe('refs/heads/ao/app-1');
  });

  test('a worktree whose .git was replaced by the agent is left alone', async () => {
    await using repository = await makeRepository();
    const port = openPort(repository);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    rmSync(join(workspace.path, '.git'));
    repository.git(['init', '--quiet'], workspace.path);
    expect(await port.removeClean(workspace, [])).toMatchObject({ kind: 'kept' });
    expect((await port.undo(workspace, { sessionId: id, disposable: [] })).preservedRef).toBeNull();
    expect(lstatSync(join(`${workspace.path}.stale-1`, '.git')).isDirectory()).toBe(true);
    expect(readFileSync(join(`${workspace.path}.stale-1`, 'README.md'), 'utf8')).toBe('# a repository\n');
  });

  test('without its .git a worktree is never taken for a part of a repository above it', async () => {
    await using repository = await makeRepository();
    repository.git(['init', '--quiet'], repository.root);
    const port = openPort(repository);
    const workspace = await planWorktree(port, { ...request, repository: repository.path });
    await port.create(workspace);
    rmSync(join(workspace.path, '.git'));
    expect(await port.state(workspace)).toBe('missing');
    await expect(port.dirt(workspace, [])).rejects.toSatisfy((error: unknown) => isAppError(error, 'WORKTREE_FAILED'));
    await port.undo(workspace, { sessionId: id, disposable: [] });
    expect(repository.git(['for-each-ref'], repository.root)).toBe('');
    expect(existsSync(join(`${workspace.path}.stale-1`, 'README.md'))).toBe(true);
  });
});
