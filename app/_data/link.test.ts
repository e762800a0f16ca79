import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GatewayState } from '../../server/contract/gateway.ts';
import type { FeedSnapshot } from '../../server/contract/socket.ts';
import { createFeedStore } from './feed-store.ts';
import type { GatewaySight } from './gateway.ts';
import { createLink, type LineHandlers } from './link.ts';
import type { PageLife } from './page-life.ts';
import { AT, aSession } from './testing-views.ts';

const snapshot: FeedSnapshot = { epoch: 'e1', seq: 7, at: AT, sessions: [aSession()], projects: [] };

/** A line whose ends the test holds. */
function world() {
  const calls: string[] = [];
  let handlers: LineHandlers | null = null;
  let page: PageLife | null = null;
  let take: ((snapshot: FeedSnapshot | null) => void) | null = null;
  let gateway: GatewaySight = { kind: 'unseen' };
  let paired = true;
  const feed = createFeedStore(null);
  const link = createLink({
    feed,
    line: {
      connect: () => void calls.push('connect'),
      disconnect: () => void calls.push('disconnect'),
      goodbye: () => void calls.push('goodbye'),
      heardAtMs: () => null,
      askSnapshot: (give) => {
        calls.push('ask');
        take = give;
      },
      listen: (given) => {
        handlers = given;
      },
    },
    look: () => {
      calls.push('look');
      return Promise.resolve(gateway);
    },
    isPaired: () => paired,
    watchPage: (life) => {
      page = life;
      return () => void calls.push('unwatch');
    },
  });
  const must = <T>(value: T | null): T => {
    if (value === null) throw new Error('not there yet');
    return value;
  };
  return {
    link,
    feed,
    calls,
    handlers: () => must(handlers),
    page: () => must(page),
    answer: (given: FeedSnapshot | null) => must(take)(given),
    gatewayIs: (part: Partial<GatewayState>) => {
      gateway = { kind: 'seen', state: { daemon: 'ready', deliberate: false, error: null, lastLog: [], lastStop: null, ...part } };
    },
    sight: (next: GatewaySight) => {
      gateway = next;
    },
    unpair: () => {
      paired = false;
    },
    pair: () => {
      paired = true;
    },
    count: (what: string) => calls.filter((call) => call === what).length,
    goLive: () => {
      must(handlers).up();
      must(take)(snapshot);
      must(handlers).supervision('counted');
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('createLink', () => {
  it('connects, asks for the snapshot, and is synced once it has it', () => {
    const { link, feed, calls, handlers, answer } = world();
    link.open();
    handlers().up();
    expect(link.get().link).toEqual({ phase: 'open', verdict: null, synced: 'no' });
    answer(snapshot);
    expect(calls).toEqual(['connect', 'ask']);
    expect(feed.get().seq).toBe(7);
    expect(link.get().link).toEqual({ phase: 'open', verdict: null, synced: 'yes' });
  });

  it('asks anew after a gap, and drops what comes before the answer', () => {
    const { link, feed, handlers, answer, goLive, count } = world();
    link.open();
    goLive();
    handlers().feed({ epoch: 'e1', seq: 9, change: { kind: 'session-removed', id: 'app-1' } });
    expect(link.get().link).toMatchObject({ synced: 'no' });
    expect(count('ask')).toBe(2);
    handlers().feed({ epoch: 'e1', seq: 10, change: { kind: 'session-removed', id: 'app-1' } });
    expect(count('ask')).toBe(2);
    answer({ ...snapshot, seq: 10 });
    handlers().feed({ epoch: 'e1', seq: 11, change: { kind: 'session-removed', id: 'app-1' } });
    expect(feed.get().sessions.size).toBe(0);
  });

  it('tries at once when a working line is cut, because that request is what replaces a killed daemon', async () => {
    const { link, handlers, goLive, count } = world();
    link.open();
    goLive();
    handlers().down();
    await pass(100);
    expect(count('connect')).toBe(2);
    expect(count('look')).toBe(0);
  });

  it('backs off between attempts, and counts them until it is live again', async () => {
    const { link, handlers, goLive, gatewayIs } = world();
    gatewayIs({ daemon: 'none' });
    link.open();
    for (const attempt of [1, 2, 3]) {
      handlers().refused({ message: 'no', code: null });
      await pass(0);
      expect(link.get().link).toMatchObject({ phase: 'waiting', attempt });
      await pass(5_000);
    }
    goLive();
    handlers().down();
    expect(link.get().link).toMatchObject({ phase: 'connecting', attempt: 1 });
  });

  it('keeps backing off when it gets through but is refused the snapshot each time', async () => {
    const { link, handlers, answer, gatewayIs } = world();
    gatewayIs({});
    link.open();
    for (const attempt of [1, 2]) {
      handlers().up();
      answer(null);
      handlers().down();
      await pass(0);
      expect(link.get().link).toMatchObject({ phase: 'waiting', attempt });
      await pass(5_000);
    }
  });

  it('L3: leaves a daemon alone that was stopped on purpose, and comes back when somebody has started it', async () => {
    const { link, handlers, goLive, gatewayIs, count } = world();
    link.open();
    goLive();
    gatewayIs({ daemon: 'stopped', deliberate: true });
    handlers().down();
    await pass(100);
    handlers().refused({ message: '503', code: null });
    await pass(60_000);
    expect(link.get().link).toEqual({ phase: 'halted', why: 'stopped' });
    expect(count('connect')).toBe(2);
    gatewayIs({ daemon: 'ready' });
    await pass(3_000);
    expect(count('connect')).toBe(3);
  });

  it('comes back at once when told so', async () => {
    const { link, handlers, gatewayIs, count } = world();
    gatewayIs({ daemon: 'stopped', deliberate: true });
    link.open();
    handlers().refused({ message: '503', code: null });
    await pass(0);
    link.retryNow();
    expect(count('connect')).toBe(2);
  });

  it('does not hammer a daemon that cannot start', async () => {
    const { link, handlers, gatewayIs, count } = world();
    gatewayIs({ daemon: 'failed', lastLog: ['why'] });
    link.open();
    handlers().refused({ message: '503', code: null });
    await pass(10_000);
    expect(count('connect')).toBe(1);
    await pass(6_000);
    expect(count('connect')).toBe(2);
  });

  it('S4: stops when its device was revoked, and goes on once this browser is paired again', async () => {
    const { link, feed, handlers, page, goLive, unpair, pair, count } = world();
    link.open();
    goLive();
    handlers().down();
    await pass(100);
    handlers().refused({ message: 'no', code: 'UNAUTHENTICATED' });
    await pass(60_000);
    expect(link.get().link).toEqual({ phase: 'halted', why: 'not_let_in' });
    expect(feed.get().sessions.size, 'it keeps no copy').toBe(0);
    expect(count('connect')).toBe(2);
    unpair();
    page().paired();
    expect(count('connect')).toBe(2);
    pair();
    page().paired();
    expect(count('connect')).toBe(3);
  });

  it('does not even knock without a secret', () => {
    const { link, unpair, count } = world();
    unpair();
    link.open();
    expect(link.get().link).toEqual({ phase: 'halted', why: 'never_paired' });
    expect(count('connect')).toBe(0);
  });

  it('says that page and daemon do not fit instead of trying for ever', async () => {
    const { link, handlers, count } = world();
    link.open();
    handlers().refused({ message: 'it speaks version 1', code: 'BAD_INPUT' });
    await pass(60_000);
    expect(link.get().link).toEqual({ phase: 'refused', message: 'it speaks version 1' });
    expect(count('connect')).toBe(1);
  });

  it('L4: says goodbye when the page goes, stays away in the back/forward cache, and is back after it', async () => {
    const { link, handlers, page, goLive, calls, count } = world();
    link.open();
    goLive();
    page().hidden();
    handlers().down();
    await pass(60_000);
    expect(calls.slice(-2)).toEqual(['goodbye', 'disconnect']);
    expect(count('connect')).toBe(1);
    page().restored();
    expect(count('connect')).toBe(2);
  });

  it('asks what takes so long while an attempt is under way', async () => {
    const { link, gatewayIs } = world();
    gatewayIs({ daemon: 'starting' });
    link.open();
    await pass(900);
    expect(link.get().gateway).toMatchObject({ state: { daemon: 'starting' } });
  });

  it('drops an answer of the gateway that comes after the line is up', async () => {
    const { link, handlers, sight, goLive } = world();
    link.open();
    sight({ kind: 'unreachable' });
    handlers().refused({ message: 'no', code: null });
    goLive();
    await pass(0);
    expect(link.get()).toMatchObject({ link: { phase: 'open', synced: 'yes' }, gateway: { kind: 'unseen' } });
  });
});
