/** What is known of a repository from a moment ago, and when it is not believed. Real git. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import type { WorkspacePort } from '../../../ports/workspace.ts';
import { planWorktree } from '../../../testing/contracts/workspace.contract.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeRepository, type TestRepository } from '../../../testing/git-repository.ts';
import { eventually } from '../../../testing/resources.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createGitWorktrees } from './git-worktrees.ts';

/** Its clock stands still unless it is told. */
function open(repository: TestRepository) {
  const asked: string[] = [];
  const runner = createProcessRunner();
  let nowMs = 0;
  const port: WorkspacePort = createGitWorktrees({
    dataDir: repository.dataDir,
    runner: {
      run(request) {
        asked.push(request.args.find((arg, at) => arg !== '-c' && request.args[at - 1] !== '-c') ?? '');
        return runner.run(request);
      },
    },
    env: repository.env,
    log: createRecordingLog(),
    monotonicMs: () => nowMs,
  });
  const plan = (id: string) =>
    planWorktree(port, {
      projectId: 'app' as ProjectId,
      sessionId: id as SessionId,
      repository: repository.path,
      base: 'main',
      branch: null,
    });
  return { port, plan, asked: () => asked.splice(0), pass: (ms: number) => (nowMs += ms) };
}

test('a spawn asks git four times, the next one twice, and ten that come together open the repository once', async () => {
  await using repository = await makeRepository();
  const { port, plan, asked, pass } = open(repository);
  await port.create(await plan('app-1'));
  expect(asked()).toEqual(['config', 'rev-parse', 'for-each-ref', 'worktree']);
  await port.create(await plan('app-2'));
  expect(asked()).toEqual(['for-each-ref', 'worktree']);
  pass(2_000);
  await Promise.all(Array.from({ length: 10 }, (_, index) => plan(`app-${index + 3}`)));
  expect(asked().filter((command) => command !== 'for-each-ref')).toEqual(['config', 'rev-parse']);
});

const EVIL = (program: string): string => `[filter "evil"]\n\tsmudge = ${program}\n\trequired = true\n`;

const WAYS: readonly (readonly [
  how: string,
  prepare: (repository: TestRepository) => void,
  turn: (git: string, program: string) => void,
])[] = [
  ['its configuration', () => undefined, (git, program) => writeFileSync(join(git, 'config'), EVIL(program), { flag: 'a' })],
  [
    'its configuration of this worktree',
    (repository) => void repository.git(['config', 'extensions.worktreeConfig', 'true']),
    (git, program) => writeFileSync(join(git, 'config.worktree'), EVIL(program)),
  ],
  [
    'a file that its configuration includes',
    (repository) => void repository.git(['config', 'include.path', 'more']),
    (git, program) => writeFileSync(join(git, 'more'), EVIL(program)),
  ],
  [
    'a file that its configuration includes on a condition',
    (repository) => void repository.git(['config', 'includeIf.onbranch:**.path', 'more']),
    (git, program) => writeFileSync(join(git, 'more'), EVIL(program)),
  ],
  [
    'where its configuration is',
    () => undefined,
    (git, program) => {
      cpSync(git, `${git}-evil`, { recursive: true });
      writeFileSync(join(`${git}-evil`, 'config'), EVIL(program), { flag: 'a' });
      writeFileSync(join(git, 'commondir'), `${git}-evil\n`);
    },
  ],
];

test.each(WAYS)('S7 a repository that turns hostile between two steps, by %s, runs none of its programs', async (_how, prepare, turn) => {
  await using repository = await makeRepository();
  repository.commit('.gitattributes', '*.txt filter=evil\n');
  repository.commit('a.txt', 'text\n');
  prepare(repository);
  const owned = join(repository.root, 'owned');
  const { port, plan } = open(repository);
  const workspace = await plan('app-1');
  turn(join(repository.path, '.git'), `touch '${owned}'; cat`);
  await port.create(workspace);
  expect([readFileSync(join(workspace.path, 'a.txt'), 'utf8'), existsSync(owned)]).toEqual(['text\n', false]);
  // The trap is real: plain git springs it.
  repository.git(['worktree', 'add', '--quiet', join(repository.root, 'plain')]);
  expect(existsSync(owned)).toBe(true);
});

test('S7 a repository that turns hostile while a spawn waits for the checkout of another runs none of its programs', async () => {
  await using repository = await makeRepository();
  const [held, go, owned] = ['held', 'go', 'owned'].map((name) => join(repository.root, name));
  repository.commit('.gitattributes', '*.txt filter=evil\n*.big filter=slow\n');
  repository.commit('a.txt', 'text\n');
  repository.commit('b.big', 'big\n');
  repository.git(['config', '--global', 'filter.slow.smudge', `: > '${held}'; until [ -e '${go}' ]; do sleep 0.05; done; cat`]);
  const { port, plan } = open(repository);
  const [first, second] = [await plan('app-1'), await plan('app-2')];
  const creating = [port.create(first), port.create(second)];
  await eventually('the first is in its checkout', () => existsSync(held ?? ''));
  writeFileSync(join(repository.path, '.git/config'), EVIL(`touch '${owned}'; cat`), { flag: 'a' });
  writeFileSync(go ?? '', '');
  await Promise.all(creating);
  expect([readFileSync(join(second.path, 'a.txt'), 'utf8'), existsSync(owned ?? '')]).toEqual(['text\n', false]);
});

test('what the user configures is in force two seconds later', async () => {
  await using repository = await makeRepository();
  repository.commit('.gitattributes', '*.txt filter=upper\n');
  repository.commit('a.txt', 'text\n');
  repository.git(['config', 'filter.upper.smudge', 'false']);
  const { port, plan, pass } = open(repository);
  await plan('app-1');
  repository.git(['config', '--global', 'filter.upper.smudge', 'tr a-z A-Z']);
  pass(2_000);
  const workspace = await plan('app-2');
  await port.create(workspace);
  expect(readFileSync(join(workspace.path, 'a.txt'), 'utf8')).toBe('TEXT\n');
});
