/**
 * Hands the live data to React: one feed, one link, one connection state for the whole shell. Components read through the hooks
 * below and never touch the socket, except the terminal, which gets it from `useSocket`.
 */
'use client';

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ProjectView } from '../../server/contract/project.ts';
import type { SessionView } from '../../server/contract/session.ts';
import { type Connection, deriveConnection, lockReason, PATIENCE_MS } from './connection.ts';
import { readDeviceSecret } from './device.ts';
import { EMPTY_FEED, type FeedCache } from './feed-cache.ts';
import { createFeedStore, type FeedStore } from './feed-store.ts';
import { lookAtGateway } from './gateway.ts';
import { createLink, type Link, type LinkView } from './link.ts';
import { watchPageLife } from './page-life.ts';
import { createTabSocket, type TabSocket, toLine } from './socket.ts';

type Live = {
  readonly feed: FeedStore;
  readonly link: Link;
  readonly socket: TabSocket;
  /** What later parts of the page share, made by the first that needs it. */
  readonly shared: Map<string, unknown>;
};

const LiveContext = createContext<Live | null>(null);
const ConnectionContext = createContext<Connection>({ kind: 'loading' });

const LOADING: LinkView = {
  link: { phase: 'connecting', attempt: 1, sinceMs: Number.POSITIVE_INFINITY, everUp: 'no' },
  gateway: { kind: 'unseen' },
  asOfMs: null,
};

function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [live] = useState((): Live => {
    const feed = createFeedStore(browserStorage());
    const socket = createTabSocket();
    const link = createLink({
      feed,
      line: toLine(socket),
      look: lookAtGateway,
      isPaired: () => readDeviceSecret() !== null,
      watchPage: watchPageLife,
    });
    return { feed, link, socket, shared: new Map() };
  });
  useEffect(() => live.link.open(), [live]);
  useEffect(() => {
    window.addEventListener('pagehide', live.feed.flush);
    return () => window.removeEventListener('pagehide', live.feed.flush);
  }, [live]);
  return (
    <LiveContext value={live}>
      <ConnectionKeeper link={live.link}>{children}</ConnectionKeeper>
    </LiveContext>
  );
}

/** Derives the connection once for everybody, and again when patience with a slow attempt runs out. */
function ConnectionKeeper({ link, children }: { readonly link: Link; readonly children: ReactNode }) {
  const view = useSyncExternalStore(link.subscribe, link.get, () => LOADING);
  const [nowMs, setNowMs] = useState(() => Date.now());
  const connectingSinceMs = view.link.phase === 'connecting' ? view.link.sinceMs : null;
  useEffect(() => {
    if (connectingSinceMs === null) return;
    const timer = setTimeout(() => setNowMs(Date.now()), PATIENCE_MS + 20);
    return () => clearTimeout(timer);
  }, [connectingSinceMs]);
  const connection = useMemo(() => deriveConnection({ ...view, nowMs }), [view, nowMs]);
  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('Live data is used outside of LiveProvider: only pages of the shell have it.');
  return live;
}

/** One of these for the whole shell, made on first use: what the board does not need, it does not load. */
export function useShared<T>(name: string, make: () => T): T {
  const { shared } = useLive();
  if (!shared.has(name)) shared.set(name, make());
  return shared.get(name) as T;
}

export function useConnection(): Connection {
  return useContext(ConnectionContext);
}

/** Why commands are locked now, or `null`. */
export function useLock(): string | null {
  return lockReason(useConnection());
}

/** Whether what is shown may no longer be true: it is drawn without colour. */
export function useIsOld(): boolean {
  const { kind } = useConnection();
  return kind !== 'live' && kind !== 'stale';
}

export function useRetryNow(): () => void {
  return useLive().link.retryNow;
}

export function useSocket(): TabSocket {
  return useLive().socket;
}

/** For what an answer to a command already says; the feed's own word follows. */
export function useLearn(): Pick<FeedStore, 'learnSession' | 'learnProject'> {
  return useLive().feed;
}

export function useFeed(): FeedCache {
  const { feed } = useLive();
  return useSyncExternalStore(feed.subscribe, feed.get, () => EMPTY_FEED);
}

/** Whether there is anything to show: before the first snapshot of a first visit there is not. */
export function useFeedKnown(): boolean {
  const { feed } = useLive();
  return useSyncExternalStore(feed.subscribe, feed.isKnown, () => false);
}

/** In the order of their numbers; without an id, of all projects. */
export function useSessions(projectId?: string): readonly SessionView[] {
  const { sessions } = useFeed();
  return useMemo(
    () =>
      [...sessions.values()]
        .filter((session) => projectId === undefined || session.projectId === projectId)
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt)),
    [sessions, projectId],
  );
}

export function useProject(id: string): ProjectView | undefined {
  return useFeed().projects.get(id);
}

export function useProjects(): readonly ProjectView[] {
  const { projects } = useFeed();
  return useMemo(() => [...projects.values()].sort((a, b) => a.name.localeCompare(b.name)), [projects]);
}
