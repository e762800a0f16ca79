/**
 * Keeps the tab connected and its feed true: connects, follows, says goodbye, and comes back. Each time an attempt fails the gateway
 * is asked why, and that decides: wait and try again, wait for a start, or, after a deliberate stop, leave the daemon alone.
 * Knows neither socket.io nor the browser; those are handed in.
 */
import type { FeedEvent, FeedSnapshot, Supervision } from '../../server/contract/socket.ts';
import { backoffMs, type HaltReason, type LinkState } from './connection.ts';
import type { FeedStore } from './feed-store.ts';
import type { GatewaySight } from './gateway.ts';
import type { PageLife } from './page-life.ts';

export type LineHandlers = {
  readonly up: () => void;
  /** It was up. */
  readonly down: () => void;
  /** An attempt came to nothing; `code` where the daemon itself refused. */
  readonly refused: (why: { readonly message: string; readonly code: string | null }) => void;
  readonly supervision: (verdict: Supervision['verdict']) => void;
  readonly feed: (event: FeedEvent) => void;
};

export type Line = {
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly goodbye: () => void;
  /** `null`: refused, or too late. */
  readonly askSnapshot: (take: (snapshot: FeedSnapshot | null) => void) => void;
  readonly heardAtMs: () => number | null;
  readonly listen: (handlers: LineHandlers) => void;
};

export type LinkView = { readonly link: LinkState; readonly gateway: GatewaySight; readonly asOfMs: number | null };

export type Link = {
  readonly get: () => LinkView;
  readonly subscribe: (listener: () => void) => () => void;
  /** Begins; the answer ends it, with a goodbye. */
  readonly open: () => () => void;
  readonly retryNow: () => void;
};

export type LinkDeps = {
  readonly feed: FeedStore;
  readonly line: Line;
  readonly look: () => Promise<GatewaySight>;
  readonly isPaired: () => boolean;
  readonly watchPage: (life: PageLife) => () => void;
};

/** While an attempt is under way the gateway is asked what is taking so long. */
const LOOK_EVERY_MS = 800;
/** A daemon that was killed is replaced by the very next request. */
const RECONNECT_AFTER_MS = 50;
/** How soon we notice that somebody else started a daemon that had been stopped. */
const LOOK_WHILE_HALTED_MS = 3_000;
const RETRY_AFTER_FAILED_START_MS = 15_000;

export function createLink({ feed, line, look, isPaired, watchPage }: LinkDeps): Link {
  let view: LinkView = {
    link: { phase: 'connecting', attempt: 1, sinceMs: Date.now(), everUp: 'no' },
    gateway: { kind: 'unseen' },
    asOfMs: feed.restoredAtMs(),
  };
  let everUp: 'yes' | 'no' = 'no';
  let attempt = 1;
  /** One timer at a time: the next attempt, or the next look. */
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** Raised whenever something new begins, so that an answer that comes late is known for what it is. */
  let generation = 0;
  let isOpen = false;
  const listeners = new Set<() => void>();

  function show(change: Partial<LinkView>): void {
    view = { ...view, ...change };
    for (const listener of listeners) listener();
  }

  /** Ends whatever was waited for. */
  function begin(): number {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    generation += 1;
    return generation;
  }

  function later(ms: number, work: () => void): void {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      work();
    }, ms);
  }

  function connect(): void {
    if (!isOpen) return;
    const mine = begin();
    if (!isPaired()) return halt('never_paired');
    show({ link: { phase: 'connecting', attempt, sinceMs: Date.now(), everUp } });
    line.connect();
    const watch = (): void => {
      void look().then((gateway) => {
        if (mine !== generation) return;
        show({ gateway });
        later(LOOK_EVERY_MS, watch);
      });
    };
    later(LOOK_EVERY_MS, watch);
  }

  /** A line that worked was cut: the first attempt is made at once. */
  function lost(): void {
    begin();
    attempt = 1;
    show({
      link: { phase: 'connecting', attempt, sinceMs: Date.now(), everUp },
      gateway: { kind: 'unseen' },
      asOfMs: line.heardAtMs() ?? Date.now(),
    });
    later(RECONNECT_AFTER_MS, connect);
  }

  function failed(): void {
    const mine = begin();
    void look().then((gateway) => {
      if (mine !== generation || !isOpen) return;
      show({ gateway });
      if (gateway.kind === 'unpaired') return halt('not_let_in');
      if (gateway.kind === 'seen' && gateway.state.deliberate) return halt('stopped');
      const cannotStart = gateway.kind === 'seen' && gateway.state.daemon === 'failed';
      const waitMs = cannotStart ? RETRY_AFTER_FAILED_START_MS : backoffMs(attempt);
      show({ link: { phase: 'waiting', attempt, retryAtMs: Date.now() + waitMs } });
      attempt += 1;
      later(waitMs, connect);
    });
  }

  function halt(why: HaltReason): void {
    const mine = begin();
    line.disconnect();
    attempt = 1;
    show({ link: { phase: 'halted', why } });
    // What a browser that is not let in knew of the sessions is not its to keep.
    if (why !== 'stopped') return feed.forget();
    const watch = (): void => {
      void look().then((gateway) => {
        if (mine !== generation || !isOpen) return;
        if (gateway.kind === 'unpaired') return halt('not_let_in');
        if (gateway.kind === 'seen' && !gateway.state.deliberate) return connect();
        if (gateway.kind === 'seen') show({ gateway });
        later(LOOK_WHILE_HALTED_MS, watch);
      });
    };
    later(LOOK_WHILE_HALTED_MS, watch);
  }

  function follow(): void {
    const mine = generation;
    line.askSnapshot((snapshot) => {
      if (mine !== generation || view.link.phase !== 'open') return;
      if (snapshot === null) return line.disconnect();
      feed.take(snapshot);
      attempt = 1;
      everUp = 'yes';
      show({ link: { ...view.link, synced: 'yes' }, asOfMs: Date.now() });
    });
  }

  line.listen({
    up: () => {
      begin();
      show({ link: { phase: 'open', verdict: null, synced: 'no' }, gateway: { kind: 'unseen' } });
      follow();
    },
    down: () => {
      if (!isOpen || view.link.phase !== 'open') return;
      if (view.link.synced === 'yes') lost();
      else failed();
    },
    refused: ({ message, code }) => {
      if (!isOpen) return;
      if (code === 'UNAUTHENTICATED') return halt('not_let_in');
      if (code !== 'BAD_INPUT') return failed();
      // The daemon answered, and does not take this page's handshake: another version of the page is needed.
      begin();
      show({ link: { phase: 'refused', message } });
    },
    supervision: (verdict) => {
      if (view.link.phase === 'open') show({ link: { ...view.link, verdict } });
    },
    feed: (event) => {
      // Until the snapshot is here it is still to come with it.
      if (view.link.phase !== 'open' || view.link.synced === 'no' || feed.apply(event) === 'fine') return;
      show({ link: { ...view.link, synced: 'no' }, asOfMs: line.heardAtMs() ?? Date.now() });
      follow();
    },
  });

  function leave(): void {
    // A page in the back/forward cache must not hold a socket, and one that is closed should leave, not be lost.
    line.goodbye();
    isOpen = false;
    begin();
    line.disconnect();
  }
  function enter(): void {
    isOpen = true;
    attempt = 1;
    connect();
  }
  function retryNow(): void {
    if (isOpen && view.link.phase !== 'open' && view.link.phase !== 'connecting') connect();
  }

  return {
    get: () => view,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open: () => {
      const unwatch = watchPage({
        hidden: leave,
        restored: enter,
        betterTimes: () => view.link.phase === 'waiting' && retryNow(),
        paired: () => view.link.phase === 'halted' && retryNow(),
      });
      enter();
      return () => {
        unwatch();
        leave();
      };
    },
    retryNow,
  };
}
