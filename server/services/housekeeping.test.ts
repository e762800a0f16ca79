import { expect, it } from 'vitest';
import { createManualClock } from '../testing/fakes/clock.ts';
import { createRecordingLog } from '../testing/fakes/log.ts';
import { failure } from '../testing/service-world.ts';
import { createHousekeeping, EVENTS_IN_ALL, EVENTS_PER_SESSION, HOUSEKEEPING_PERIOD_MS } from './housekeeping.ts';

it('forgets old events at the start and then from time to time, until it is stopped; a failure ends nothing', async () => {
  const clock = createManualClock();
  const log = createRecordingLog();
  const asked: unknown[] = [];
  const pruneEvents = (limits: unknown): number => {
    if (asked.push(limits) === 2) throw failure('DATABASE_UNUSABLE', 'the disk is full');
    return 0;
  };
  const housekeeping = createHousekeeping({ store: { sessions: { pruneEvents } as never }, clock, log });
  housekeeping.start();
  expect(asked).toEqual([{ perSession: EVENTS_PER_SESSION, inAll: EVENTS_IN_ALL }]);
  await clock.advance(2 * HOUSEKEEPING_PERIOD_MS);
  expect(asked).toHaveLength(3);
  expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  housekeeping.stop();
  await clock.advance(5 * HOUSEKEEPING_PERIOD_MS);
  expect(asked).toHaveLength(3);
});
