import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INSTANCE, launch, sessionFacts, tagsOf } from '../../testing/session-facts.ts';
import type { InstanceId, SessionId } from '../ids.ts';
import type { ObservedTags, Probe, SeenRuntime } from '../session/probe.ts';
import type { Session } from '../session/session.ts';
import { planReconcile, type ReconcileInput, type RowObservation } from './plan.ts';

const exit = { code: 3, signal: null, atMs: 5 };
const failed = { state: 'failed', reason: 'claude is not on PATH', atMs: 1 } as const;
const queued = { state: 'queued', reason: 'host gone', atMs: 1 } as const;
const alive = (session: Session, tags: Partial<ObservedTags> = {}): Probe => ({ state: 'alive', pid: 7, tags: tagsOf(session, tags) });
const exited = (session: Session, tags: Partial<ObservedTags> = {}): Probe => ({ state: 'exited', exit, tags: tagsOf(session, tags) });
const absent: Probe = { state: 'dead', evidence: 'absent' };
const hostGone: Probe = { state: 'dead', evidence: 'host_gone' };
const unknown: Probe = { state: 'unknown', why: 'the host did not answer in time' };
const stranger = launch(99);
const earlier = launch(50);

function row(session: Session, probe: Probe, patch: Partial<RowObservation> = {}): RowObservation {
  return {
    session,
    probe,
    worktree: 'present',
    launchIds: [earlier, session.launchId],
    relaunch: { kind: 'launch', mode: 'fresh', why: 'a fresh shell' },
    absence: 'confirmed',
    relaunchTried: 'no',
    ...patch,
  };
}

const input = (rows: readonly RowObservation[], patch: Partial<ReconcileInput> = {}): ReconcileInput => ({
  instanceId: INSTANCE,
  rows,
  seen: [],
  busy: new Set(),
  ...patch,
});
const only = (observation: RowObservation) => planReconcile(input([observation])).actions;

describe('a live row', () => {
  const session = sessionFacts();

  it('is left alone while its runtime lives under this launch (I2)', () => {
    const plan = planReconcile(input([row(session, alive(session))]));
    expect(plan.actions).toEqual([]);
    expect(plan.looks.get(session.id)).toEqual({ state: 'reachable' });
  });

  it('gets its exit recorded when the agent process is dead', () => {
    expect(only(row(session, exited(session)))).toMatchObject([{ kind: 'record-exit', launchId: session.launchId, exit }]);
  });

  it('stays as it is once the exit is recorded, whatever became of the runtime', () => {
    const gone = sessionFacts({ exit });
    for (const probe of [exited(gone), absent, hostGone]) expect(only(row(gone, probe))).toEqual([]);
  });

  it('is relaunched when its runtime is gone, or its host is', () => {
    expect(only(row(session, absent))).toMatchObject([{ kind: 'relaunch', handle: 'same' }]);
    expect(only(row(session, hostGone))).toMatchObject([{ kind: 'relaunch', handle: 'same' }]);
  });

  it('is not relaunched on doubtful absence, but shown as unknown; a host proven gone leaves no doubt (I9)', () => {
    const plan = planReconcile(input([row(session, absent, { absence: 'doubtful' })]));
    expect(plan.actions).toEqual([]);
    expect(plan.undecided).toEqual([session.id]);
    expect(only(row(session, hostGone, { absence: 'doubtful' }))).toMatchObject([{ kind: 'relaunch' }]);
  });

  it('is terminated when it cannot resume and has nothing to replay', () => {
    expect(only(row(session, hostGone, { relaunch: { kind: 'refuse', why: 'no prompt' } }))).toMatchObject([{ kind: 'terminate' }]);
  });

  it('with a failed recovery is tried once by each daemon, then waits for the user', () => {
    const broken = sessionFacts({ recovery: failed });
    expect(only(row(broken, hostGone))).toMatchObject([{ kind: 'relaunch' }]);
    expect(only(row(broken, hostGone, { relaunchTried: 'yes' }))).toEqual([]);
  });

  it('is left alone, and shown as unknown, when nothing can be told (I9, L6)', () => {
    const plan = planReconcile(input([row(session, unknown), row(sessionFacts({ number: 2, recovery: queued }), unknown)]));
    expect(plan.actions).toEqual([]);
    expect(plan.undecided).toHaveLength(2);
  });

  it('is adopted and flagged when its worktree is missing', () => {
    const plan = planReconcile(input([row(session, alive(session), { worktree: 'missing' })]));
    expect(plan.actions).toEqual([]);
    expect(plan.worktreeMissing).toEqual([session.id]);
  });

  it('takes back an earlier launch that lives, or its exit, when a relaunch was cut off', () => {
    const cut = sessionFacts({ recovery: queued });
    expect(only(row(cut, alive(cut, { launchId: earlier })))).toMatchObject([{ kind: 'adopt', launchId: earlier }]);
    expect(only(row(cut, exited(cut, { launchId: earlier })))).toMatchObject([{ kind: 'record-exit', launchId: earlier }]);
  });

  it('finishes a relaunch whose runtime was created', () => {
    const cut = sessionFacts({ recovery: queued });
    expect(only(row(cut, alive(cut)))).toMatchObject([{ kind: 'adopt', launchId: cut.launchId }]);
  });

  it('takes another name when a runtime with a launch it never had holds its own, and never reaps that one', () => {
    for (const tags of [
      { launchId: stranger },
      { instanceId: 'x' as InstanceId },
      { sessionId: 'other-1' },
      { launchId: null, instanceId: null, sessionId: null },
    ]) {
      const plan = planReconcile(
        input([row(session, alive(session, tags))], {
          seen: [{ handle: session.runtimeHandle, probe: alive(session, tags) as SeenRuntime['probe'] }],
        }),
      );
      expect(plan.actions).toMatchObject([{ kind: 'relaunch', handle: 'another' }]);
    }
  });
});

describe('a spawning row', () => {
  const session = sessionFacts({ phase: 'spawning' });

  it('is finished when its runtime was created, undone otherwise, left when nothing can be told', () => {
    expect(only(row(session, alive(session)))).toMatchObject([{ kind: 'finish-spawn' }]);
    expect(only(row(session, exited(session)))).toMatchObject([{ kind: 'finish-spawn' }]);
    expect(only(row(session, absent))).toMatchObject([{ kind: 'undo-spawn' }]);
    expect(only(row(session, hostGone))).toMatchObject([{ kind: 'undo-spawn' }]);
    expect(only(row(session, alive(session, { launchId: stranger })))).toMatchObject([{ kind: 'undo-spawn' }]);
    expect(only(row(session, unknown))).toEqual([]);
  });
});

describe('a row with a kill requested', () => {
  it('has its kill finished, never a relaunch (I10)', () => {
    for (const phase of ['spawning', 'live'] as const) {
      const session = sessionFacts({ phase, killRequestedAtMs: 4 });
      for (const probe of [alive(session), exited(session), absent, hostGone])
        expect(only(row(session, probe))).toMatchObject([{ kind: 'finish-kill' }]);
      expect(only(row(session, unknown))).toEqual([]);
    }
  });
});

describe('a terminated row', () => {
  const ended = sessionFacts({ phase: 'terminated', endReason: 'killed', killRequestedAtMs: 3 });
  const seen = (session: Session, tags: Partial<ObservedTags> = {}): SeenRuntime => ({
    handle: session.runtimeHandle,
    probe: alive(session, tags) as SeenRuntime['probe'],
  });

  it('has a runtime of its last launch reaped, and no other', () => {
    expect(planReconcile(input([row(ended, alive(ended))], { seen: [seen(ended)] })).actions).toMatchObject([
      { kind: 'reap', launchId: ended.launchId },
    ]);
    for (const tags of [{ launchId: earlier }, { launchId: stranger }, { instanceId: 'x' as InstanceId }]) {
      expect(planReconcile(input([row(ended, alive(ended, tags))], { seen: [seen(ended, tags)] })).actions).toEqual([]);
    }
  });

  it('that was being parked is parked to the end, unless nothing can be told or a kill came since', () => {
    const parked = sessionFacts({ parked: true });
    expect(only(row(parked, alive(parked)))).toMatchObject([{ kind: 'finish-park' }]);
    expect(only(row(parked, hostGone))).toMatchObject([{ kind: 'finish-park' }]);
    expect(only(row(parked, { state: 'unknown', why: 'stopped' }))).toEqual([]);
    const killed = sessionFacts({ parked: true, killRequestedAtMs: 1 });
    expect(only(row(killed, alive(killed)))).toMatchObject([{ kind: 'finish-kill' }]);
  });

  it('stays ended, except a parked one, which is restored after any reaping', () => {
    expect(only(row(ended, hostGone))).toEqual([]);
    const parked = sessionFacts({ phase: 'terminated', parked: true });
    expect(only(row(parked, hostGone))).toMatchObject([{ kind: 'restore-parked' }]);
    expect(planReconcile(input([row(parked, alive(parked))], { seen: [seen(parked)] })).actions).toMatchObject([{ kind: 'reap' }]);
    expect(only(row(sessionFacts({ phase: 'terminated', parked: true, killRequestedAtMs: 1 }), hostGone))).toEqual([]);
  });
});

it('lists a runtime of ours without a row as an orphan and touches neither it nor anybody else’s', () => {
  const lost = sessionFacts({ number: 9 });
  const ours: SeenRuntime = { handle: lost.runtimeHandle, probe: alive(lost) as SeenRuntime['probe'] };
  const theirs: SeenRuntime = { handle: lost.runtimeHandle, probe: alive(lost, { instanceId: 'y' as InstanceId }) as SeenRuntime['probe'] };
  const plan = planReconcile(input([], { seen: [ours, theirs] }));
  expect(plan.actions).toEqual([]);
  expect(plan.orphans).toEqual([ours]);
});

it('leaves alone whatever an operation of this daemon holds', () => {
  const session = sessionFacts({ phase: 'spawning' });
  const plan = planReconcile(input([row(session, absent)], { busy: new Set([session.id]) }));
  expect(plan.actions).toEqual([]);
  expect(plan.looks.size).toBe(0);
});

it('relaunches orchestrators before workers, after everything else', () => {
  const worker = sessionFacts({ number: 1 });
  const orchestrator = sessionFacts({ number: 2, kind: 'orchestrator' });
  const killed = sessionFacts({ number: 3, killRequestedAtMs: 2 });
  const plan = planReconcile(input([row(worker, hostGone), row(orchestrator, hostGone), row(killed, hostGone)]));
  expect(plan.actions.map((action) => action.sessionId)).toEqual(['app-3', 'app-2', 'app-1'] as SessionId[]);
});

describe('for any row and any look', () => {
  const tags = fc.constantFrom<Partial<ObservedTags>>(
    {},
    { launchId: earlier },
    { launchId: stranger },
    { launchId: null },
    { instanceId: 'z' as InstanceId },
  );
  const rows = fc
    .record({
      phase: fc.constantFrom('spawning', 'live', 'terminated' as const),
      kind: fc.constantFrom('worker', 'orchestrator' as const),
      exit: fc.constantFrom(null, exit),
      recovery: fc.constantFrom(null, queued, failed),
      killRequestedAtMs: fc.constantFrom(null, 4),
      parked: fc.boolean(),
      probe: fc.constantFrom('alive', 'exited', 'absent', 'host_gone', 'unknown' as const),
      tags,
      absence: fc.constantFrom('confirmed', 'doubtful' as const),
      relaunchTried: fc.constantFrom('yes', 'no' as const),
      refuse: fc.boolean(),
    })
    .map(({ probe, tags: observed, absence, relaunchTried, refuse, ...facts }) => {
      const session = sessionFacts(facts as Partial<Session>);
      const probes = { alive: alive(session, observed), exited: exited(session, observed), absent, host_gone: hostGone, unknown };
      return row(session, probes[probe], {
        absence,
        relaunchTried,
        relaunch: refuse ? { kind: 'refuse', why: 'r' } : { kind: 'launch', mode: 'resumed', why: 'l' },
      });
    });

  it('"cannot tell" ends, starts and changes nothing (I9)', () => {
    fc.assert(
      fc.property(rows, (observation) => {
        fc.pre(observation.probe.state === 'unknown' && observation.session.phase !== 'terminated');
        expect(only(observation)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a live runtime of the current launch is never relaunched or terminated, unless a kill or a park was asked for (I2)', () => {
    fc.assert(
      fc.property(rows, (observation) => {
        const { session, probe } = observation;
        fc.pre(
          session.phase !== 'terminated' &&
            session.killRequestedAtMs === null &&
            probe.state === 'alive' &&
            probe.tags.launchId === session.launchId &&
            probe.tags.instanceId === INSTANCE,
        );
        const allowed = session.parked && session.phase === 'live' ? ['finish-park'] : ['adopt', 'finish-spawn'];
        for (const action of only(observation)) expect(allowed).toContain(action.kind);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a killed session never comes back by itself (I10)', () => {
    fc.assert(
      fc.property(rows, (observation) => {
        fc.pre(observation.session.killRequestedAtMs !== null);
        for (const action of only(observation)) expect(action.kind).toBe('finish-kill');
      }),
      { numRuns: 2_000 },
    );
  });
});
