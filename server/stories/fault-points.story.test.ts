/** SIGKILL at each named point between two effects (L1): at the next start it is fully done or fully undone, never between. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { FaultPoint } from '../core/fault-points.ts';
import { dieAt, expectLive, expectNoResidue, newWorld, settled } from '../testing/crash-story.ts';
import { eventually } from '../testing/resources.ts';
import { isRunning, type SessionJson, type World } from '../testing/world.ts';

describe('spawn', () => {
  const undone: readonly FaultPoint[] = [
    'spawn.number',
    'spawn.row',
    'spawn.worktree',
    'spawn.linked',
    'spawn.post-create',
    'spawn.agent-setup',
  ];
  const done: readonly FaultPoint[] = ['spawn.runtime', 'spawn.live'];

  it.each(undone)('killed at %s: no residue', async (point) => {
    await using world = await newWorld();
    await dieAt(world, point, ['spawn', '--project', 'app']);
    await world.ok(['start']);
    await settled(world);
    await expectNoResidue(world, 'app-1');
    expect((await world.ok<SessionJson>(['spawn', '--project', 'app'])).id).toBe('app-2');
  });

  it.each(done)('killed at %s: fully live', async (point) => {
    await using world = await newWorld();
    await dieAt(world, point, ['spawn', '--project', 'app']);
    await world.ok(['start']);
    await settled(world);
    await expectLive(world, 'app-1');
  });

  it.each([
    'spawn.command',
    'spawn.undo.fenced',
    'spawn.undo.runtime',
    'spawn.undo.ref',
    'spawn.undo.captured',
    'spawn.undo.worktree',
    'spawn.undo.row',
  ] as const)('killed at %s while being undone: no residue', async (point) => {
    await using world = await newWorld();
    await world.ok(['start']);
    await world.ok(['project', 'set', 'app', '--post-create', 'exit 3']);
    await world.ok(['stop']);
    await dieAt(world, point, ['spawn', '--project', 'app']);
    await world.ok(['start']);
    await settled(world);
    await expectNoResidue(world, 'app-1');
  });

  it.each([...undone, ...done])('an orchestrator killed at %s: ensure answers with one', async (point) => {
    await using world = await newWorld();
    await dieAt(world, point, ['orchestrator', 'ensure', '--project', 'app']);
    await world.ok(['start']);
    const { session } = await world.ok<{ session: SessionJson }>(['orchestrator', 'ensure', '--project', 'app']);
    await expectLive(world, session.id);
    expect((await world.ok<SessionJson[]>(['ls', '--all'])).length).toBe(1);
    expect(world.panes()).toHaveLength(1);
  });
});

describe('ensure --clean', () => {
  type Facts = SessionJson & { readonly slot: string | null; readonly replacedBy: string | null; readonly preservedRef: string | null };
  const undone = ['spawn.row', 'spawn.worktree', 'spawn.post-create', 'spawn.agent-setup'] as const;
  const done = ['spawn.runtime', 'spawn.live', 'kill.runtime', 'kill.ref', 'kill.captured', 'kill.worktree', 'kill.terminated'] as const;

  it.each([...undone, ...done])('killed at %s: one orchestrator, never none and never two, and no work is lost', async (point) => {
    await using world = await newWorld();
    await world.ok(['start']);
    const { session: old } = await world.ok<{ session: SessionJson }>(['orchestrator', 'ensure', '--project', 'app']);
    writeFileSync(join(old.workspacePath, 'notes.txt'), 'precious');
    await world.ok(['stop']);
    await dieAt(world, point, ['orchestrator', 'ensure', '--project', 'app', '--clean']);
    await world.ok(['start']);
    const replaced = (done as readonly string[]).includes(point);
    const one = replaced ? 'app-2' : 'app-1';
    const open = await eventually('one orchestrator to be left', async () => {
      const sessions = await world.ok<Facts[]>(['ls']);
      return sessions.length === 1 && sessions[0]?.slot === 'current' && sessions[0].phase === 'live' ? sessions : null;
    });
    expect(open).toMatchObject([{ id: one, replacedBy: null }]);
    await expectLive(world, one);
    expect(world.panes().map(({ name }) => name)).toEqual([one]);
    const first = await world.ok<Facts>(['get', 'app-1']);
    if (!replaced) {
      await expectNoResidue(world, 'app-2');
      expect(readFileSync(join(old.workspacePath, 'notes.txt'), 'utf8')).toBe('precious');
      return;
    }
    expect(first).toMatchObject({ phase: 'terminated', replacedBy: 'app-2', preservedRef: 'refs/ao/preserved/app-1' });
    expect(world.git(['show', 'refs/ao/preserved/app-1:notes.txt'])).toBe('precious');
    expect(existsSync(old.workspacePath)).toBe(false);
    const again = await world.ok<{ session: SessionJson; created: boolean }>(['orchestrator', 'ensure', '--project', 'app']);
    expect([again.session.id, again.created]).toEqual(['app-2', false]);
  });
});

describe('kill', () => {
  it.each(['kill.intent', 'kill.fenced', 'kill.runtime', 'kill.worktree', 'kill.terminated'] as const)(
    'killed at %s: the kill is finished (I10)',
    async (point) => {
      await using world = await newWorld();
      await world.ok(['start']);
      const session = await world.ok<SessionJson>(['spawn', '--project', 'app']);
      await world.ok(['stop']);
      await dieAt(world, point, ['kill', session.id]);
      await world.ok(['start']);
      await world.status(session.id, 'terminated');
      expect(world.panes()).toEqual([]);
      expect(existsSync(session.workspacePath)).toBe(false);
      expect(world.git(['branch', '--list', session.branch])).toContain(session.branch);
    },
  );

  it('asked for while a post-create command runs, killed at kill.intent: no residue, and never there again (I10, I12)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const started = join(world.root, 'started');
    await world.ok(['project', 'set', 'app', '--post-create', `touch ${started}; sleep 300`]);
    await world.ok(['stop']);
    await world.ok(['start'], { env: { AO_FAULT: 'kill.intent' } });
    const pid = world.daemonPid();
    const spawning = world.ao(['spawn', '--project', 'app']);
    await eventually('the post-create command to run', () => existsSync(started));
    const killing = world.ao(['kill', 'app-1']);
    await eventually('the daemon to die at kill.intent', () => !isRunning(pid));
    expect([(await spawning).code, (await killing).code]).toEqual([1, 1]);
    await world.ok(['start']);
    await settled(world);
    await eventually('the spawn to be undone', async () => (await world.ok<SessionJson[]>(['ls', '--all'])).length === 0);
    await expectNoResidue(world, 'app-1');
  });

  it('asked for while a post-create command runs does not wait for it (I12)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const started = join(world.root, 'started');
    await world.ok(['project', 'set', 'app', '--post-create', `touch ${started}; sleep 300`]);
    const spawning = world.refused(['spawn', '--project', 'app']);
    await eventually('the post-create command to run', () => existsSync(started));
    expect(await world.ok<SessionJson>(['kill', 'app-1'])).toMatchObject({ id: 'app-1', phase: 'terminated' });
    expect(await spawning).toBe('SESSION_NOT_LIVE');
    await expectNoResidue(world, 'app-1');
  });
});

describe('park', () => {
  it('ends what runs, and the next start or unpark brings it back under its id, once', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const { session: orchestrator } = await world.ok<{ session: SessionJson }>(['orchestrator', 'ensure', '--project', 'app']);
    const worker = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    writeFileSync(join(worker.workspacePath, 'notes.txt'), 'precious');
    const ids = [orchestrator.id, worker.id];
    for (const bringBack of ['unpark', 'start'] as const) {
      const parked = await world.ok<{ sessions: SessionJson[]; failed: unknown[] }>(['park']);
      expect([parked.sessions.map(({ id }) => id), parked.failed, world.panes()]).toEqual([ids, [], []]);
      if (bringBack === 'start') await world.ok(['stop']);
      await world.ok([bringBack]);
      for (const id of ids) await expectLive(world, id);
      expect(readFileSync(join(worker.workspacePath, 'notes.txt'), 'utf8')).toBe('precious');
    }
    await world.ok(['park', worker.id]);
    await world.ok(['kill', worker.id]);
    await world.ok(['stop']);
    await world.ok(['start']);
    await expectLive(world, orchestrator.id);
    expect(world.panes().map(({ name }) => name)).toEqual([orchestrator.id]);
  });

  it.each(['park.intent', 'park.fenced', 'park.runtime', 'park.terminated'] as const)(
    'killed at %s: back at the next start, once',
    async (point) => {
      await using world = await newWorld();
      await world.ok(['start']);
      const session = await world.ok<SessionJson>(['spawn', '--project', 'app']);
      await world.ok(['stop']);
      await dieAt(world, point, ['park']);
      await world.ok(['start']);
      await eventually('the park to be used up', async () => {
        const { phase, parked } = await world.ok<{ phase: string; parked: boolean }>(['get', session.id]);
        return phase === 'live' && !parked;
      });
      await expectLive(world, session.id);
      expect(await world.ok(['unpark'])).toEqual({ sessions: [], failed: [] });
    },
  );
});

describe('cleanup', () => {
  it.each(['cleanup.worktree', 'cleanup.noted'] as const)(
    'killed at %s: what is clean is gone, what is dirty stays and is named, branches stay (I11)',
    async (point) => {
      await using world = await newWorld();
      await world.ok(['start']);
      const [clean, dirty] = [
        await world.ok<SessionJson>(['spawn', '--project', 'app']),
        await world.ok<SessionJson>(['spawn', '--project', 'app']),
      ];
      for (const { id, workspacePath } of [clean, dirty]) {
        writeFileSync(join(workspacePath, 'notes.txt'), 'precious');
        await world.ok(['kill', id]);
      }
      world.git(['add', '.'], clean.workspacePath);
      world.git(['commit', '--quiet', '-m', 'notes'], clean.workspacePath);
      const dry = await world.ok(['cleanup', '--dry-run']);
      expect(dry).toMatchObject([
        { id: clean.id, outcome: 'removable' },
        { id: dirty.id, outcome: 'kept', why: '1 uncommitted file: notes.txt' },
      ]);
      expect(existsSync(clean.workspacePath)).toBe(true);
      await world.ok(['stop']);
      await dieAt(world, point, ['cleanup']);
      await world.ok(['start']);
      expect(await world.ok(['cleanup'])).toMatchObject([{ id: dirty.id, outcome: 'kept' }]);
      expect([existsSync(clean.workspacePath), readFileSync(join(dirty.workspacePath, 'notes.txt'), 'utf8')]).toEqual([false, 'precious']);
      expect(world.git(['show', `${clean.branch}:notes.txt`])).toBe('precious');
    },
  );
});

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
    const session = await world.ok<SessionJson>([
      'spawn',
      '--project',
      'app',
      '--agent',
      'custom',
      '--command',
      'while read -r line; do echo "<$line>" >> got.txt; done',
    ]);
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
    const session = await world.ok<SessionJson>([
      'spawn',
      '--project',
      'app',
      '--agent',
      'custom',
      '--command',
      'while read -r line; do echo "<$line>" >> got.txt; done',
    ]);
    await world.ok(['stop']);
    await dieAt(world, 'deliver.submit', ['send', session.id, 'hello once']);
    await world.ao(['start'], { env: { AO_FAULT: 'deliver.submitted' } });
    await eventually('the daemon to die', () => !isRunning(world.daemonPid()));
    await world.ok(['start']);
    expect(await world.ok<{ state: string }[]>(['messages', session.id])).toMatchObject([{ state: 'submitted' }]);
    expect(readFileSync(join(session.workspacePath, 'got.txt'), 'utf8')).toBe('<hello once>\n');
  });
});
