/** L1: the daemon dies after every effect of spawn, kill and recover; the next one finds it fully done or fully undone. */
import { describe, expect, it } from 'vitest';
import { FAULT_POINTS, type FaultPoint } from '../../core/fault-points.ts';
import type { SessionId } from '../../core/ids.ts';
import { failure, makeServiceWorld, outcomeOf, REPOSITORY, type ServiceWorld } from '../../testing/service-world.ts';
import { INSTANCE } from '../../testing/session-facts.ts';

const FIRST = 'app-1' as SessionId;
const SECOND = 'app-2' as SessionId;
const pointsOf = (what: string): readonly FaultPoint[] => FAULT_POINTS.filter((point) => point.startsWith(`${what}.`));
/** Passed only where something failed or had ended before; each has a story or a test of its own. */
const ASIDE: readonly FaultPoint[] = [
  'spawn.number',
  'spawn.command',
  'kill.message',
  'kill.marked',
  'recover.preserved',
  'recover.failed',
  'recover.ended',
  'recover.terminated',
  'recover.exit-stands',
  'recover.exit-found',
  'recover.adopted',
];
const onTheWay = (what: string): readonly FaultPoint[] =>
  pointsOf(what).filter((point) => !point.includes('.undo.') && !ASIDE.includes(point));

async function next(world: ServiceWorld): Promise<void> {
  await world.restart();
  await world.rounds(3);
}

function expectLiveOrGone(world: ServiceWorld): 'live' | 'gone' {
  const row = world.store.sessions.get(FIRST);
  const panes = world.panesOf(FIRST);
  if (row === null) {
    expect([panes, world.workspaces.folders(), world.workspaces.branches(REPOSITORY)]).toEqual([[], [], ['main']]);
    return 'gone';
  }
  expect(row).toMatchObject({ phase: 'live', exit: null, recovery: null });
  expect(panes.map(({ tags }) => tags.launchId)).toEqual([row.launchId]);
  expect(world.workspaces.folders()).toEqual([row.workspace.path]);
  return 'live';
}

function expectReplacement(world: ServiceWorld, outcome: 'done' | 'undone'): void {
  const open = world.store.sessions.list({ phases: ['spawning', 'live'] });
  const one = outcome === 'done' ? SECOND : FIRST;
  expect(open).toMatchObject([{ id: one, phase: 'live', slot: 'current', killRequestedAtMs: null, replacedBy: null }]);
  expect(world.host.panes().map(({ tags, exit }) => [tags.sessionId, exit])).toEqual([[one, null]]);
  const old = world.row(FIRST);
  if (outcome === 'undone') {
    expect(world.store.sessions.get(SECOND)).toBeNull();
    expect(world.workspaces.read(old.workspace.path, 'notes.txt')).toBe('precious');
    return;
  }
  expect(world.row(SECOND)).toMatchObject({ replaces: FIRST });
  expect(old).toMatchObject({ phase: 'terminated', slot: null, replacedBy: SECOND, preservedRef: 'refs/ao/preserved/app-1' });
  expect(world.workspaces.refs(REPOSITORY)).toEqual(['refs/ao/preserved/app-1']);
  expect(world.workspaces.folders()).toEqual([world.row(SECOND).workspace.path]);
}

describe('a daemon that dies', () => {
  it.each(onTheWay('spawn'))('at %s leaves a session that is live or gone', async (point) => {
    const world = await makeServiceWorld();
    await world.dieAt(point, () => world.spawn({ prompt: 'precious words' }));
    await next(world);
    const outcome = expectLiveOrGone(world);
    expect(outcome).toBe(point === 'spawn.runtime' || point === 'spawn.live' ? 'live' : 'gone');
    if (outcome === 'gone') expect(world.store.sessions.events(FIRST).at(-1)?.data).toMatchObject({ prompt: 'precious words' });
  });

  it.each(pointsOf('spawn.undo'))('at %s goes on undoing', async (point) => {
    const world = await makeServiceWorld();
    world.host.failNext('create', failure('RUNTIME_MISSING'));
    await world.dieAt(point, () => world.spawn());
    await next(world);
    expect(expectLiveOrGone(world)).toBe('gone');
  });

  it.each(onTheWay('kill').filter((point) => !['kill.ref', 'kill.captured'].includes(point)))(
    'at %s finishes the kill (I10)',
    async (point) => {
      const world = await makeServiceWorld();
      await world.spawn();
      await world.dieAt(point, () => world.kill(FIRST));
      await next(world);
      expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', endReason: 'killed' });
      expect([world.panesOf(FIRST), world.workspaces.folders()]).toEqual([[], []]);
    },
  );

  it.each(pointsOf('park'))('at %s in a park: it is parked, and back by itself at this next start, once', async (point) => {
    const world = await makeServiceWorld();
    await world.spawn();
    await world.dieAt(point, () => world.services().sessions.park(null));
    await next(world);
    expect(expectLiveOrGone(world)).toBe('live');
    expect(world.row(FIRST)).toMatchObject({ parked: false, launchMode: 'resumed' });
    expect(world.events(FIRST).filter((kind) => kind === 'parked')).toHaveLength(1);
  });

  const recovers = onTheWay('recover');
  it.each(recovers)('at %s in a relaunch relaunches once', async (point) => {
    const world = await makeServiceWorld();
    await world.spawn();
    world.host.reboot();
    await world.dieAt(point);
    await world.restart();
    expect(world.daemon().life.isOver()).toBe(true);
    await next(world);
    expect(expectLiveOrGone(world)).toBe('live');
  });

  it.each(recovers)('at %s in a resume leaves it resumed, or exited as it was', async (point) => {
    const world = await makeServiceWorld();
    await world.spawn();
    world.host.exit(world.row(FIRST).runtimeHandle, { code: 3 });
    await world.rounds();
    const before = world.row(FIRST);
    await world.dieAt(point, () => world.resume(FIRST));
    await next(world);
    if (point === 'recover.runtime' || point === 'recover.live') expect(expectLiveOrGone(world)).toBe('live');
    else
      expect(world.row(FIRST)).toMatchObject({
        exit: before.exit,
        launchId: before.launchId,
        recovery: null,
        agentSessionId: before.agentSessionId,
      });
    expect(world.panesOf(FIRST)).toHaveLength(1);
  });

  it.each(recovers)('at %s in an unpark, or at the start that brings it back: live once, and the flag is used up', async (point) => {
    for (const how of ['unpark', 'start']) {
      const world = await makeServiceWorld();
      await world.spawn();
      await world.services().sessions.park(null);
      if (how === 'unpark') await world.dieAt(point, () => world.services().sessions.unpark(null));
      else await world.dieAt(point);
      await world.restart();
      await next(world);
      expect(expectLiveOrGone(world)).toBe('live');
      expect(world.row(FIRST).parked).toBe(false);
    }
  });

  it.each(recovers)('at %s in a restore leaves it restored, or killed as it was (I10)', async (point) => {
    const world = await makeServiceWorld();
    await world.spawn();
    await world.kill(FIRST);
    await world.dieAt(point, () => world.restore(FIRST));
    await next(world);
    if (point === 'recover.live') expect(expectLiveOrGone(world)).toBe('live');
    else {
      expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', endReason: 'killed' });
      expect(world.panesOf(FIRST)).toEqual([]);
    }
  });

  const successors = [...onTheWay('spawn'), ...onTheWay('kill').filter((point) => point !== 'kill.intent')];
  it.each(successors)('at %s in a replacement leaves one orchestrator, the old or the new, and the work of the old', async (point) => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.workspaces.write(world.row(FIRST).workspace.path, 'notes.txt', 'precious');
    await world.dieAt(point, () => world.ensure({ mode: 'clean' }));
    await next(world);
    const done = point.startsWith('kill.') || point === 'spawn.runtime' || point === 'spawn.live';
    expectReplacement(world, done ? 'done' : 'undone');
  });

  it('after any call of a port in a replacement leaves one orchestrator and the work of the old', async () => {
    const outcomes = new Set<string>();
    for (let calls = 1; calls <= 60; calls += 1) {
      const world = await makeServiceWorld();
      await world.ensure();
      world.workspaces.write(world.row(FIRST).workspace.path, 'notes.txt', 'precious');
      world.daemon().life.endAfter(calls);
      void world.ensure({ mode: 'clean' }).catch(() => undefined);
      await world.settle();
      await next(world);
      const outcome = world.row(FIRST).phase === 'live' ? 'undone' : 'done';
      expectReplacement(world, outcome);
      outcomes.add(outcome);
    }
    expect(outcomes).toEqual(new Set(['undone', 'done']));
  });

  it('after any call of a port, in any of them, leaves nothing in between', async () => {
    for (const what of ['spawn', 'kill', 'relaunch', 'ensure'] as const) {
      for (let calls = 1; calls <= 40; calls += 1) {
        const world = await makeServiceWorld();
        if (what === 'kill' || what === 'relaunch') await world.spawn();
        if (what === 'relaunch') world.host.reboot();
        world.daemon().life.endAfter(calls);
        const operation = { spawn: world.spawn, ensure: world.ensure, kill: () => world.kill(FIRST), relaunch: () => world.restore(FIRST) }[
          what
        ];
        void operation().catch(() => undefined);
        await world.settle();
        await next(world);
        const row = world.store.sessions.get(FIRST);
        if (row?.phase === 'terminated') expect([what, calls, world.panesOf(FIRST)]).toEqual(['kill', calls, []]);
        else expectLiveOrGone(world);
      }
    }
  });
});

it('a restore that a dead daemon left in the queue of a host that hangs does not come true beside the next one (I10)', async () => {
  for (let calls = 1; calls <= 25; calls += 1) {
    const world = await makeServiceWorld();
    await world.spawn();
    await world.kill(FIRST);
    world.host.hang();
    world.daemon().life.endAfter(calls);
    void world.restore(FIRST).catch(() => undefined);
    await world.settle();
    await world.restart();
    expect(await outcomeOf(world.restore(FIRST))).toBe('RUNTIME_UNAVAILABLE');
    world.host.wake();
    await world.rounds(3);
    expect([calls, world.row(FIRST).phase]).toEqual([calls, 'terminated']);
    expect(world.panesOf(FIRST).filter(({ exit }) => exit === null)).toEqual([]);
    expect(world.host.launches).toHaveLength(1);
  }
});

describe('a daemon that dies where few ever come', () => {
  const settlesAs = async (world: ServiceWorld, wanted: 'live' | 'gone'): Promise<void> => {
    await next(world);
    expect(expectLiveOrGone(world)).toBe(wanted);
  };

  it('at launch.handle, its name held by a stranger: gone, and the stranger is left alone', async () => {
    const world = await makeServiceWorld();
    const handle = '/fake.sock:app-1' as ReturnType<ServiceWorld['row']>['runtimeHandle'];
    world.host.plant(handle);
    await world.dieAt('launch.handle', () => world.spawn());
    await settlesAs(world, 'gone');
    expect(world.host.pane(handle)).not.toBeNull();
  });

  it('at launch.cleared, a spent launch of its own cleared away: still terminated, and restorable', async () => {
    const world = await makeServiceWorld();
    const { launchId, runtimeHandle } = await world.spawn();
    await world.kill(FIRST);
    await world.restore(FIRST);
    await world.kill(FIRST);
    world.host.plant(runtimeHandle, { instanceId: INSTANCE, sessionId: FIRST, launchId });
    world.host.exit(runtimeHandle, { code: 125 });
    await world.dieAt('launch.cleared', () => world.restore(FIRST));
    await next(world);
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', endReason: 'killed' });
    await world.restore(FIRST);
    expect(expectLiveOrGone(world)).toBe('live');
  });

  it('at ensure.spawned, an orchestrator found half spawned: the one there is', async () => {
    const world = await makeServiceWorld();
    await world.dieAt('spawn.runtime', () => world.ensure());
    world.host.hang();
    await world.restart();
    world.host.wake();
    await world.dieAt('ensure.spawned', () => world.ensure());
    await settlesAs(world, 'live');
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST } });
  });

  it('at recover.exit-found, an exit that nobody had seen: exited, with its code', async () => {
    const world = await makeServiceWorld();
    const { runtimeHandle } = await world.spawn();
    world.host.exit(runtimeHandle, { code: 3 });
    await world.dieAt('recover.exit-found', () => world.resume(FIRST));
    await next(world);
    expect(world.row(FIRST)).toMatchObject({ phase: 'live', exit: { code: 3 }, recovery: null });
  });

  it('at recover.adopted, a relaunch that lived after all: live, once', async () => {
    const world = await makeServiceWorld();
    await world.spawn();
    world.host.reboot();
    await world.dieAt('recover.runtime');
    await world.restart();
    world.host.hang();
    await world.restart();
    world.host.wake();
    await world.dieAt('recover.adopted', () => world.restore(FIRST));
    await settlesAs(world, 'live');
  });
});
