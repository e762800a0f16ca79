/**
 * What the page knows of sessions and projects, and how it changes. Pure. An event that does not follow on the last one is never
 * guessed at: the answer is "ask again".
 */
import type { ProjectView } from '../../server/contract/project.ts';
import type { SessionView } from '../../server/contract/session.ts';
import type { FeedChange, FeedEvent, FeedSnapshot } from '../../server/contract/socket.ts';

export type FeedCache = {
  /** One life of the daemon; `null` for what was restored from an earlier visit. */
  readonly epoch: string | null;
  readonly seq: number;
  readonly sessions: ReadonlyMap<string, SessionView>;
  readonly projects: ReadonlyMap<string, ProjectView>;
};

export const EMPTY_FEED: FeedCache = { epoch: null, seq: 0, sessions: new Map(), projects: new Map() };

export type Applied = { readonly kind: 'applied' | 'already'; readonly cache: FeedCache } | { readonly kind: 'gap' };

export function applyEvent(cache: FeedCache, event: FeedEvent): Applied {
  if (event.epoch !== cache.epoch) return { kind: 'gap' };
  if (event.seq <= cache.seq) return { kind: 'already', cache };
  if (event.seq !== cache.seq + 1) return { kind: 'gap' };
  return { kind: 'applied', cache: { ...applyChange(cache, event.change), seq: event.seq } };
}

function applyChange(cache: FeedCache, change: FeedChange): FeedCache {
  switch (change.kind) {
    case 'session':
      return { ...cache, sessions: put(cache.sessions, change.session) };
    case 'session-removed':
      return { ...cache, sessions: without(cache.sessions, change.id) };
    case 'project':
      return { ...cache, projects: put(cache.projects, change.project) };
    case 'project-removed':
      return { ...cache, projects: without(cache.projects, change.id) };
    default:
      // A newer daemon's change that this page does not know: the sequence goes on, the page shows what it understands.
      return cache;
  }
}

function put<T extends { readonly id: string }>(map: ReadonlyMap<string, T>, value: T): ReadonlyMap<string, T> {
  return new Map(map).set(value.id, value);
}

function without<T>(map: ReadonlyMap<string, T>, id: string): ReadonlyMap<string, T> {
  if (!map.has(id)) return map;
  const next = new Map(map);
  next.delete(id);
  return next;
}

/** Takes a snapshot in, keeping the identity of what has not changed, so that only what did is drawn again. */
export function takeSnapshot(cache: FeedCache, snapshot: FeedSnapshot): FeedCache {
  return {
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    sessions: keepSame(cache.sessions, snapshot.sessions),
    projects: keepSame(cache.projects, snapshot.projects),
  };
}

function keepSame<T extends { readonly id: string; readonly updatedAt: string }>(
  old: ReadonlyMap<string, T>,
  fresh: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(
    fresh.map((value) => {
      const before = old.get(value.id);
      return [value.id, before !== undefined && JSON.stringify(before) === JSON.stringify(value) ? before : value];
    }),
  );
}
