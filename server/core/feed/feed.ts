/**
 * What every dashboard sees, as keyed content, and the changes that lead from one content to the next. Whoever applies the
 * changes to the earlier content has the later one: that is the whole promise. Knows nothing of what the values mean.
 */
import type { Session } from '../session/session.ts';

export type FeedContent<S, P> = { readonly sessions: ReadonlyMap<string, S>; readonly projects: ReadonlyMap<string, P> };

export type FeedChange<S, P> =
  | { readonly kind: 'session'; readonly id: string; readonly session: S }
  | { readonly kind: 'session-removed'; readonly id: string }
  | { readonly kind: 'project'; readonly id: string; readonly project: P }
  | { readonly kind: 'project-removed'; readonly id: string };

/** A project comes before its sessions and goes after them, so that nobody ever sees a session of no project. */
export function diffFeed<S, P>(before: FeedContent<S, P>, after: FeedContent<S, P>): readonly FeedChange<S, P>[] {
  const sessions = diffMaps(before.sessions, after.sessions);
  const projects = diffMaps(before.projects, after.projects);
  return [
    ...projects.set.map(([id, project]): FeedChange<S, P> => ({ kind: 'project', id, project })),
    ...sessions.set.map(([id, session]): FeedChange<S, P> => ({ kind: 'session', id, session })),
    ...sessions.removed.map((id): FeedChange<S, P> => ({ kind: 'session-removed', id })),
    ...projects.removed.map((id): FeedChange<S, P> => ({ kind: 'project-removed', id })),
  ];
}

type MapDiff<V> = { readonly set: readonly (readonly [string, V])[]; readonly removed: readonly string[] };

function diffMaps<V>(before: ReadonlyMap<string, V>, after: ReadonlyMap<string, V>): MapDiff<V> {
  const set = [...after].filter(([id, value]) => !before.has(id) || !isSameValue(before.get(id), value));
  return { set, removed: [...before.keys()].filter((id) => !after.has(id)) };
}

/** Structural, for facts: what JSON can hold, and `undefined`. */
export function isSameValue(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isSameValue(left[key as keyof typeof left], right[key as keyof typeof right]));
}

/** Every session that is not over, and of those that are the `endedShown` that changed last: history grows without end. */
export function selectForFeed(sessions: Iterable<Session>, { endedShown }: { readonly endedShown: number }): readonly Session[] {
  const all = [...sessions];
  const ended = all.filter((session) => session.phase === 'terminated');
  if (ended.length <= endedShown) return all;
  const newest = ended.sort((a, b) => b.updatedAtMs - a.updatedAtMs || b.number - a.number).slice(0, endedShown);
  const shown = new Set(newest);
  return all.filter((session) => session.phase !== 'terminated' || shown.has(session));
}
