import { describe, expect, it } from 'vitest';
import type { Owner } from '../../core/liveness/owner.ts';
import type { SupervisorVerdict } from '../../ports/supervision.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

const LIMITS = { graceMs: 5_000, lossGraceMs: 600_000, linkDeadlineMs: 60_000 };

function setUp(owner: Owner = 'app', requestStop?: (reason: string) => void | Promise<void>) {
  const clock = createManualClock();
  const stops: string[] = [];
  const watchdog = createWatchdog({
    clock,
    log: createRecordingLog(),
    limits: LIMITS,
    owner,
    requestStop: requestStop ?? ((reason) => void stops.push(reason)),
  });
  return { clock, advance: clock.advance, sleepMachine: clock.jumpWall, freeze: clock.freeze, timerCount: clock.pending, watchdog, stops };
}

function join(watchdog: Watchdog, id: string): SupervisorVerdict[] {
  const verdicts: SupervisorVerdict[] = [];
  watchdog.join({ id, key: null, kind: 'socket', detail: 'test', tell: (verdict) => verdicts.push(verdict) });
  return verdicts;
}

describe('the watchdog service', () => {
  it('L3: keeps the daemon when a client returns at 4.9 s and stops it once at 5.0 s or later, a thousand times', async () => {
    for (let round = 0; round < 1_000; round += 1) {
      const goneMs = [4_900, 5_000, 5_100][round % 3] as number;
      const { watchdog, advance, stops } = setUp();
      watchdog.start();
      for (let drop = 0; drop < 3; drop += 1) {
        expect(join(watchdog, `c${drop}`)).toEqual(['counted']);
        await advance(1 + round);
        watchdog.leave(`c${drop}`, 'left');
        await advance(4_900);
        expect(stops).toEqual([]);
      }
      const back = join(watchdog, 'back');
      expect(back).toEqual(['counted']);
      watchdog.leave('back', 'left');
      await advance(goneMs);
      expect(stops.length).toBe(goneMs < 5_000 ? 0 : 1);
      expect(join(watchdog, 'late')).toEqual([goneMs < 5_000 ? 'counted' : 'restarting']);
      await advance(1_000_000);
      expect(stops.length).toBe(goneMs < 5_000 ? 0 : 1);
    }
  });

  it('I5: never stops a headless daemon, whoever comes and goes', async () => {
    const { watchdog, advance, stops } = setUp('headless');
    watchdog.start();
    expect(join(watchdog, 'a')).toEqual(['not_counted']);
    expect(watchdog.snapshot().holders).toEqual([]);
    watchdog.leave('a', 'left');
    await advance(10_000_000);
    expect(stops).toEqual([]);
  });

  it('L4: starts the grace over after a suspend', async () => {
    const { watchdog, advance, sleepMachine, stops } = setUp();
    join(watchdog, 'a');
    watchdog.leave('a', 'left');
    await advance(2_000);
    sleepMachine(3_600_000);
    await advance(3_000);
    expect(stops).toEqual([]);
    await advance(4_999);
    expect(stops).toEqual([]);
    await advance(1);
    expect(stops.length).toBe(1);
  });

  it('L4: starts the grace over after it was stopped across its end itself, and hears who came back meanwhile', async () => {
    const { watchdog, advance, freeze, stops } = setUp();
    join(watchdog, 'a');
    watchdog.leave('a', 'left');
    freeze(60_000);
    await advance(0);
    expect(stops).toEqual([]);
    expect(join(watchdog, 'b')).toEqual(['counted']);
    watchdog.leave('b', 'left');
    await advance(4_999);
    expect(stops).toEqual([]);
    await advance(1);
    expect(stops.length).toBe(1);
  });

  it('L4: is not misled by a clock that jumps back', async () => {
    const { watchdog, advance, sleepMachine, stops } = setUp();
    join(watchdog, 'a');
    watchdog.leave('a', 'left');
    sleepMachine(-3_600_000);
    await advance(5_000);
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
    await advance(5_000);
    expect(watchdog.snapshot().mode).toBe('grace');
    await advance(5_000);
    expect(attempts).toBe(2);
  });

  it('I7: survives a stop request that throws, and a client that cannot be told', async () => {
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
    await advance(5_000);
    expect(watchdog.snapshot().mode).toBe('grace');
  });

  it('holds a stop back for a lease, at most for its bound', async () => {
    const { watchdog, advance, stops } = setUp();
    join(watchdog, 'a');
    const release = watchdog.lease('spawn', 30_000);
    watchdog.leave('a', 'left');
    await advance(29_999);
    expect(stops).toEqual([]);
    await advance(1);
    expect(stops.length).toBe(1);
    release();
    expect(stops.length).toBe(1);
  });

  it('tells connected clients to come back when somebody else stops the daemon', async () => {
    const { watchdog } = setUp();
    const verdicts = join(watchdog, 'a');
    watchdog.stopBegun();
    expect(verdicts).toEqual(['counted', 'restarting']);
  });

  it('shows when the grace ends by the wall clock, and keeps no timer once closed', async () => {
    const { watchdog, clock, timerCount } = setUp();
    join(watchdog, 'a');
    expect(watchdog.snapshot()).toMatchObject({ graceEndsAtMs: null, graceMs: LIMITS.graceMs, lossGraceMs: LIMITS.lossGraceMs });
    watchdog.leave('a', 'left');
    expect(watchdog.snapshot().graceEndsAtMs).toBe(clock.nowMs() + 5_000);
    watchdog.close();
    expect(timerCount()).toBe(0);
  });
});
