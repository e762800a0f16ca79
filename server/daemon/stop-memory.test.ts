import { expect, it } from 'vitest';
import type { DeliberateStop, StopFile } from '../ports/stop-file.ts';
import { createManualClock } from '../testing/fakes/clock.ts';
import { createRecordingLog } from '../testing/fakes/log.ts';
import { createStopMemory } from './stop-memory.ts';

function setUp(patch: Partial<StopFile> = {}) {
  const clock = createManualClock();
  const log = createRecordingLog();
  let kept: DeliberateStop | null = null;
  const stopFile: StopFile = {
    read: () => kept,
    write: (stop) => {
      kept = stop;
    },
    clear: () => {
      kept = null;
    },
    ...patch,
  };
  return { clock, log, stopFile, memory: createStopMemory({ stopFile, clock, log }) };
}

it('remembers a stop that somebody wanted, and no other, until a daemon is wanted again', () => {
  const { clock, stopFile, memory } = setUp();
  memory.remember({ reason: 'last resort', by: 'gateway' });
  expect(stopFile.read()).toBeNull();
  memory.remember({ reason: 'ao stop', by: 'user' });
  expect(stopFile.read()).toEqual({ atMs: clock.nowMs(), by: 'ao stop' });
  memory.forget();
  expect(stopFile.read()).toBeNull();
});

it('L9: neither stops nor starts less where it cannot write', () => {
  const refuse = (): never => {
    throw new Error('read-only');
  };
  const { log, memory } = setUp({ write: refuse, clear: refuse });
  memory.remember({ reason: 'ao stop', by: 'user' });
  memory.forget();
  expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
});
