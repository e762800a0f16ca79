/**
 * The plan against everything that users, crashes, reboots, outages and clocks can do before, between and in the middle of its
 * actions: thousands of histories a second. A failure prints its seed and the shrunk history.
 */
import fc from 'fast-check';
import { it } from 'vitest';
import { type Cut, createPlanWorld, type PlanWorld } from '../../testing/plan-model.ts';

type Event =
  | {
      readonly do: 'spawn';
      readonly kind: 'orchestrator' | 'worker';
      readonly agent: string;
      readonly prompt: string | null;
      readonly cut: Cut;
    }
  | { readonly do: 'kill' | 'restore' | 'park'; readonly which: number; readonly cut: Cut }
  | { readonly do: 'exit' | 'vanish' | 'foreign' | 'fail' | 'mend'; readonly which: number }
  | { readonly do: 'orphan' | 'hostDies' | 'hang' | 'wake' }
  | { readonly do: 'look'; readonly round: 'boot' | 'running'; readonly done: number; readonly cut: Cut }
  | { readonly do: 'pass'; readonly ms: number };

const which = fc.nat({ max: 5 });
const cut = fc.oneof({ weight: 3, arbitrary: fc.constant<Cut>('no') }, fc.constantFrom<Cut>('before the effect', 'before the mark'));
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('spawn' as const),
      kind: fc.constantFrom('orchestrator' as const, 'worker' as const),
      agent: fc.constantFrom('smart', 'shell', 'plain'),
      prompt: fc.constantFrom('p', null),
      cut,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'restore' as const, 'park' as const), which, cut }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('exit', 'vanish', 'foreign', 'fail', 'mend'), which }) as fc.Arbitrary<Event>,
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('orphan', 'hostDies', 'hang', 'wake') }) as fc.Arbitrary<Event> },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      round: fc.constantFrom('boot' as const, 'running' as const, 'running' as const),
      done: fc.oneof(fc.constant(99), fc.nat({ max: 3 })),
      cut,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.oneof(fc.integer({ min: 0, max: 6_000 }), fc.constant(86_400_000)) }),
  },
);

function happen(world: PlanWorld, one: Event): void {
  if ('which' in one) return happenTo(world, one);
  switch (one.do) {
    case 'spawn':
      return world.spawn(one.kind, one.agent, one.prompt, one.cut);
    case 'look':
      return void world.look(one.round, one.done, one.cut);
    case 'pass':
      return world.pass(one.ms);
    case 'orphan':
    case 'hostDies':
    case 'hang':
    case 'wake':
      return world[one.do]();
  }
}

function happenTo(world: PlanWorld, one: Extract<Event, { which: number }>): void {
  const session = world.nth(one.which);
  if (session === undefined) return;
  switch (one.do) {
    case 'kill':
    case 'restore':
    case 'park':
      return world[one.do](session, one.cut);
    case 'fail':
    case 'mend':
      return world.setFailing(session, one.do === 'fail' ? 'yes' : 'no');
    case 'exit':
    case 'vanish':
    case 'foreign':
      return world[one.do](session);
  }
}

/** Cheap, since it is asked half a million times. */
function must(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(what());
}

/** With a host that answers and time to look, everything is settled, and nothing is left to do. */
function comeToRest(world: PlanWorld): void {
  world.wake();
  for (let round = 0; round < 8; round += 1) {
    world.look(round === 0 ? 'boot' : 'running', 99, 'no');
    world.pass(4_000);
  }
  const left = world.look('running', 99, 'no');
  must(left.length === 0, () => `a fixpoint has nothing to do, not ${JSON.stringify(left)}`);
  const { panes, killed, acknowledged, tried } = world.settled();
  const rows = [...world.rows.values()];
  must(rows.filter(({ kind, phase }) => kind === 'orchestrator' && phase !== 'terminated').length <= 1, () => 'I3: two orchestrators');
  for (const row of rows) {
    const own = panes.filter(({ tags, life }) => tags.sessionId === row.id && life === 'alive');
    const wanted = row.phase === 'live' && row.exit === null && !tried.has(row.id) ? 1 : 0;
    must(row.phase !== 'spawning', () => `I4: ${row.id} is spawning for ever`);
    must(own.length === wanted, () => `I2: ${own.length} runtimes run for ${row.id}, ${row.phase}, exit ${JSON.stringify(row.exit)}`);
    if (row.phase !== 'live') continue;
    must(row.killRequestedAtMs === null && !killed.has(row.id), () => `I10: ${row.id} was killed and is live`);
    must(row.recovery?.state !== 'queued', () => `I4: ${row.id} is recovering for ever`);
    for (const { tags } of own) must(tags.launchId === row.launchId, () => `I2: another launch than its own runs for ${row.id}`);
  }
  for (const id of acknowledged) must(world.rows.has(id), () => `I12: ${id}, which was acknowledged, is gone`);
}

const RUNS = Number(process.env['AO_TEST_RUNS'] ?? 20_000);

it('keeps the invariants in every history, and comes to rest', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 25 }), (history) => {
      const world = createPlanWorld();
      for (const one of history) happen(world, one);
      comeToRest(world);
    }),
    { numRuns: RUNS },
  );
});
