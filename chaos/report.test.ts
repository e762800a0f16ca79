import { describe, expect, it } from 'vitest';
import { MARKS, replaceBlock, toBlock } from './readme.ts';
import { percentile, toReport } from './report.ts';
import type { Happened, Run } from './run.ts';
import { RUNTIME_KINDS } from './schedule.ts';

const happened = (patch: Partial<Happened>): Happened => ({
  number: 1,
  kind: 'kill-daemon',
  effect: { seen: 'gone' },
  findings: [],
  recoveryMs: 500,
  tookMs: 700,
  ...patch,
});
const runOf = (...all: readonly Happened[]): Run => ({ seed: 1, happened: all, limits: [], tookMs: 1_000, kept: null });

describe('the report', () => {
  it('counts findings by what they are, and the events that had no effect', () => {
    const report = toReport([
      runOf(
        happened({ findings: [{ count: 'falseDeaths', what: 'a' }] }),
        happened({ kind: 'spawn', effect: null, recoveryMs: null }),
        happened({ kind: 'disk-full', effect: { impossible: 'no disk' }, recoveryMs: null }),
      ),
    ]);
    expect(report).toMatchObject({ events: 3, failed: 2, withoutEffect: 1, counts: { falseDeaths: 1, sessionsLost: 0 } });
    expect(report.kinds).toMatchObject({ 'kill-daemon': { events: 1, percent: 33.3, withEffect: 1 }, 'disk-full': { impossible: 1 } });
    expect(report.recoveryMs).toEqual({ faults: 1, p50: 500, p95: 500, max: 500 });
  });

  it('says how long each kind took to recover, and nothing of one that is no fault', () => {
    const reboots = [900, 1_800].map((recoveryMs) => happened({ kind: 'reboot', recoveryMs }));
    const { kinds } = toReport([runOf(happened({}), ...reboots, happened({ kind: 'spawn', recoveryMs: null }))]);
    expect(kinds['reboot']?.recoveryMs).toEqual({ faults: 2, p50: 900, p95: 1_800, max: 1_800 });
    expect([kinds['kill-daemon']?.recoveryMs?.max, kinds['spawn']?.recoveryMs]).toEqual([500, null]);
  });

  it('takes percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([50, 95, 100].map((percent) => percentile(hundred, percent))).toEqual([50, 95, 100]);
    expect(percentile([], 95)).toBe(0);
  });
});

describe('the README', () => {
  it.each(RUNTIME_KINDS)('gets its block of %s replaced and nothing else', (runtime) => {
    const { begin, end } = MARKS[runtime];
    const block = toBlock(toReport([runOf(happened({}))]), 'abc1234');
    const text = replaceBlock(`before\n${begin}\nold\n${end}\nafter\n`, block, MARKS[runtime]);
    expect(text).toContain('seeds 1, at commit abc1234');
    expect(text).not.toContain('old');
    expect([text.startsWith('before\n'), text.endsWith('\nafter\n')]).toEqual([true, true]);
    expect(() => replaceBlock('no block', block, MARKS[runtime])).toThrow('has no block');
  });
});
