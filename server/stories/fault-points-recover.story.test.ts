/** SIGKILL at each named point of recovery and delivery (L1): at the next start it is fully done or fully undone, never between. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { dieAt, expectLive, newWorld, settled } from '../testing/crash-story.ts';
import { eventually } from '../testing/resources.ts';
import { isRunning, type SessionJson, type World } from '../testing/world.ts';

describe('recover', () => {
  const points = [
    'recover.worktree',
    'recover.cleared',
    'recover.intent',
    'recover.agent-setup',
    'recover.runtime',
    'recover.live',
  ] as const;

  it.each(points)('a relaunch after a reboot killed at %s: live under its id, once', async (point) => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    await world.reboot();
    await world.ao(['start'], { env: { AO_FAULT: point } });
    await eventually(`the daemon to die at ${point}`, () => !isRunning(world.daemonPid()));
    await world.ok(['start']);
    await settled(world);
    await expectLive(world, session.id);
  });

  it.each(points)('a restore killed at %s: restored or still terminated, and restorable', async (point) => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    await world.ok(['kill', session.id]);
    await world.ok(['stop']);
    await dieAt(world, point, ['restore', session.id]);
    await world.ok(['start']);
    const after = await world.ok<SessionJson>(['get', session.id]);
    if (after.phase === 'terminated') {
      await eventually('no runtime to be left', () => world.panes().length === 0);
      await world.ok(['restore', session.id]);
    }
    await expectLive(world, session.id);
  });

  it.each(points)('a resume killed at %s: resumed or still exited, and resumable', async (point) => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    await world.ok(['send', session.id, 'exit 5']);
    await world.status(session.id, 'exited');
    await world.ok(['stop']);
    await dieAt(world, point, ['resume', session.id]);
    await world.ok(['start']);
    await settled(world);
    const after = await world.ok<SessionJson>(['get', session.id]);
    if (after.status === 'exited') {
      expect(after.exitCode).toBe(5);
      await world.ok(['resume', session.id]);
    }
    await expectLive(world, session.id);
  });

  it('a failed spawn with work in its tree has it captured before the tree goes (I11)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    await world.ok(['project', 'set', 'app', '--post-create', 'echo kept > kept.txt; exit 3']);
    expect(await world.refused(['spawn', '--project', 'app'])).toBe('POST_CREATE_FAILED');
    expect(world.git(['show', 'refs/ao/preserved/app-1:kept.txt'])).toBe('kept');
  });

  it('a restore killed at recover.preserved: the captured work is back in the worktree, and not lost', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    await world.ok(['kill', session.id]);
    await world.ok(['stop']);
    // As a clean-up leaves it: the worktree gone, its work in a ref that the row names.
    const ref = `refs/ao/preserved/${session.id}`;
    const blob = world.git(['hash-object', '-w', 'README.md']);
    const tree = treeOf(world, [...world.git(['ls-tree', session.branch]).split('\n'), `100644 blob ${blob}\tkept.txt`]);
    world.git(['update-ref', ref, world.git(['commit-tree', tree, '-p', session.branch, '-m', 'captured'])]);
    const database = new Database(join(world.dataDir, 'ao.db'));
    database.prepare('UPDATE sessions SET preserved_ref = ? WHERE id = ?').run(ref, session.id);
    database.close();

    await dieAt(world, 'recover.preserved', ['restore', session.id]);
    await world.ok(['start']);
    await world.ok(['restore', session.id]);
    await expectLive(world, session.id);
    expect(existsSync(join(session.workspacePath, 'kept.txt'))).toBe(true);
  });
});

/** A tree object with just these `ls-tree` lines. */
function treeOf(world: World, lines: readonly string[]): string {
  const made = spawnSync('git', ['mktree'], { cwd: world.repo, env: world.env, input: `${lines.join('\n')}\n`, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  return made.stdout.trim();
}

/** Writes each line that it is told into `got.txt` of its worktree. */
const spawnRecorder = (world: World): Promise<SessionJson> =>
  world.ok(['spawn', '--project', 'app', '--agent', 'custom', '--command', 'while read -r line; do echo "<$line>" >> got.txt; done']);

describe('deliver', () => {
  const points = [
    'deliver.queued',
    'deliver.intent',
    'deliver.pasted',
    'deliver.paste-noted',
    'deliver.echoed',
    'deliver.submit-intent',
    'deliver.submit',
  ] as const;

  it.each(points)('a message whose daemon dies at %s is delivered once (D2)', async (point) => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await spawnRecorder(world);
    await world.ok(['stop']);
    await dieAt(world, point, ['send', session.id, 'hello once', '--key', 'k1']);
    await world.ok(['start']);
    await eventually(
      'the message to be submitted',
      async () => (await world.ok<{ state: string }[]>(['messages', session.id]))[0]?.state === 'submitted',
    );
    await world.ok(['send', session.id, 'hello once', '--key', 'k1']);
    await world.ok(['send', session.id, 'second']);
    const got = join(session.workspacePath, 'got.txt');
    await eventually('both to arrive', () => existsSync(got) && readFileSync(got, 'utf8').includes('<second>'));
    expect(readFileSync(got, 'utf8')).toBe('<hello once>\n<second>\n');
  });

  it('a daemon that dies at deliver.submitted, right after noting an earlier Enter, delivers once', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await spawnRecorder(world);
    await world.ok(['stop']);
    await dieAt(world, 'deliver.submit', ['send', session.id, 'hello once']);
    await world.ao(['start'], { env: { AO_FAULT: 'deliver.submitted' } });
    await eventually('the daemon to die', () => !isRunning(world.daemonPid()));
    await world.ok(['start']);
    expect(await world.ok<{ state: string }[]>(['messages', session.id])).toMatchObject([{ state: 'submitted' }]);
    expect(readFileSync(join(session.workspacePath, 'got.txt'), 'utf8')).toBe('<hello once>\n');
  });
});
