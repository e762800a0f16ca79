/** Many at once: the answer is always one. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { makeWorld, processesOf, type SessionJson } from '../testing/world.ts';

describe('at the same instant', () => {
  it('five starts make one daemon, and all five say which (L2)', async () => {
    await using world = await makeWorld();
    const started = await Promise.all([1, 2, 3, 4, 5].map(() => world.ok<{ pid: number; port: number; already: boolean }>(['start'])));
    expect(new Set(started.map((result) => result.pid)).size).toBe(1);
    expect(started.filter((result) => !result.already)).toHaveLength(1);
    // One that lost the lock may still be on its way out.
    const daemons = (): readonly number[] => processesOf(world.dataDir).filter((pid) => commandOf(pid).includes('daemon.mjs'));
    await eventually('the losers to be gone', () => daemons().length === 1);
    expect(daemons()).toEqual([started[0]?.pid]);
  });

  it('twenty ensures make one orchestrator, one row, one runtime beside the keeper (I3)', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        world.ok<{ session: SessionJson; created: boolean }>(['orchestrator', 'ensure', '--project', 'app']),
      ),
    );
    expect(new Set(answers.map((answer) => answer.session.id))).toEqual(new Set(['app-1']));
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    expect(await world.ok<SessionJson[]>(['ls', '--all'])).toHaveLength(1);
    expect(world.panes()).toHaveLength(1);
  });

  it('ensure, kill and restore race each other to one orchestrator at most', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
    await world.ok(['orchestrator', 'ensure', '--project', 'app']);
    const verbs = [
      ['kill', 'app-1'],
      ['orchestrator', 'ensure', '--project', 'app'],
      ['restore', 'app-1'],
      ['orchestrator', 'ensure', '--project', 'app'],
    ];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(verbs.map((verb) => world.ao(verb)));
      const live = await world.ok<SessionJson[]>(['ls']);
      expect(live.length).toBeLessThanOrEqual(1);
      expect(world.panes().map((pane) => pane.name)).toEqual(live.map((session) => session.id));
    }
  });

  it('ten spawns at once all get a worktree, a branch and a runtime of their own', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
    const sessions = await Promise.all(Array.from({ length: 10 }, () => world.ok<SessionJson>(['spawn', '--project', 'app'])));
    expect(new Set(sessions.map((session) => session.id)).size).toBe(10);
    expect(new Set(sessions.map((session) => session.branch)).size).toBe(10);
    expect(world.panes()).toHaveLength(10);
    expect(world.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(11);
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
