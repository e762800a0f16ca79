/**
 * The tab's one socket.io connection, as a line that the link opens and closes. socket.io's own reconnection is off, because what to
 * do next depends on why the line is down. Other owners of events (the terminal) add listeners to `socket`: it is one object for the
 * life of the page.
 */
import { io, type Socket } from 'socket.io-client';
import type { ServerToTab, TabToServer } from '../../server/contract/socket.ts';
import type * as contract from '../../server/contract/socket-path.ts';
import { PROTOCOL_VERSION } from '../../server/contract/version.ts';
import { readDeviceSecret } from './device.ts';
import type { Line, LineHandlers } from './link.ts';

export type TabSocket = Socket<ServerToTab, TabToServer>;

const SOCKET_PATH: typeof contract.SOCKET_PATH = '/socket.io';
const TAB_KEY = 'ao.tab';
/** A gateway that has to start the daemon first holds the connection until it is ready. */
const CONNECT_LIMIT_MS = 30_000;
const SNAPSHOT_LIMIT_MS = 10_000;

/** The same over reloads of one tab. A duplicated tab has it too, which the daemon can live with: it counts connections. */
function tabId(): string {
  const fresh = (): string => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  try {
    const id = sessionStorage.getItem(TAB_KEY) ?? fresh();
    sessionStorage.setItem(TAB_KEY, id);
    return id;
  } catch {
    return fresh();
  }
}

/** Connects nothing yet. */
export function createTabSocket(): TabSocket {
  return io({
    path: SOCKET_PATH,
    transports: ['websocket'],
    reconnection: false,
    autoConnect: false,
    timeout: CONNECT_LIMIT_MS,
    auth: (give) => give({ secret: readDeviceSecret() ?? '', protocol: PROTOCOL_VERSION, role: 'app', tab: tabId() }),
  });
}

export function toLine(socket: TabSocket): Line {
  let heardAtMs: number | null = null;
  let state: 'down' | 'connecting' | 'up' = 'down';
  let refuse: LineHandlers['refused'] = () => undefined;

  /** socket.io says nothing of a line that ends before the namespace is joined, and would take no other attempt until its time limit. */
  function watchEnd(): void {
    const { engine } = socket.io;
    engine.once('close', (reason) => {
      if (state !== 'connecting' || socket.io.engine !== engine) return;
      state = 'down';
      socket.disconnect();
      refuse({ message: `the line ended: ${reason}`, code: null });
    });
  }

  return {
    connect: () => {
      state = 'connecting';
      socket.connect();
      watchEnd();
    },
    disconnect: () => {
      state = 'down';
      socket.disconnect();
    },
    goodbye: () => {
      if (socket.connected) socket.emit('goodbye');
    },
    heardAtMs: () => heardAtMs,
    askSnapshot: (take) => {
      socket.timeout(SNAPSHOT_LIMIT_MS).emit('feed.subscribe', (late, answer) => {
        // Typed as an Error, but null when the answer came in time.
        take((late as Error | null) === null && answer.ok ? answer.value : null);
      });
    },
    listen: (handlers) => {
      refuse = handlers.refused;
      socket.on('connect', () => {
        state = 'up';
        socket.io.engine.on('packet', () => {
          heardAtMs = Date.now();
        });
        handlers.up();
      });
      socket.on('disconnect', () => {
        if (state !== 'up') return;
        state = 'down';
        handlers.down();
      });
      socket.on('connect_error', (error) => {
        state = 'down';
        handlers.refused({ message: error.message, code: codeOf(error) });
      });
      socket.on('supervision', ({ verdict }) => handlers.supervision(verdict));
      socket.on('feed', (event) => handlers.feed(event));
    },
  };
}

function codeOf(error: Error): string | null {
  const data: unknown = 'data' in error ? error.data : null;
  return typeof data === 'object' && data !== null && 'code' in data && typeof data.code === 'string' ? data.code : null;
}
