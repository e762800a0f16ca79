/** SIGKILL at each named point of spawn and replacement (L1): at the next start it is fully done or fully undone, never between. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FaultPoint } from '../core/fault-points.ts';
import { dieAt, expectLive, expectNoResidue, newWorld, settled } from '../testing/crash-story.ts';
import { eventually } from '../testing/resources.ts';
import type { SessionJson } from '../testing/world.ts';

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
