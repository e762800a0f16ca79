import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/fakes/clock.ts';
import { createRecordingLog } from '../testing/fakes/log.ts';
import { type ShutdownParts, shutDown } from './shutdown.ts';

const forever = (): Promise<never> => new Promise(() => undefined);

function setUp(patch: (steps: string[]) => Partial<ShutdownParts> = () => ({})) {
  const clock = createManualClock();
  const log = createRecordingLog();
  const steps: string[] = [];
  const step = (name: string) => (): void => void steps.push(name);
  const later = (name: string) => async (): Promise<void> => void steps.push(name);
  const parts: ShutdownParts = {
    log,
    clock,
    faults: { passed: () => undefined },
    pid: 7,
    limitMs: 10_000,
    refuseNewWork: step('refuse'),
    stopListening: later('listener'),
    sendTabsAway: later('tabs'),
    whenIdle: later('drain'),
    running: () => ['spawn'],
    stopRounds: later('rounds'),
    closeSupervision: later('supervision'),
    runtime: { close: later('runtime') },
    store: { meta: { recordStop: step('record') }, close: step('store') },
    removeRunFile: step('run file'),
    releaseLock: step('lock'),
    ...patch(steps),
  };
  return { clock, log, steps, stop: () => shutDown(parts, 'the test asked') };
}

const ALL = ['record', 'refuse', 'listener', 'tabs', 'rounds', 'drain', 'supervision', 'runtime', 'store', 'run file', 'lock'];

describe('the shutdown', () => {
  it('goes in order, and has no timer left behind', async () => {
    const { clock, steps, stop } = setUp();
    await stop();
    expect(steps).toEqual(ALL);
    expect(clock.pending()).toBe(0);
  });

  it.each(['refuseNewWork', 'stopListening', 'sendTabsAway', 'whenIdle', 'stopRounds', 'closeSupervision', 'removeRunFile'] as const)(
    'goes on to the end when %s throws',
    async (name) => {
      const { log, steps, stop } = setUp(() => ({
        [name]: () => {
          throw new Error('no');
        },
      }));
      await stop();
      expect(steps).toHaveLength(ALL.length - 1);
      expect(steps.at(-1)).toBe('lock');
      expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    },
  );

  it('releases the lock although the database cannot be written nor closed', async () => {
    const broken = (): never => {
      throw new Error('the disk is gone');
    };
    const { steps, stop } = setUp(() => ({ store: { meta: { recordStop: broken }, close: broken } }));
    await stop();
    expect(steps.slice(-2)).toEqual(['run file', 'lock']);
  });

  it('waits for what runs, at most for its limit, and then says what was cut off', async () => {
    const { clock, log, steps, stop } = setUp(() => ({ whenIdle: forever }));
    let ended = false;
    const stopping = stop().then(() => (ended = true));
    await clock.advance(9_999);
    expect([ended, steps.includes('store')]).toEqual([false, false]);
    await clock.advance(1);
    await clock.advance(500);
    await stopping;
    expect(steps.at(-1)).toBe('lock');
    expect(log.lines.find(({ level }) => level === 'warn')?.facts).toMatchObject({ running: ['spawn'] });
  });

  it('ends within its limit and a little although nothing answers any more', async () => {
    const { clock, steps, stop } = setUp(() => ({
      stopListening: forever,
      sendTabsAway: forever,
      whenIdle: forever,
      stopRounds: forever,
      closeSupervision: forever,
      runtime: { close: forever },
    }));
    const stopping = stop();
    await clock.advance(10_000 + 500 + 1_000 + 1_000);
    await stopping;
    expect(steps).toEqual(['record', 'refuse', 'store', 'run file', 'lock']);
  });
});
