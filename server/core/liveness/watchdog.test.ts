import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Owner } from './owner.ts';
import {
  type Client,
  holdersOf,
  initialWatchdog,
  transition,
  type WatchdogEffect,
  type WatchdogEvent,
  type WatchdogState,
} from './watchdog.ts';

const LIMITS = { graceMs: 5, lossGraceMs: 20, linkDeadlineMs: 9 };
const client = (id: string, key: string | null = null): Client => ({ id, key, kind: 'socket', sinceMs: 0, detail: 'test' });

/** Applies events in order, collecting every effect. */
function run(state: WatchdogState, ...events: readonly WatchdogEvent[]): { state: WatchdogState; effects: WatchdogEffect[] } {
  const effects: WatchdogEffect[] = [];
  let current = state;
  for (const event of events) {
    const next = transition(current, event);
    current = next.state;
    effects.push(...next.effects);
  }
  return { state: current, effects };
}

const joined = (id: string, nowMs: number, key: string | null = null): WatchdogEvent => ({
  type: 'joined',
  client: client(id, key),
  nowMs,
});
const left = (clientId: string, nowMs: number): WatchdogEvent => ({ type: 'departed', clientId, how: 'left', nowMs });
const lost = (clientId: string, nowMs: number): WatchdogEvent => ({ type: 'departed', clientId, how: 'lost', nowMs });
const fired = (epoch: number, nowMs: number, clock: 'steady' | 'suspended' = 'steady'): WatchdogEvent => ({
  type: 'timer_fired',
  epoch,
  clock,
  nowMs,
});
const stops = (effects: readonly WatchdogEffect[]): number => effects.filter((effect) => effect.type === 'request_stop').length;
const epochsOf = (effects: readonly WatchdogEffect[]): number[] =>
  effects.flatMap((effect) => (effect.type === 'set_timer' ? [effect.epoch] : []));

describe('the watchdog of an app daemon', () => {
  const app = initialWatchdog('app', LIMITS);

  it('L3: a timer that already fired for an earlier grace means nothing', () => {
    const { state, effects } = run(app, joined('a', 0), left('a', 1), joined('b', 5), left('b', 6));
    const [stale, current] = epochsOf(effects);
    const late = run(state, fired(stale as number, 100));
    expect(late.state.mode.kind).toBe('grace');
    expect(stops(late.effects)).toBe(0);
    expect(stops(run(late.state, fired(current as number, 11)).effects)).toBe(1);
  });

  it("L3: A leaves, B joins, B leaves, C joins, C leaves: C's departure starts a full grace", () => {
    const { state, effects } = run(app, joined('a', 0), left('a', 1), joined('b', 2), left('b', 3), joined('c', 7), left('c', 9));
    expect(state.mode).toMatchObject({ kind: 'grace', startedAtMs: 9, deadlineMs: 14 });
    expect(effects.at(-1)).toMatchObject({ type: 'set_timer', delayMs: 5 });
  });

  it('L3: a client that connects while draining is told to come back, and the stop stands', () => {
    const grace = run(app, joined('a', 0), left('a', 1));
    const draining = run(grace.state, fired(grace.state.epoch, 6));
    expect(stops(draining.effects)).toBe(1);
    const late = run(draining.state, joined('b', 6));
    expect(late.effects).toEqual([{ type: 'tell', clientId: 'b', verdict: 'restarting' }]);
    expect(late.state.mode.kind).toBe('draining');
    expect(holdersOf(late.state)).toEqual([]);
  });

  it('L3: an aborted stop starts a full grace and can fire again', () => {
    const grace = run(app, joined('a', 0), left('a', 1));
    const draining = run(grace.state, fired(grace.state.epoch, 6));
    const again = run(draining.state, { type: 'stop_aborted', nowMs: 8 });
    expect(again.state.mode).toMatchObject({ kind: 'grace', deadlineMs: 13 });
    expect(stops(run(again.state, fired(again.state.epoch, 13)).effects)).toBe(1);
  });

  it('is held again when a stop that somebody else asked for is aborted while a client is connected', () => {
    const { state, effects } = run(app, joined('a', 0), { type: 'stop_begun', nowMs: 1 }, { type: 'stop_aborted', nowMs: 2 });
    expect(state.mode.kind).toBe('held');
    expect(effects.at(-1)).toEqual({ type: 'tell', clientId: 'a', verdict: 'counted' });
  });

  it('L4: starts the grace over when the machine slept through it', () => {
    const grace = run(app, joined('a', 0), left('a', 1));
    const slept = run(grace.state, fired(grace.state.epoch, 6, 'suspended'));
    expect(stops(slept.effects)).toBe(0);
    expect(slept.state.mode).toMatchObject({ kind: 'grace', deadlineMs: 11 });
  });

  it('looks again, instead of stopping, when a timer fires a little early', () => {
    const grace = run(app, joined('a', 0), left('a', 1));
    const early = run(grace.state, fired(grace.state.epoch, 5.5));
    expect(early.effects).toEqual([{ type: 'set_timer', epoch: early.state.epoch, delayMs: 0.5 }]);
    expect(stops(run(early.state, fired(early.state.epoch, 6)).effects)).toBe(1);
  });

  it('gives a lost client its long grace even when another one says goodbye later', () => {
    const { state } = run(app, joined('phone', 0), joined('tab', 0), lost('phone', 1), left('tab', 2));
    expect(state.mode).toMatchObject({ kind: 'grace', deadlineMs: 21, cause: 'lost' });
  });

  it('forgets a loss once that very tab is back', () => {
    const { state } = run(app, joined('c1', 0, 'phone'), lost('c1', 1), joined('c2', 2, 'phone'), left('c2', 3));
    expect(state.mode).toMatchObject({ kind: 'grace', deadlineMs: 8, cause: 'left' });
  });

  it('waits for a busy lease after the deadline and decides again when it is released', () => {
    const busy = run(app, joined('a', 0), { type: 'lease_taken', leaseId: 'spawn', untilMs: 50, nowMs: 0 }, left('a', 1));
    const waiting = run(busy.state, fired(busy.state.epoch, 6));
    expect(stops(waiting.effects)).toBe(0);
    expect(waiting.effects).toEqual([{ type: 'set_timer', epoch: waiting.state.epoch, delayMs: 44 }]);
    expect(stops(run(waiting.state, { type: 'lease_released', leaseId: 'spawn', nowMs: 9 }).effects)).toBe(1);
    expect(stops(run(waiting.state, fired(waiting.state.epoch, 50)).effects)).toBe(1);
  });

  it('stops at the link deadline when nobody ever connected, and not before (I5)', () => {
    const started = run(app, { type: 'started', nowMs: 0 });
    expect(stops(run(started.state, fired(started.state.epoch, 8)).effects)).toBe(0);
    expect(run(started.state, fired(started.state.epoch, 9)).effects).toContainEqual({ type: 'request_stop', cause: 'never_linked' });
  });

  it('I8: becomes disarmed when made headless in its grace, and its timer is dead', () => {
    const grace = run(app, joined('a', 0), left('a', 1));
    const headless = run(grace.state, { type: 'owner_changed', owner: 'headless', nowMs: 2 });
    expect(headless.state.mode.kind).toBe('disarmed');
    expect(stops(run(headless.state, fired(grace.state.epoch, 100)).effects)).toBe(0);
  });

  it('tells connected clients anew what they count when the owner changes', () => {
    const { effects, state } = run(initialWatchdog('persistent', LIMITS), joined('a', 0), {
      type: 'owner_changed',
      owner: 'app',
      nowMs: 2,
    });
    expect(effects).toEqual([
      { type: 'tell', clientId: 'a', verdict: 'not_counted' },
      { type: 'cancel_timer' },
      { type: 'tell', clientId: 'a', verdict: 'counted' },
    ]);
    expect(state.mode.kind).toBe('held');
  });
});

type Step =
  | { readonly do: 'join' | 'left' | 'lost'; readonly who: number }
  | { readonly do: 'lease'; readonly who: number; readonly forMs: number }
  | { readonly do: 'release'; readonly who: number }
  | { readonly do: 'owner'; readonly owner: Owner }
  | { readonly do: 'abort' | 'stop' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'left' as const, 'lost' as const), who: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lease' as const), who: fc.nat(1), forMs: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), who: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('owner' as const), owner: fc.constantFrom<Owner>('app', 'headless', 'persistent') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'stop' as const) }) },
);
/** Ticks: how long to wait, then what happens, and whether due timers run before or after it in that tick. */
const tick = fc.record({ waitMs: fc.nat(12), step, timers: fc.constantFrom('first' as const, 'last' as const) });

/**
 * The model, written from SPEC §2 by the clock and not by events: in every millisecond it asks whether the daemon is
 * unheld, past its deadline, and without a busy lease.
 */
function createModel(initialOwner: Owner) {
  let owner = initialOwner;
  let mode: 'running' | 'draining' = 'running';
  const clients = new Set<number>();
  const promises = new Map<number, number>();
  const leases = new Map<number, number>();
  let deadlineMs: number | null = owner === 'app' ? LIMITS.linkDeadlineMs : null;
  let stopCount = 0;

  const check = (nowMs: number): void => {
    if (mode !== 'running' || owner !== 'app' || clients.size > 0 || deadlineMs === null || nowMs < deadlineMs) return;
    if ([...leases.values()].some((untilMs) => untilMs > nowMs)) return;
    mode = 'draining';
    promises.clear();
    stopCount += 1;
  };
  const countDown = (ownMs: number, nowMs: number): void => {
    deadlineMs = Math.max(nowMs + ownMs, ...promises.values());
  };
  const apply = (action: Step, nowMs: number): void => {
    if (action.do === 'join' && mode === 'running') {
      clients.add(action.who);
      promises.delete(action.who);
      deadlineMs = null;
    }
    if ((action.do === 'left' || action.do === 'lost') && clients.delete(action.who)) {
      if (action.do === 'lost' && owner === 'app') promises.set(action.who, nowMs + LIMITS.lossGraceMs);
      if (mode === 'running' && clients.size === 0 && owner === 'app')
        countDown(action.do === 'left' ? LIMITS.graceMs : LIMITS.lossGraceMs, nowMs);
    }
    if (action.do === 'lease') leases.set(action.who, nowMs + action.forMs);
    if (action.do === 'release' && leases.delete(action.who)) check(nowMs);
    if (action.do === 'stop' && mode === 'running') {
      mode = 'draining';
      promises.clear();
    }
    if (action.do === 'abort' && mode === 'draining') {
      mode = 'running';
      deadlineMs = null;
      if (owner !== 'app') promises.clear();
      else if (clients.size === 0) countDown(LIMITS.graceMs, nowMs);
    }
    if (action.do === 'owner') {
      const changed = (owner === 'app') !== (action.owner === 'app');
      owner = action.owner;
      if (!changed || mode !== 'running') return;
      deadlineMs = null;
      if (owner !== 'app') promises.clear();
      else if (clients.size === 0) countDown(LIMITS.linkDeadlineMs, nowMs);
    }
  };
  const hasLease = (who: number): boolean => leases.has(who);
  return { check, apply, hasLease, stopCount: () => stopCount, mode: () => mode, counted: () => (owner === 'app' ? clients.size : 0) };
}

function toEvent(action: Step, nowMs: number): WatchdogEvent {
  switch (action.do) {
    case 'join':
      return joined(`c${action.who}`, nowMs);
    case 'left':
      return left(`c${action.who}`, nowMs);
    case 'lost':
      return lost(`c${action.who}`, nowMs);
    case 'lease':
      return { type: 'lease_taken', leaseId: `l${action.who}`, untilMs: nowMs + action.forMs, nowMs };
    case 'release':
      return { type: 'lease_released', leaseId: `l${action.who}`, nowMs };
    case 'owner':
      return { type: 'owner_changed', owner: action.owner, nowMs };
    case 'stop':
      return { type: 'stop_begun', nowMs };
    case 'abort':
      return { type: 'stop_aborted', nowMs };
  }
}

describe('the watchdog against a model that looks at the clock', () => {
  it('I5, I6, L3: stops exactly when the model does, though every timer ever set fires, cancelled or not', () => {
    fc.assert(
      fc.property(fc.constantFrom<Owner>('app', 'headless'), fc.array(tick, { maxLength: 40 }), (owner, ticks) => {
        const model = createModel(owner);
        let { state } = run(initialWatchdog(owner, LIMITS));
        let stopCount = 0;
        const timers: { dueMs: number; epoch: number }[] = [];
        const apply = (event: WatchdogEvent): void => {
          const next = transition(state, event);
          state = next.state;
          for (const effect of next.effects) {
            if (effect.type === 'set_timer') timers.push({ dueMs: event.nowMs + effect.delayMs, epoch: effect.epoch });
            if (effect.type === 'request_stop') stopCount += 1;
          }
        };
        const fireDue = (nowMs: number): void => {
          // Never removed: each goes on firing in every later tick, as the worst of stale timers would.
          for (const timer of timers.slice()) if (timer.dueMs <= nowMs) apply(fired(timer.epoch, nowMs));
          model.check(nowMs);
        };
        apply({ type: 'started', nowMs: 0 });
        let nowMs = 0;
        for (const { waitMs, step: action, timers: order } of [
          ...ticks,
          { waitMs: 60, step: { do: 'release', who: 9 } as const, timers: 'last' as const },
        ]) {
          for (let waited = 1; waited < waitMs; waited += 1) fireDue(nowMs + waited);
          nowMs += waitMs;
          if (order === 'first') fireDue(nowMs);
          // A lease's id is never given out twice while it is held.
          if (action.do === 'lease' && model.hasLease(action.who)) continue;
          apply(toEvent(action, nowMs));
          model.apply(action, nowMs);
          if (order === 'last') fireDue(nowMs);
          expect(stopCount).toBe(model.stopCount());
          expect(state.mode.kind === 'draining').toBe(model.mode() === 'draining');
          expect(holdersOf(state).length).toBe(model.counted());
          expect(state.mode.kind === 'held').toBe(model.mode() === 'running' && model.counted() > 0);
        }
      }),
      { numRuns: 20_000 },
    );
  }, 120_000);
});
