/**
 * The sockets of all tabs, and of each `ao attach`. Handed upgrades that were let in at the door (`http/upgrade.ts`), it authenticates each connection,
 * gives it to supervision, feed and terminals, and ends them: for good when the device is revoked, to come back when the daemon
 * goes. socket.io is never attached to our server, so no request reaches it past that door.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server } from 'socket.io';
import type { ServerToTab, TabToServer } from '../../contract/socket.ts';
import { SOCKET_PATH } from '../../contract/socket-path.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import type { AppServices } from '../../ports/app-services.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SupervisorDesk } from '../../ports/supervision.ts';
import type { SocketDoor, Upgrade } from '../http/upgrade.ts';
import { createFeedRoom } from './feed-room.ts';
import { guard } from './guard.ts';
import { readHandshake } from './handshake.ts';
import { type SuperviseDeps, supervise } from './supervise.ts';
import { cutSoon, endForGood, endToReconnect, LEAVE_LIMIT_MS, type TabData, type TabSocket } from './tab-socket.ts';

/** A vanished peer is known after 8 to 18 s. */
const PING = { pingInterval: 10_000, pingTimeout: 8_000 };
const MAX_FRAME_BYTES = 1_000_000;
/** A connection that says nothing of itself is closed after this. */
const CONNECT_LIMIT_MS = 10_000;
/** More tabs than a person has. */
const MAX_CONNECTIONS = 256;

export type SocketServerDeps = {
  readonly services: Pick<AppServices, 'devices' | 'feed'>;
  readonly desk: SupervisorDesk;
  readonly departureOf: SuperviseDeps['departureOf'];
  /** Hears the terminals' messages of a tab, and lets go of them when it disconnects. */
  readonly attendTerminals: (socket: TabSocket) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests that cannot wait. */
  readonly ping?: typeof PING;
};

export interface SocketServer extends SocketDoor {
  /** Authenticated connections. */
  count(): number;
  /** Tells every tab that the daemon restarts, and ends its connection so that it comes back by itself. Nobody new is let in. */
  close(): Promise<void>;
}

export function createSocketServer({
  services,
  desk,
  departureOf,
  attendTerminals,
  clock,
  log,
  ping = PING,
}: SocketServerDeps): SocketServer {
  const io = new Server<TabToServer, ServerToTab, Record<string, never>, TabData>({
    path: SOCKET_PATH,
    serveClient: false,
    transports: ['websocket'],
    allowUpgrades: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    connectTimeout: CONNECT_LIMIT_MS,
    ...ping,
  });
  // Never listens: it only makes socket.io create its engine.
  io.attach(createServer());
  const entrants = new WeakMap<IncomingMessage, Pick<Upgrade, 'visit' | 'by'>>();
  const claimed = new WeakSet<TabSocket['conn']>();
  const lines = new Set<Duplex>();
  const feedRoom = createFeedRoom({ io, feed: services.feed, clock, log });
  const sockets = (): readonly TabSocket[] => [...io.of('/').sockets.values()];
  const hasTwin = (key: string): boolean => sockets().some((socket) => socket.data.key === key);
  let isClosing = false;

  io.engine.on('connection', (conn: TabSocket['conn']) => conn.once('close', () => cutSoon(conn)));
  io.engine.on('connection_error', ({ code, message }: { readonly code: unknown; readonly message: unknown }) =>
    log.debug({ code, message }, 'A socket could not be opened'),
  );

  io.use((socket, next) => {
    const { conn, request } = socket;
    try {
      // One connection is one tab: what asks a second time on the same line would count twice.
      if (claimed.has(conn)) throw badConnection('it has connected already');
      claimed.add(conn);
      const entrant = entrants.get(request);
      if (entrant === undefined) throw badConnection('it came from nowhere');
      socket.data = readHandshake({ req: request, auth: socket.handshake.auth, ...entrant, devices: services.devices });
      next();
    } catch (caught) {
      const error = toAppError(caught);
      log.debug({ code: error.code, error: error.message }, 'A tab was not let in');
      next(Object.assign(new Error(error.message), { data: error.toJSON() }));
      // After the answer, and whatever the peer does with it.
      clock.after(0, () => endToReconnect({ conn }));
    }
  });

  io.on('connection', (socket) => {
    // Nothing that goes wrong with one tab may take the daemon down.
    try {
      guard(socket, { clock, log });
      feedRoom.attend(socket);
      attendTerminals(socket);
      supervise(socket, { desk, departureOf, hasTwin });
    } catch (error) {
      log.error({ error }, 'A tab could not be attended to');
      endToReconnect(socket);
    }
  });

  services.devices.onRevoked((device) => {
    for (const socket of sockets()) if (socket.data.device === device) endForGood(socket);
  });

  return {
    async accept({ req, socket, head, visit, by }) {
      if (isClosing || lines.size >= MAX_CONNECTIONS) return tooMany();
      entrants.set(req, { visit, by });
      lines.add(socket);
      socket.once('close', () => lines.delete(socket));
      io.engine.handleUpgrade(req as Parameters<typeof io.engine.handleUpgrade>[0], socket, head);
      return null;
    },
    count: () => io.of('/').sockets.size,
    async close() {
      isClosing = true;
      feedRoom.close();
      for (const socket of sockets()) {
        // Those at the desk have been told by it already and are on their way.
        if (socket.data.role === 'viewer') socket.emit('supervision', { verdict: 'restarting' });
        endToReconnect(socket);
      }
      const gone = [...lines].map((line) => new Promise<void>((resolve) => line.once('close', resolve)));
      const cancel = clock.after(LEAVE_LIMIT_MS, () => {
        for (const line of lines) line.destroy();
      });
      await Promise.all(gone);
      cancel();
    },
  };
}

function badConnection(why: string): AppError {
  return new AppError({ code: 'BAD_INPUT', message: `This page cannot be connected: ${why}.`, hint: 'Reload the page.' });
}

function tooMany(): AppError {
  return new AppError({
    code: 'TOO_MANY_REQUESTS',
    message: `There are ${MAX_CONNECTIONS} connections already.`,
    hint: 'Close some tabs.',
  });
}
