import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { planReconcile } from '../../core/reconcile/plan.ts';
import type { Session } from '../../core/session/session.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { createFakeStore } from '../../testing/fakes/store.ts';
import { failure, makeServiceWorld, outcomeOf, type ServiceWorld } from '../../testing/service-world.ts';
import { INSTANCE, sessionFacts, tagsOf } from '../../testing/session-facts.ts';
import { createLooks } from '../looks.ts';
import { createReconciler, REAPER_PERIOD_MS } from './reconciler.ts';

const statusOf = (world: ServiceWorld, id: SessionId): string => world.services().sessions.get({ by: 'id', id }).derived.status;
const idOf = (n: number): SessionId => `app-${n}` as SessionId;

async function spawnMany(world: ServiceWorld, count: number): Promise<readonly Session[]> {
  const sessions: Session[] = [];
  for (let n = 0; n < count; n += 1) sessions.push(await world.spawn());
  return sessions;
}

describe('a round', () => {
  it('adopts what lives at a start: no new row, no create, no destroy (I2)', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    await spawnMany(world, 3);
    const before = world.store.sessions.list();
    await world.restart();
    await world.rounds(3);
    expect(world.store.sessions.list()).toEqual(before);
    expect(world.host.launches).toHaveLength(4);
    expect(world.host.destroyed).toEqual([]);
  });

  it('takes a session missing on a host that answers for dead after three looks over ten seconds, not before', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle } = await world.spawn();
    world.host.remove(runtimeHandle);
    await world.rounds(1);
    expect(statusOf(world, id)).toBe('unknown');
    await world.rounds(9);
    expect(world.host.launches).toHaveLength(1);
    await world.rounds(1);
    expect(world.row(id)).toMatchObject({ launchMode: 'resumed', recovery: null });
    expect(world.host.launches).toHaveLength(2);
  });

  it('forgets an absence that turned out to be none', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle, launchId } = await world.spawn();
    world.host.remove(runtimeHandle);
    await world.rounds(9);
    world.host.plant(runtimeHandle, { instanceId: INSTANCE, sessionId: id, launchId });
    await world.rounds(1);
    expect(statusOf(world, id)).toBe('running');
    world.host.remove(runtimeHandle);
    await world.rounds(9);
    expect(world.host.launches).toHaveLength(1);
  });

  it('takes a session whose name a foreign runtime holds for dead likewise, and gives it another name', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle } = await world.spawn();
    world.host.remove(runtimeHandle);
    world.host.plant(runtimeHandle);
    await world.rounds(9);
    expect(world.host.launches).toHaveLength(1);
    await world.rounds(3);
    expect(world.row(id)).toMatchObject({ runtimeHandle: `${runtimeHandle}_1`, recovery: null });
    expect(world.host.pane(runtimeHandle)).not.toBeNull();
  });

  it('takes a host proven gone for one outage: all come back at once, four at a time, orchestrators first (L7)', async () => {
    const world = await makeServiceWorld({ turns: () => 3 });
    await spawnMany(world, 9);
    await world.ensure();
    const order: string[] = [];
    let running = 0;
    let most = 0;
    world.meanwhile.prepare = async (id) => {
      order.push(id);
      most = Math.max(most, (running += 1));
      await world.clock.sleep(100);
      running -= 1;
    };
    world.host.reboot();
    await world.restart();
    expect(running).toBe(4);
    expect(world.services().recovering()).toBe(10);
    expect(world.store.sessions.list().map(({ id }) => statusOf(world, id))).toEqual(Array(10).fill('recovering'));
    await world.rounds(3);
    expect(world.services().recovering()).toBe(0);
    expect(most).toBe(4);
    expect(order[0]).toBe('app-10');
    expect(new Set(order).size).toBe(10);
    expect(world.host.panes()).toHaveLength(10);
  });

  it('plans nothing at a fixpoint: no write, no effect', async () => {
    const world = await makeServiceWorld();
    await spawnMany(world, 2);
    await world.ensure();
    await world.kill(idOf(1));
    world.host.exit(world.row(idOf(2)).runtimeHandle);
    await world.rounds();
    const events = () => world.store.sessions.list().flatMap(({ id }) => world.store.sessions.events(id));
    const before = events();
    await world.rounds(5);
    expect(events()).toEqual(before);
  });

  it('concludes nothing from a host that does not answer, and shows it (I9, L6)', async () => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    const before = world.row(id);
    world.host.hang();
    await world.rounds(30);
    expect(world.row(id)).toEqual(before);
    expect(statusOf(world, id)).toBe('unknown');
    world.host.wake();
    await world.rounds();
    expect(statusOf(world, id)).toBe('running');
  });

  it('records an exit with its code, and shows it', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle } = await world.spawn();
    world.host.exit(runtimeHandle, { code: 7 });
    await world.rounds();
    expect(world.row(id)).toMatchObject({ phase: 'live', exit: { code: 7 } });
    expect(statusOf(world, id)).toBe('exited');
    expect(world.events(id)).toEqual(['spawning', 'spawned', 'exited']);
  });

  it('reaps the runtime of a terminated session that still carries its last launch, and never a foreign one', async () => {
    const world = await makeServiceWorld();
    const { id, runtimeHandle, launchId } = await world.spawn();
    await world.kill(id);
    world.host.plant(runtimeHandle, { instanceId: INSTANCE, sessionId: id, launchId });
    world.host.plant('/fake.sock:other' as never, { instanceId: '00000000-0000-4000-8000-00000000beef' as never, sessionId: id, launchId });
    await world.rounds(2);
    expect(world.host.panes().map(({ handle }) => handle)).toEqual(['/fake.sock:other']);
    expect(world.events(id).filter((kind) => kind === 'reaped')).toHaveLength(1);
  });

  it('lists a runtime of ours without a row as an orphan and leaves it alone', async () => {
    const world = await makeServiceWorld();
    world.host.plant('/fake.sock:app-77' as never, { instanceId: INSTANCE, sessionId: 'app-77' });
    await world.rounds(3);
    expect(
      world
        .services()
        .reconciler.orphans()
        .map(({ handle }) => handle),
    ).toEqual(['/fake.sock:app-77']);
    expect(world.host.panes()).toHaveLength(1);
  });

  it('flags a live session whose worktree is gone, once, and lets it live (L10)', async () => {
    const world = await makeServiceWorld();
    const { id, workspace } = await world.spawn();
    world.workspaces.deleteByHand(workspace.path);
    await world.restart();
    await world.rounds(3);
    expect(world.events(id).filter((kind) => kind === 'worktree-missing')).toHaveLength(1);
    expect(statusOf(world, id)).toBe('running');
  });

  it('sees a worktree that goes while it runs, says so in the status, and sees it come back (L10)', async () => {
    const world = await makeServiceWorld();
    const { id, workspace } = await world.spawn();
    const reason = () => world.services().sessions.get({ by: 'id', id }).derived.reason;
    const told = () => world.events(id).filter((kind) => kind.startsWith('worktree-'));
    world.workspaces.deleteByHand(workspace.path);
    await world.rounds(11);
    expect(reason()).toContain(`; its worktree ${workspace.path} is gone`);
    await world.rounds(20);
    expect(told()).toEqual(['worktree-missing']);
    await world.workspaces.port.create(workspace);
    await world.rounds(11);
    expect(reason()).not.toContain('is gone');
    expect(told()).toEqual(['worktree-missing', 'worktree-back']);
    expect(world.row(id)).toMatchObject({ phase: 'live', recovery: null });
  });

  it('does not call a session unknown that was spawned while it looked', async () => {
    const world = await makeServiceWorld();
    let spawned: Session | null = null;
    world.meanwhile.beforeProbe = async () => {
      spawned ??= await world.spawn();
    };
    await world.rounds();
    expect(spawned).not.toBeNull();
    expect(statusOf(world, idOf(1))).toBe('running');
  });
});

describe('a plan that has aged (L7: no double resume)', () => {
  const changes = [
    ['was killed', async (world: ServiceWorld, id: SessionId) => void (await world.kill(id))],
    ['was brought back', async (world: ServiceWorld, id: SessionId) => void (await world.restore(id))],
  ] as const;

  it.each(changes)('is not applied to a session that %s between the look and the act', async (_what, change) => {
    const world = await makeServiceWorld();
    const { id } = await world.spawn();
    world.host.reboot();
    let once = false;
    world.meanwhile.afterProbe = async () => {
      if (once) return;
      once = true;
      await change(world, id);
    };
    await world.rounds(5);
    expect(once).toBe(true);
    expect(world.host.launches.filter(({ sessionId }) => sessionId === id).length).toBeLessThanOrEqual(2);
    expect(world.events(id).filter((kind) => kind === 'relaunching').length).toBeLessThanOrEqual(1);
    expect(world.panesOf(id)).toHaveLength(world.row(id).phase === 'live' ? 1 : 0);
  });
});

describe('a parked session', () => {
  async function parkedSession(kind: 'worker' | 'orchestrator') {
    const world = await makeServiceWorld();
    const session = kind === 'worker' ? await world.spawn() : (await world.ensure()).session;
    world.host.remove(session.runtimeHandle);
    const facts = { phase: 'terminated', slot: null, parked: true } as const;
    world.store.sessions.update(session.id, facts, { kind: 'test', reason: 'parked' });
    return { world, id: session.id };
  }

  it.each(['worker', 'orchestrator'] as const)('comes back at the next start and not before (%s)', async (kind) => {
    const { world, id } = await parkedSession(kind);
    await world.rounds(3);
    expect(world.row(id).phase).toBe('terminated');
    await world.restart();
    expect(world.row(id)).toMatchObject({ phase: 'live', parked: false });
    expect(world.panesOf(id)).toHaveLength(1);
  });

  it('comes back after its old runtime was reaped', async () => {
    const { world, id } = await parkedSession('worker');
    world.host.plant(world.row(id).runtimeHandle, { instanceId: INSTANCE, sessionId: id, launchId: world.row(id).launchId });
    await world.restart();
    await world.rounds(2);
    expect(world.row(id)).toMatchObject({ phase: 'live', parked: false });
    expect(world.panesOf(id)).toHaveLength(1);
  });

  it('that cannot come back is tried once by each daemon, not each second', async () => {
    const { world, id } = await parkedSession('worker');
    world.agents.smart.setInstalled('no');
    await world.restart();
    await world.rounds(5);
    const refused = world.daemon().log.lines.filter(({ facts }) => facts['action'] === 'restore-parked' && facts['error'] !== undefined);
    expect(refused).toHaveLength(1);
    world.agents.smart.setInstalled('yes');
    await world.restart();
    expect(world.row(id)).toMatchObject({ phase: 'live', parked: false });
  });

  it('that the host keeps waiting comes back when it answers', async () => {
    const { world, id } = await parkedSession('worker');
    world.host.hang();
    await world.restart();
    await world.rounds(2);
    expect(world.row(id)).toMatchObject({ phase: 'terminated', parked: true });
    world.host.wake();
    await world.rounds(3);
    expect(world.row(id)).toMatchObject({ phase: 'live', parked: false });
    expect(world.panesOf(id)).toHaveLength(1);
  });

  it('is killed for good', async () => {
    const { world, id } = await parkedSession('worker');
    await world.kill(id);
    await world.restart();
    await world.rounds(3);
    expect(world.row(id)).toMatchObject({ phase: 'terminated', endReason: 'killed', parked: false });
  });
});

describe('the reaper', () => {
  function setUp() {
    const clock = createManualClock();
    const log = createRecordingLog();
    const looks: (() => void)[] = [];
    let rounds = 0;
    const reconciler = createReconciler({
      clock,
      log,
      store: createFakeStore(),
      looks: createLooks(),
      observe: () => new Promise((resolve) => looks.push(() => resolve({ instanceId: INSTANCE, rows: [], seen: [], busy: new Set() }))),
      apply: { apply: async () => undefined, queueRelaunch: (session) => session, stop: () => undefined },
      track: (_name, work) => work(),
      observed: () => undefined,
      afterRound: () => void (rounds += 1),
    });
    return { clock, log, looks, reconciler, rounds: () => rounds };
  }

  it('never begins a round while the one before it runs', async () => {
    const { clock, looks, reconciler, rounds } = setUp();
    reconciler.startReaper();
    await clock.advance(10 * REAPER_PERIOD_MS);
    expect(looks).toHaveLength(1);
    looks[0]?.();
    await clock.advance(REAPER_PERIOD_MS);
    expect([looks.length, rounds()]).toEqual([2, 1]);
  });

  it('goes on after a round that failed', async () => {
    const { clock, log, looks, reconciler } = setUp();
    const broken = createReconciler({
      clock,
      log,
      store: createFakeStore(),
      looks: createLooks(),
      observe: async () => {
        looks.push(() => undefined);
        throw new Error('no');
      },
      apply: { apply: async () => undefined, queueRelaunch: (session) => session, stop: () => undefined },
      track: (_name, work) => work(),
      observed: () => undefined,
      afterRound: () => undefined,
    });
    broken.startReaper();
    await clock.advance(3 * REAPER_PERIOD_MS);
    expect(looks).toHaveLength(3);
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'error', 'error']);
    await broken.stop();
    await reconciler.stop();
  });

  it('ends with stop(), which waits for the round that runs; what that round saw is not acted upon', async () => {
    const { clock, looks, reconciler, rounds } = setUp();
    reconciler.startReaper();
    await clock.advance(REAPER_PERIOD_MS);
    let stopped = false;
    const stopping = reconciler.stop().then(() => (stopped = true));
    await clock.advance(0);
    expect(stopped).toBe(false);
    looks[0]?.();
    await stopping;
    await clock.advance(10 * REAPER_PERIOD_MS);
    expect([looks.length, rounds(), clock.pending()]).toEqual([1, 0, 0]);
  });
});

it('a stop begins no relaunch that still waits for its turn; the next start does', async () => {
  const world = await makeServiceWorld();
  await spawnMany(world, 8);
  world.meanwhile.prepare = () => world.clock.sleep(5_000);
  world.host.reboot();
  await world.rounds();
  const { services, operations } = world.daemon();
  operations.close();
  await services.reconciler.stop();
  let idle = false;
  void operations.whenIdle().then(() => (idle = true));
  await world.clock.advance(5_000);
  await world.settle();
  expect(idle).toBe(true);
  expect(world.host.panes()).toHaveLength(4);
  expect(services.recovering()).toBe(4);
  world.meanwhile.prepare = undefined;
  await world.restart();
  await world.settle();
  expect(world.host.panes()).toHaveLength(8);
});

it('an undecided session is left to the next look while an operation of ours holds it', () => {
  const session = sessionFacts();
  const probe = { state: 'exited', exit: { code: 1, signal: null, atMs: 1 }, tags: tagsOf(session) } as const;
  const row = {
    session,
    probe,
    worktree: 'unknown',
    launchIds: [session.launchId],
    relaunch: null,
    absence: 'doubtful',
    relaunchTried: 'no',
  } as const;
  const plan = planReconcile({ instanceId: INSTANCE, rows: [row], seen: [], busy: new Set([session.id]) });
  expect(plan.actions).toEqual([]);
});

it('a destroy that fails while a kill is finished is tried again by the next round', async () => {
  const world = await makeServiceWorld();
  const { id } = await world.spawn();
  world.host.failNext('destroy', failure('INTERNAL'));
  expect(await outcomeOf(world.kill(id))).toBe('INTERNAL');
  await world.rounds();
  expect(world.row(id).phase).toBe('terminated');
});
