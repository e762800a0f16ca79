/**
 * Whatever users, agents, the host and the machine do to each other in whatever order, things end up in a state that the
 * invariants of SPEC §0 allow. Each run is a list of bursts: what is in one burst starts at the same time and interleaves.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionId } from '../core/ids.ts';
import type { Session } from '../core/session/session.ts';
import type { Life } from '../testing/mortal.ts';
import { failure, makeServiceWorld, REPOSITORY } from '../testing/service-world.ts';
import { INSTANCE } from '../testing/session-facts.ts';

type Command =
  | { readonly do: 'spawn'; readonly agent: 'smart' | 'plain' | 'shell'; readonly prompt: string | null }
  | { readonly do: 'ensure' | 'clean' | 'park' | 'unpark' | 'cleanup' | 'reboot' | 'hang' | 'wake' | 'round' | 'crash' }
  | { readonly do: 'kill' | 'restore' | 'resume' | 'exit' | 'vanish' | 'ghost' | 'blind' | 'write' | 'send'; readonly which: number }
  | { readonly do: 'crash-after'; readonly calls: number }
  | { readonly do: 'fail'; readonly operation: 'create' | 'destroy' | 'prepare' | 'worktree' | 'undo' | 'restart' }
  | { readonly do: 'install'; readonly installed: 'yes' | 'no' }
  | { readonly do: 'plant'; readonly ahead: number };

const which = fc.nat({ max: 5 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('spawn' as const),
      agent: fc.constantFrom('smart' as const, 'plain' as const, 'shell' as const),
      prompt: fc.constantFrom('do it', null),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('ensure', 'clean', 'park', 'unpark', 'cleanup', 'reboot', 'hang', 'wake', 'round', 'crash'),
    }) as fc.Arbitrary<Command>,
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom('kill', 'restore', 'resume', 'exit', 'vanish', 'ghost', 'blind', 'write', 'send'),
      which,
    }) as fc.Arbitrary<Command>,
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash-after' as const), calls: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      operation: fc.constantFrom(
        'create' as const,
        'destroy' as const,
        'prepare' as const,
        'worktree' as const,
        'undo' as const,
        'restart' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('install' as const), installed: fc.constantFrom('yes' as const, 'no' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('plant' as const), ahead: fc.integer({ min: 1, max: 2 }) }) },
);
const bursts = fc.array(fc.array(command, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 });

it('every interleaving settles into what the invariants allow', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(bursts, fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 20 }), async (all, turns) => {
      const story = await makeStory(turns);
      for (const burst of all) await story.play(burst);
      await story.comeToRest();
      story.check();
    }),
    { numRuns: Number(process.env['AO_TEST_RUNS'] ?? 400) },
  );
});

async function makeStory(turns: readonly number[]) {
  let turn = 0;
  const world = await makeServiceWorld({ turns: () => turns[turn++ % turns.length] ?? 0 });
  const written: { readonly id: SessionId; readonly path: string; readonly file: string }[] = [];
  const spawned = new Set<SessionId>();
  const sent: SessionId[] = [];
  const submittedTo = new Map<number, Set<number>>();
  const blind = new Set<Session['runtimeHandle']>();
  const killed = new Set<SessionId>();
  const operations: { readonly life: Life; state: 'runs' | 'ended' }[] = [];
  let host: 'up' | 'hung' = 'up';

  const nth = (n: number): Session | undefined => {
    const rows = world.store.sessions.list();
    return rows[n % Math.max(1, rows.length)];
  };
  const track = (work: Promise<unknown>): void => {
    // What a dead daemon was doing never ends.
    const operation = { life: world.daemon().life, state: 'runs' as 'runs' | 'ended' };
    operations.push(operation);
    work.catch(() => undefined).finally(() => (operation.state = 'ended'));
  };

  async function run(command: Command): Promise<void> {
    switch (command.do) {
      case 'spawn':
        return track(world.spawn({ agent: command.agent, prompt: command.prompt }).then(({ id }) => spawned.add(id)));
      case 'ensure':
        return track(world.ensure().then(({ session }) => spawned.add(session.id)));
      case 'park':
      case 'unpark':
        return track(world.services().sessions[command.do](null));
      case 'cleanup':
        return track(world.services().sessions.cleanup('remove'));
      case 'clean':
        return track(world.ensure({ mode: 'clean' }).then(({ session }) => spawned.add(session.id)));
      case 'reboot':
        host = 'up';
        world.host.reboot();
        return;
      case 'hang':
        host = 'hung';
        return world.host.hang();
      case 'wake':
        if (host === 'hung') world.host.wake();
        host = 'up';
        return;
      case 'round':
        return await world.rounds();
      case 'crash':
        return await world.restart();
      case 'crash-after':
        return world.daemon().life.endAfter(command.calls);
      case 'fail': {
        const error = failure('INTERNAL', `${command.operation} fails`);
        if (command.operation === 'prepare') for (const agent of Object.values(world.agents)) agent.failNextPrepare(error);
        else if (command.operation === 'worktree') world.workspaces.failNext('create', error);
        else if (command.operation === 'undo') world.workspaces.failNext('undo', error);
        else world.host.failNext(command.operation, error);
        return;
      }
      case 'install':
        return world.agents.smart.setInstalled(command.installed);
      case 'plant': {
        const last = Math.max(0, ...world.store.sessions.list().map(({ number }) => number));
        const handle = `/fake.sock:app-${last + command.ahead}` as Session['runtimeHandle'];
        if (host === 'up' && world.host.pane(handle) === null) world.host.plant(handle);
        return;
      }
      default:
        return await runOn(command.do, nth(command.which));
    }
  }

  async function runOn(what: Extract<Command, { which: number }>['do'], session: Session | undefined): Promise<void> {
    if (session === undefined) return;
    const { id } = session;
    switch (what) {
      case 'kill':
        return track(world.kill(id).then(() => killed.add(id)));
      case 'restore':
        killed.delete(id);
        return track(world.restore(id).finally(() => killed.delete(id)));
      case 'resume':
        return track(world.resume(id));
      case 'exit':
        for (const pane of world.panesOf(id)) world.host.exit(pane.handle, { code: 1 });
        return;
      case 'vanish':
        for (const pane of world.panesOf(id)) world.host.remove(pane.handle);
        return;
      case 'ghost': {
        // The launch before this one stands there after all: its relaunch was cut off.
        const launchId = world.store.sessions.launchIds(id).at(-2);
        if (host !== 'up' || launchId === undefined || world.panesOf(id).length > 0 || session.phase !== 'live') return;
        if (world.host.pane(session.runtimeHandle) === null)
          world.host.plant(session.runtimeHandle, { instanceId: INSTANCE, sessionId: id, launchId });
        return;
      }
      case 'blind':
        blind.add(session.runtimeHandle);
        return world.host.setUnknown(session.runtimeHandle, 'the look at it failed');
      case 'write': {
        if (!world.workspaces.folders().includes(session.workspace.path)) return;
        const file = `note-${written.length}`;
        world.workspaces.write(session.workspace.path, file, 'precious');
        written.push({ id, path: session.workspace.path, file });
        return;
      }
      case 'send':
        return track((async () => world.services().sessions.send({ by: 'id', id }, { text: `<${sent.push(id)}>`, key: null }))());
    }
  }

  function checkAlways(): void {
    const perSession = new Map<string, number>();
    for (const { tags, exit, input, pid } of world.host.panes()) {
      for (const [, n] of input.matchAll(/<([0-9]+)>\r/g)) submittedTo.set(Number(n), (submittedTo.get(Number(n)) ?? new Set()).add(pid));
      expect(new Set(input.match(/<[0-9]+>/g)).size, `messages in ${input}`).toBe((input.match(/<[0-9]+>/g) ?? []).length);
      if (tags.sessionId !== null && exit === null) perSession.set(tags.sessionId, (perSession.get(tags.sessionId) ?? 0) + 1);
    }
    for (const [n, pids] of submittedTo) expect(pids.size, `deliveries of <${n}>`).toBe(1);
    for (const [id, count] of perSession) expect(count, `runtimes that run for ${id}`).toBe(1);
    const orchestrators = world.store.sessions.list({ phases: ['spawning', 'live'] }).filter(({ kind }) => kind === 'orchestrator');
    const slots = orchestrators.map(({ slot }) => slot);
    expect(new Set(slots).size, `orchestrators ${slots.join(', ')}`).toBe(slots.length);
  }

  const allEvents = (): readonly string[] =>
    world.store.sessions.list().flatMap(({ id }) => world.events(id).map((kind) => `${id} ${kind}`));

  function checkRow(row: Session): void {
    const panes = world.panesOf(row.id);
    const what = `${row.id} ${row.phase} ${JSON.stringify({ exit: row.exit, recovery: row.recovery, launch: row.launchId, panes })}`;
    expect(row.phase, what).not.toBe('spawning');
    if (row.phase === 'terminated') {
      // A fenced launch of an earlier, failed restore may stand there, spent: SPEC §3.5 leaves it, a restore clears it away.
      expect(
        panes.filter(({ exit, tags }) => exit === null || tags.launchId === row.launchId),
        what,
      ).toEqual([]);
      return;
    }
    expect(row.killRequestedAtMs, what).toBeNull();
    expect(row.recovery?.state, what).not.toBe('queued');
    expect(row.exit?.code, `a launch that we fenced is no exit of the agent: ${what}`).not.toBe(125);
    expect(killed.has(row.id), `killed and back: ${what}`).toBe(false);
    for (const pane of panes) expect(pane.tags.launchId, what).toBe(row.launchId);
    if (row.exit !== null || row.recovery !== null) {
      expect(panes.length, what).toBeLessThanOrEqual(1);
      expect(
        panes.filter(({ exit }) => exit === null),
        what,
      ).toEqual([]);
      return;
    }
    expect(
      panes.map(({ handle, exit }) => ({ handle, exit })),
      what,
    ).toEqual([{ handle: row.runtimeHandle, exit: null }]);
  }

  return {
    async play(burst: readonly Command[]): Promise<void> {
      for (const command of burst) {
        if (world.daemon().life.isOver()) await world.restart();
        await run(command);
      }
      await world.settle();
      checkAlways();
    },

    async comeToRest(): Promise<void> {
      if (host === 'hung') world.host.wake();
      for (const handle of blind) world.host.setUnknown(handle, null);
      for (let round = 0; round < 40; round += 1) {
        // One armed to die late may still do so.
        if (world.daemon().life.isOver()) await world.restart();
        await world.rounds();
        checkAlways();
      }
      await world.settle();
      const before = allEvents();
      await world.rounds(2);
      expect(allEvents(), 'a fixpoint has nothing to do').toEqual(before);
    },

    check(): void {
      const stuck = operations.filter(({ life, state }) => state === 'runs' && !life.isOver());
      expect(stuck, 'operations that never end').toEqual([]);
      for (const row of world.store.sessions.list()) checkRow(row);
      const open = world.store.sessions.list({ phases: ['spawning', 'live'] }).filter(({ kind }) => kind === 'orchestrator');
      expect(
        open.map(({ slot }) => slot),
        'at rest there is one orchestrator at most, and it is the current one',
      ).toEqual(open.length === 0 ? [] : ['current']);
      const rows = new Set(world.store.sessions.list().map(({ id }) => id as string));
      for (const { tags } of world.host.panes()) if (tags.sessionId !== null) expect(rows).toContain(tags.sessionId);
      for (const id of spawned) expect(rows, 'an acknowledged spawn').toContain(id);
      for (const { id, path, file } of written) {
        const folders = world.workspaces.folders().filter((folder) => folder === path || folder.startsWith(`${path}.stale-`));
        const kept = folders.some((folder) => world.workspaces.read(folder, file) === 'precious');
        expect(kept || world.workspaces.refs(REPOSITORY).includes(`refs/ao/preserved/${id}`), `${file} in ${path}`).toBe(true);
      }
    },
  };
}
