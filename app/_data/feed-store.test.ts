import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedSnapshot } from '../../server/contract/socket.ts';
import { createFeedStore } from './feed-store.ts';
import { AT, aProject, aSession } from './testing-views.ts';

function aStorage(initial: Record<string, string> = {}) {
  const kept = new Map(Object.entries(initial));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    kept,
  };
}

const snapshot: FeedSnapshot = {
  epoch: 'e1',
  seq: 1,
  at: AT,
  sessions: [aSession({ prompt: 'the launch codes', command: 'run --token abc' })],
  projects: [aProject({ env: { API_KEY: 'very-secret' } })],
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('createFeedStore', () => {
  it('knows nothing at first, and tells its listeners when it does', () => {
    const store = createFeedStore(aStorage());
    const heard: number[] = [];
    store.subscribe(() => heard.push(store.get().sessions.size));
    expect(store.isKnown()).toBe(false);
    store.take(snapshot);
    expect(store.isKnown()).toBe(true);
    expect(heard).toEqual([1]);
  });

  it('brings the last board back in the next visit, as old, without prompts, commands or project environment', () => {
    const storage = aStorage();
    createFeedStore(storage).take(snapshot);
    vi.runAllTimers();
    expect([...storage.kept.values()].join()).not.toMatch(/launch codes|token|very-secret/);
    const next = createFeedStore(storage);
    expect(next.isKnown()).toBe(true);
    expect(next.restoredAtMs()).not.toBeNull();
    expect(next.get().sessions.get('app-1')?.status).toBe('running');
    expect(next.apply({ epoch: 'e1', seq: 2, change: { kind: 'session-removed', id: 'app-1' } })).toBe('gap');
  });

  it('S4: forgets the board, on disk as well, and keeps nothing of it later', () => {
    const storage = aStorage();
    const store = createFeedStore(storage);
    store.take(snapshot);
    vi.runAllTimers();
    store.take({ ...snapshot, seq: 2 });
    store.forget();
    vi.runAllTimers();
    expect([store.isKnown(), store.get().sessions.size, storage.kept.size]).toEqual([false, 0, 0]);
  });

  it('keeps what it knows at once when the page goes away, and nothing where there is nothing new', () => {
    const storage = aStorage();
    const store = createFeedStore(storage);
    store.flush();
    expect(storage.kept.size).toBe(0);
    store.take(snapshot);
    store.flush();
    expect(createFeedStore(storage).isKnown()).toBe(true);
  });

  it.each(['nonsense', '{}', '{"v":2}', 'null', '[]'])('begins empty where %s was kept', (text) => {
    expect(createFeedStore(aStorage({ 'ao.board': text })).isKnown()).toBe(false);
  });

  it('goes on where storage is closed or full', () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error('quota');
      },
      removeItem: () => undefined,
    };
    const store = createFeedStore(full);
    store.take(snapshot);
    vi.runAllTimers();
    expect(store.get().sessions.size).toBe(1);
  });

  it('lets an older answer of a command not undo what the feed said since', () => {
    const store = createFeedStore(null);
    store.take({ ...snapshot, sessions: [aSession({ title: 'new', updatedAt: '2026-01-03T00:00:00.000Z' })] });
    store.learnSession(aSession({ title: 'old', updatedAt: '2026-01-02T00:00:00.000Z' }));
    expect(store.get().sessions.get('app-1')?.title).toBe('new');
  });
});
