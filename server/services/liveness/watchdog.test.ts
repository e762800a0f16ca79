import { describe, expect, it } from 'vitest';
import type { Owner } from '../../core/liveness/owner.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SupervisorVerdict } from '../../ports/supervision.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

const LIMITS = { graceMs: 5_000, lossGraceMs: 600_000, linkDeadlineMs: 60_000 };

/** Time that only the test moves. `sleepMachine` moves the wall clock alone, as a suspend does. */
function createManualClock() {
  let monotonic = 1_000;
  let wall = 1_700_000_000_000;
  let timers: { atMs: number; fn: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => wall,
    monotonicMs: () => monotonic,
    after: (delayMs, fn) => {
      const timer = { atMs: monotonic + delayMs, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    sleep: () => Promise.reject(new Error('not used here')),
  };
  const advance = (ms: number): void => {
    const endMs = monotonic + ms;
    for (;;) {
      const due = timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      timers = timers.filter((other) => other !== due);
      wall += Math.max(0, due.atMs - monotonic);
      monotonic = Math.max(monotonic, due.atMs);
      due.fn();
    }
    wall += endMs - monotonic;
    monotonic = endMs;
  };
  return { clock, advance, sleepMachine: (ms: number) => void (wall += ms), timerCount: () => timers.length };
}

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => silent };

function setUp(owner: Owner = 'app', requestStop?: (reason: string) => void | Promise<void>) {
  const time = createManualClock();
  const stops: string[] = [];
  const watchdog = createWatchdog({
    clock: time.clock,
    log: silent,
    limits: LIMITS,
    owner,
    requestStop: requestStop ?? ((reason) => void stops.push(reason)),
  });
  return { ...time, watchdog, stops };
}

function join(watchdog: Watchdog, id: string): SupervisorVerdict[] {
  const verdicts: SupervisorVerdict[] = [];
  watchdog.join({ id, key: null, kind: 'socket', detail: 'test', tell: (verdict) => verdicts.push(verdict) });
  return verdicts;
}

describe('the watchdog service', () => {
  it('L3: keeps the daemon when a client returns at 4.9 s and stops it once at 5.0 s or later, a thousand times', () => {
    for (let round = 0; round < 1_000; round += 1) {
      const goneMs = [4_900, 5_000, 5_100][round % 3] as number;
      const { watchdog, advance, stops } = setUp();
      watchdog.start();
      for (let drop = 0; drop < 3; drop += 1) {
        expect(join(watchdog, `c${drop}`)).toEqual(['counted']);
        advance(1 + round);
        watchdog.leave(`c${drop}`, 'left');
        advance(4_900);
        expect(stops).toEqual([]);
      }
      const back = join(watchdog, 'back');
      expect(back).toEqual(['counted']);
      watchdog.leave('back', 'left');
      advance(goneMs);
      expect(stops.length).toBe(goneMs < 5_000 ? 0 : 1);
      expect(join(watchdog, 'late')).toEqual([goneMs < 5_000 ? 'counted' : 'restarting']);
      advance(1_000_000);
      expect(stops.length).toBe(goneMs < 5_000 ? 0 : 1);
    }
  });

  it('I5: never stops a headless daemon, whoever comes and goes', () => {
    const { watchdog, advance, stops } = setUp('headless');
    watchdog.start();
    expect(join(watchdog, 'a')).toEqual(['not_counted']);
    expect(watchdog.snapshot().holders).toEqual([]);
    watchdog.leave('a', 'left');
    advance(10_000_000);
    expect(stops).toEqual([]);
  });

  it('L4: starts the grace over after a suspend', () => {
    const { watchdog, advance, sleepMachine, stops } = setUp();
    join(watchdog, 'a');
    watchdog.leave('a', 'left');
    advance(2_000);
    sleepMachine(3_600_000);
    advance(3_000);
    expect(stops).toEqual([]);
    advance(4_999);
    expect(stops).toEqual([]);
    advance(1);
    expect(stops.length).toBe(1);
  });

  it('L4: is not misled by a clock that jumps back', () => {
    const { watchdog, advance, sleepMachine, stops } = setUp();
    join(watchdog, 'a');
    watchdog.leave('a', 'left');
    sleepMachine(-3_600_000);
    advance(5_000);
    expect(stops.length).toBe(1);
  });

  it('L3: fires again after a stop that failed', async () => {
    let attempts = 0;
    const { watchdog, advance } = setUp('app', () => {
      attempts += 1;
      return Promise.reject(new Error('the disk is gone'));
    });
    join(watchdog, 'a');
    watchdog.leave('a', 'left');
    advance(5_000);
    await Promise.resolve();
    await Promise.resolve();
    expect(watchdog.snapshot().mode).toBe('grace');
    advance(5_000);
    expect(attempts).toBe(2);
  });

  it('I7: survives a stop request that throws, and a client that cannot be told', () => {
    const { watchdog, advance } = setUp('app', () => {
      throw new Error('no');
    });
    watchdog.join({
      id: 'deaf',
      key: null,
      kind: 'tab',
      detail: 'test',
      tell: () => {
        throw new Error('EPIPE');
      },
    });
    expect(watchdog.snapshot().holders.map(({ id }) => id)).toEqual(['deaf']);
    watchdog.leave('deaf', 'left');
    advance(5_000);
    expect(watchdog.snapshot().mode).toBe('grace');
  });

  it('holds a stop back for a lease, at most for its bound', () => {
    const { watchdog, advance, stops } = setUp();
    join(watchdog, 'a');
    const release = watchdog.lease('spawn', 30_000);
    watchdog.leave('a', 'left');
    advance(29_999);
    expect(stops).toEqual([]);
    advance(1);
    expect(stops.length).toBe(1);
    release();
    expect(stops.length).toBe(1);
  });

  it('tells connected clients to come back when somebody else stops the daemon', () => {
    const { watchdog } = setUp();
    const verdicts = join(watchdog, 'a');
    watchdog.stopBegun();
    expect(verdicts).toEqual(['counted', 'restarting']);
  });

  it('shows when the grace ends by the wall clock, and keeps no timer once closed', () => {
    const { watchdog, clock, timerCount } = setUp();
    join(watchdog, 'a');
    expect(watchdog.snapshot().graceEndsAtMs).toBeNull();
    watchdog.leave('a', 'left');
    expect(watchdog.snapshot().graceEndsAtMs).toBe(clock.nowMs() + 5_000);
    watchdog.close();
    expect(timerCount()).toBe(0);
  });
});
