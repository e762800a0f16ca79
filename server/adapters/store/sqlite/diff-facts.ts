/** What a change changed: the facts before and after, for the event log. Pure. */
import type { Session } from '../../../core/session/session.ts';

type Facts = Readonly<Record<string, unknown>>;

export type FactDiff = { readonly before: Facts; readonly after: Facts };

/** When a row was touched says nothing about the session; the event has its own time. */
const NOT_FACTS: ReadonlySet<string> = new Set(['createdAtMs', 'updatedAtMs']);

/** `null` where nothing changed. A compound fact (exit, recovery, workspace) is one fact: shown whole. */
export function diffFacts(old: Session, next: Session): FactDiff | null {
  const changed = Object.keys(next).filter(
    (key) => !NOT_FACTS.has(key) && !sameFact(old[key as keyof Session], next[key as keyof Session]),
  );
  if (changed.length === 0) return null;
  return { before: pick(old, changed), after: pick(next, changed) };
}

/** Everything known of a session, for the event of its first and its last moment. */
export function knownFacts(session: Session): Facts {
  return Object.fromEntries(Object.entries(session).filter(([key, value]) => !NOT_FACTS.has(key) && value !== null));
}

/** Leaves out the keys that a caller set to `undefined`: they mean "unchanged". */
export function definedOnly<T extends object>(patch: T): T {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as T;
}

function pick(session: Session, keys: readonly string[]): Facts {
  return Object.fromEntries(keys.map((key) => [key, session[key as keyof Session]]));
}

function sameFact(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameFact((left as Facts)[key], (right as Facts)[key]));
}
