/** What a run, or several, came to: the counts of the oracle, the share of each kind, and how long recovery took. Pure. */
import { COUNTS, type Count } from './oracle.ts';
import type { Happened, Run } from './run.ts';
import { EVENT_KINDS, type EventKind } from './schedule.ts';

export type Recovery = { readonly faults: number; readonly p50: number; readonly p95: number; readonly max: number };

export type KindReport = {
  readonly events: number;
  readonly percent: number;
  readonly withEffect: number;
  readonly impossible: number;
  /** `null` for what is no fault. */
  readonly recoveryMs: Recovery | null;
};

export type Report = {
  readonly seeds: readonly number[];
  readonly events: number;
  readonly failed: number;
  readonly counts: Readonly<Record<Count, number>>;
  /** Events whose effect was neither seen nor impossible here. */
  readonly withoutEffect: number;
  readonly kinds: Readonly<Partial<Record<EventKind, KindReport>>>;
  /** From the end of a fault until every session had settled. */
  readonly recoveryMs: Recovery;
  readonly limits: readonly string[];
  readonly tookSeconds: number;
};

export function toReport(runs: readonly Run[]): Report {
  const happened = runs.flatMap((run) => run.happened);
  const findings = happened.flatMap((one) => one.findings);
  const counts = Object.fromEntries(COUNTS.map((count) => [count, findings.filter((finding) => finding.count === count).length]));
  const kinds = EVENT_KINDS.flatMap((kind) => {
    const of = happened.filter((one) => one.kind === kind);
    if (of.length === 0) return [];
    const withEffect = of.filter(({ effect }) => effect !== null && 'seen' in effect).length;
    const impossible = of.filter(({ effect }) => effect !== null && 'impossible' in effect).length;
    const recoveryMs = toRecovery(of);
    const percent = rounded((100 * of.length) / happened.length);
    return [
      [kind, { events: of.length, percent, withEffect, impossible, recoveryMs: recoveryMs.faults === 0 ? null : recoveryMs }] as const,
    ];
  });
  return {
    seeds: runs.map(({ seed }) => seed),
    events: happened.length,
    failed: happened.filter(({ findings: found, effect }) => found.length > 0 || effect === null).length,
    counts: counts as Record<Count, number>,
    withoutEffect: happened.filter(({ effect }) => effect === null).length,
    kinds: Object.fromEntries(kinds),
    recoveryMs: toRecovery(happened),
    limits: [...new Set(runs.flatMap(({ limits }) => limits))],
    tookSeconds: rounded(runs.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1_000),
  };
}

function toRecovery(happened: readonly Happened[]): Recovery {
  const sorted = happened.flatMap(({ recoveryMs }) => (recoveryMs === null ? [] : [recoveryMs])).sort((a, b) => a - b);
  const at = (percent: number): number => Math.round(percentile(sorted, percent));
  return { faults: sorted.length, p50: at(50), p95: at(95), max: at(100) };
}

/** Nearest rank; `sorted` ascending. 0 where there is nothing. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
