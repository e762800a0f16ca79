/**
 * Holds the feed for React, and the last board across visits: a page that opens while the daemon is stopped shows what was, as of
 * then, instead of nothing. What is kept on disk has no prompts and no project environment.
 */
import type { ProjectView } from '../../server/contract/project.ts';
import type { SessionView } from '../../server/contract/session.ts';
import type { FeedEvent, FeedSnapshot } from '../../server/contract/socket.ts';
import { applyEvent, EMPTY_FEED, type FeedCache, takeSnapshot } from './feed-cache.ts';

const KEY = 'ao.board';
const KEEP_AFTER_MS = 2_000;
/** Beyond this the board is not worth its storage. */
const KEEP_MAX_CHARS = 1_500_000;

export type FeedStore = {
  readonly get: () => FeedCache;
  readonly subscribe: (listener: () => void) => () => void;
  /** Whether anything is known at all, be it old. */
  readonly isKnown: () => boolean;
  readonly restoredAtMs: () => number | null;
  /** `gap`: ask for a snapshot. */
  readonly apply: (event: FeedEvent) => 'fine' | 'gap';
  readonly take: (snapshot: FeedSnapshot) => void;
  /** What an answer to a command said, ahead of the feed's own word. */
  readonly learnSession: (session: SessionView) => void;
  readonly learnProject: (project: ProjectView) => void;
  /** Nothing is known any more, here and on disk. */
  readonly forget: () => void;
  /** Keeps what is still to be kept, now: the page goes away. */
  readonly flush: () => void;
};

type Disk = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function createFeedStore(storage: Disk | null): FeedStore {
  const restored = restore(storage);
  let cache = restored?.cache ?? EMPTY_FEED;
  let known = restored !== null;
  const listeners = new Set<() => void>();
  let keeping: ReturnType<typeof setTimeout> | null = null;

  function set(next: FeedCache): void {
    if (next === cache && known) return;
    cache = next;
    known = true;
    for (const listener of listeners) listener();
    keeping ??= setTimeout(flush, KEEP_AFTER_MS);
  }

  function flush(): void {
    if (keeping === null) return;
    clearTimeout(keeping);
    keeping = null;
    keep(storage, cache);
  }

  return {
    get: () => cache,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isKnown: () => known,
    restoredAtMs: () => restored?.atMs ?? null,
    apply: (event) => {
      const applied = applyEvent(cache, event);
      if (applied.kind === 'gap') return 'gap';
      set(applied.cache);
      return 'fine';
    },
    take: (snapshot) => set(takeSnapshot(cache, snapshot)),
    learnSession: (session) => {
      const before = cache.sessions.get(session.id);
      if (before !== undefined && before.updatedAt > session.updatedAt) return;
      set({ ...cache, sessions: new Map(cache.sessions).set(session.id, session) });
    },
    learnProject: (project) => set({ ...cache, projects: new Map(cache.projects).set(project.id, project) }),
    forget: () => {
      if (keeping !== null) clearTimeout(keeping);
      keeping = null;
      cache = EMPTY_FEED;
      known = false;
      try {
        storage?.removeItem(KEY);
      } catch {
        // Closed storage has kept nothing.
      }
      for (const listener of listeners) listener();
    },
    flush,
  };
}

type Kept = { readonly v: 1; readonly atMs: number; readonly sessions: readonly SessionView[]; readonly projects: readonly ProjectView[] };

function keep(storage: Pick<Storage, 'setItem'> | null, cache: FeedCache): void {
  const kept: Kept = {
    v: 1,
    atMs: Date.now(),
    sessions: [...cache.sessions.values()].map((session) => ({ ...session, prompt: null, command: null })),
    projects: [...cache.projects.values()].map((project) => ({ ...project, env: {}, postCreate: [], orchestratorCommand: null })),
  };
  try {
    const text = JSON.stringify(kept);
    if (text.length <= KEEP_MAX_CHARS) storage?.setItem(KEY, text);
  } catch {
    // Full or closed storage costs the last known board, nothing else.
  }
}

function restore(storage: Pick<Storage, 'getItem'> | null): { readonly cache: FeedCache; readonly atMs: number } | null {
  try {
    const kept = JSON.parse(storage?.getItem(KEY) ?? 'null') as Partial<Kept> | null;
    if (kept?.v !== 1 || typeof kept.atMs !== 'number' || !Array.isArray(kept.sessions) || !Array.isArray(kept.projects)) return null;
    return {
      atMs: kept.atMs,
      cache: {
        epoch: null,
        seq: 0,
        sessions: new Map(kept.sessions.map((session) => [session.id, session])),
        projects: new Map(kept.projects.map((project) => [project.id, project])),
      },
    };
  } catch {
    return null;
  }
}
