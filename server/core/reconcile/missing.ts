/**
 * Hysteresis for absence while running: a session that a host *answers* without counts as dead only after several looks over
 * some time, since a restarted server or a lost race shows the same picture for a moment. Pure.
 */
import type { SessionId } from '../ids.ts';

/** Looks that must agree … */
export const MISSING_PROBES = 3;
/** … over at least this long (monotonic). */
export const MISSING_FOR_MS = 10_000;

export type Miss = { readonly sinceMs: number; readonly probes: number };
export type MissHistory = ReadonlyMap<SessionId, Miss>;

/** The history after one more look; whoever was not absent this time is forgotten. `nowMs` is monotonic. */
export function countMisses(history: MissHistory, absent: Iterable<SessionId>, nowMs: number): MissHistory {
  const next = new Map<SessionId, Miss>();
  for (const id of absent) {
    const before = history.get(id);
    next.set(id, before === undefined ? { sinceMs: nowMs, probes: 1 } : { sinceMs: before.sinceMs, probes: before.probes + 1 });
  }
  return next;
}

export function isConfirmedMissing(miss: Miss | undefined, nowMs: number): miss is Miss {
  return miss !== undefined && miss.probes >= MISSING_PROBES && nowMs - miss.sinceMs >= MISSING_FOR_MS;
}
