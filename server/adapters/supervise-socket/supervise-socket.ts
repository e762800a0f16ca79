/**
 * `supervise.sock`: each open connection is a supervisor client. Bytes on it mean nothing; being open means everything. A
 * client reads one line of JSON as soon as it has been counted or not, and another one if that changes. Decides nothing, and
 * no failure in here is the daemon's end (I7).
 */
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SupervisorDesk, SupervisorListener, SupervisorVerdict } from '../../ports/supervision.ts';
import { type SocketPlace, superviseSocketPlaces } from './path.ts';

/** SPEC §2: warn, wait this long, accept again. */
const ACCEPT_RETRY_MS = 200;
/** A path unlinked under a living listener would end supervision without a word. Milliseconds between two looks. */
const PATH_CHECK_MS = 10_000;
const CONNECT_TEST_MS = 1_000;

export type SuperviseSocketDeps = {
  readonly runFile: string;
  readonly desk: SupervisorDesk;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
  /** Said in the line that a client reads. */
  readonly service: string;
};

/** Never rejects: where nothing can be bound the listener's path is `null`, and the log says why. */
export async function openSuperviseSocket(deps: SuperviseSocketDeps): Promise<SupervisorListener> {
  const { log } = deps;
  const places = superviseSocketPlaces(deps.runFile, { platform: process.platform, uid: process.getuid?.() ?? 0 });
  for (const place of places) {
    try {
      return await listenAt(place, deps);
    } catch (error) {
      log.warn({ error, path: place.path }, 'The supervisor socket cannot be bound here');
    }
  }
  log.error({ runFile: deps.runFile }, 'No supervisor socket: native clients cannot hold this daemon up');
  return { path: null, close: () => Promise.resolve() };
}

async function listenAt(place: SocketPlace, deps: SuperviseSocketDeps): Promise<SupervisorListener> {
  const { clock, log } = deps;
  const connections = new Set<Socket>();
  let state: 'open' | 'closed' = 'open';
  let cancelWait: () => void = () => undefined;
  let { server, inode } = await bind(place);

  /** Looks after `delayMs` whether clients still find us, and binds anew if not. */
  const lookAfter = (delayMs: number): void => {
    cancelWait();
    cancelWait = clock.after(delayMs, () => {
      if (state === 'closed') return;
      if (server.listening && inodeOf(place) === inode) return lookAfter(PATH_CHECK_MS);
      log.warn({ path: place.path }, 'The supervisor socket was removed or replaced; it is bound anew');
      bind(place).then(
        (bound) => {
          // The old one is left as it is: closing it would unlink the path of the new one.
          ({ server, inode } = bound);
          serve();
        },
        (error: unknown) => {
          log.warn({ error, path: place.path }, 'The supervisor socket cannot be bound anew; it is tried again');
          lookAfter(PATH_CHECK_MS);
        },
      );
    });
  };
  const serve = (): void => {
    server.on('connection', (socket) => attend(socket, connections, deps));
    server.on('error', (error) => {
      log.warn({ error, path: place.path }, 'The supervisor socket could not accept a client; accepting again');
      lookAfter(ACCEPT_RETRY_MS);
    });
    lookAfter(PATH_CHECK_MS);
  };
  serve();

  return {
    path: place.path,
    close: async () => {
      state = 'closed';
      cancelWait();
      // `close` unlinks the path: nobody finds a dead socket.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections) socket.destroySoon();
      // Whoever does not read its last line is not waited for.
      clock.after(ACCEPT_RETRY_MS, () => {
        for (const socket of connections) socket.destroy();
      });
      await closed;
    },
  };
}

let connectionCount = 0;

function attend(socket: Socket, connections: Set<Socket>, { desk, service, log }: SuperviseSocketDeps): void {
  connectionCount += 1;
  const id = `socket-${process.pid}-${connectionCount}`;
  connections.add(socket);
  socket.on('error', (error) => log.debug({ error, id }, 'A supervisor connection broke'));
  socket.on('close', () => {
    connections.delete(socket);
    desk.leave(id, 'left');
  });
  // Read and dropped: unread bytes would hide the end of the connection.
  socket.resume();
  const tell = (verdict: SupervisorVerdict): void => {
    if (!socket.writable) return;
    const facts = { service, counted: verdict === 'counted', id };
    socket.write(`${JSON.stringify(verdict === 'restarting' ? { ...facts, restarting: true } : facts)}\n`);
    if (verdict === 'restarting') socket.end();
  };
  desk.join({ id, key: null, kind: 'socket', detail: 'local connection on supervise.sock', tell });
}

async function bind(place: SocketPlace): Promise<{ readonly server: Server; readonly inode: number | null }> {
  if (place.directory === 'given') mkdirSync(dirname(place.path), { recursive: true, mode: 0o700 });
  if (place.directory === 'private') assertPrivateDirectory(dirname(place.path));
  if (place.directory !== 'none') await clearStale(place.path);
  const server = createServer({ allowHalfOpen: false });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.unref();
  if (place.directory !== 'none') chmodSync(place.path, 0o600);
  return { server, inode: inodeOf(place) };
}

function assertPrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stat = lstatSync(directory);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) throw new Error(`${directory} is not a directory of this user`);
  if ((stat.mode & 0o077) !== 0) chmodSync(directory, 0o700);
}

/** Removes a socket that nobody listens on. A living one is never taken from its owner, nor is anything else at the path. */
async function clearStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} is there and is no socket`);
  if ((await connectTest(path)) === 'living') throw new Error(`${path} belongs to another living process`);
  unlinkSync(path);
}

/** Only a refused connection proves that nobody listens; a full or stopped listener is living. */
function connectTest(path: string): Promise<'living' | 'dead'> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (verdict: 'living' | 'dead'): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(verdict);
    };
    const timer = setTimeout(() => settle('living'), CONNECT_TEST_MS);
    socket.on('connect', () => settle('living'));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'dead' : 'living'),
    );
  });
}

/** Which file stands at the path; `null` for none, and on Windows, whose pipes have no file. */
function inodeOf(place: SocketPlace): number | null {
  return place.directory === 'none' ? null : (lstatSync(place.path, { throwIfNoEntry: false })?.ino ?? null);
}
