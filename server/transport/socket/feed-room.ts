/**
 * Live data to the tabs that asked for it: each change is made into its view once and written once for all. A tab that does not
 * keep up gets nothing further until it has worked off what it has; then the last change again, by whose number it sees that
 * it missed some, and asks anew.
 */
import type { Server } from 'socket.io';
import type { FeedEvent, FeedSnapshot, ServerToTab, TabToServer } from '../../contract/socket.ts';
import { AppError } from '../../core/errors.ts';
import type { LiveFeed } from '../../ports/app-services.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { toFeedChange, toFeedSnapshot } from '../views.ts';
import { createBucket } from './bucket.ts';
import { backlogOf, onMessage, type TabData, type TabSocket } from './tab-socket.ts';

const ROOM = 'feed';
/** What may wait for a tab before it is skipped. */
const MAX_BACKLOG = { packets: 256, bytes: 4 * 1024 * 1024 };
/** A snapshot is large and asked for once, and once more after each gap. */
const SNAPSHOTS = { capacity: 10, perSecond: 0.5 };

type Io = Server<TabToServer, ServerToTab, Record<string, never>, TabData>;

export type FeedRoom = {
  attend(socket: TabSocket): void;
  close(): void;
};

export function createFeedRoom({
  io,
  feed,
  clock,
  log,
}: {
  readonly io: Io;
  readonly feed: LiveFeed;
  readonly clock: Clock;
  readonly log: Log;
}): FeedRoom {
  const lagging = new Set<TabSocket>();
  let last: FeedEvent | null = null;
  let snapshot: FeedSnapshot | null = null;

  /** The same for all tabs until something changes: after a restart they all come at once. */
  function currentSnapshot(): FeedSnapshot {
    const { seq, ...live } = feed.snapshot();
    if (snapshot === null || snapshot.seq !== seq) snapshot = toFeedSnapshot({ seq, ...live });
    return { ...snapshot, at: new Date(live.atMs).toISOString() };
  }

  function skipThoseBehind(): void {
    for (const id of io.of('/').adapter.rooms.get(ROOM) ?? []) {
      const socket = io.of('/').sockets.get(id);
      if (socket === undefined || !isBehind(socket)) continue;
      void socket.leave(ROOM);
      lagging.add(socket);
      log.debug({ device: socket.data.device }, 'A tab does not keep up with the feed');
    }
  }

  function catchUp(socket: TabSocket): void {
    if (!lagging.has(socket) || isBehind(socket)) return;
    lagging.delete(socket);
    void socket.join(ROOM);
    if (last !== null) socket.emit('feed', last);
  }

  const stop = feed.onEvents((events) => {
    skipThoseBehind();
    for (const event of events) {
      last = { epoch: feed.epoch, seq: event.seq, change: toFeedChange(event) };
      io.to(ROOM).emit('feed', last);
    }
  });

  return {
    attend(socket) {
      const snapshots = createBucket(clock, SNAPSHOTS);
      socket.conn.on('drain', () => catchUp(socket));
      socket.on('disconnect', () => lagging.delete(socket));
      onMessage(socket, 'feed.subscribe', {
        log,
        handle: ({ answer }) => {
          if (!snapshots.take()) throw tooMany();
          // Taken and joined in one go: whatever changes from here on is told to this tab.
          const value = currentSnapshot();
          lagging.delete(socket);
          void socket.join(ROOM);
          answer({ ok: true, value });
        },
      });
    },
    close: stop,
  };
}

function isBehind(socket: TabSocket): boolean {
  const { packets, bytes } = backlogOf(socket);
  return packets > MAX_BACKLOG.packets || bytes > MAX_BACKLOG.bytes;
}

function tooMany(): AppError {
  return new AppError({
    code: 'TOO_MANY_REQUESTS',
    message: 'This tab has asked for everything too often in a short time.',
    hint: 'It tries again by itself; reload the page if it does not.',
  });
}
