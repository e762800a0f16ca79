/** SIGKILL at each named point of kill, park and cleanup (L1): at the next start it is fully done or fully undone, never between. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dieAt, expectLive, expectNoResidue, newWorld, settled } from '../testing/crash-story.ts';
import { eventually } from '../testing/resources.ts';
import { isRunning, type SessionJson } from '../testing/world.ts';

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
