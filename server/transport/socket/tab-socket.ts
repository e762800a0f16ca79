/** A tab's connection: who it is, and how its messages are heard without any of them being able to take the daemon down. */
import type { Socket } from 'socket.io';
import type { Answer, ServerToTab, TabToServer } from '../../contract/socket.ts';
import type { Visit } from '../../core/access/visit.ts';
import { toAppError } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';

export type TabData = {
  /** The paired browser; `null` for the command line. */
  readonly device: string | null;
  /** Of the browser, as it was paired; for people. */
  readonly name: string;
  /** `app`: it holds the daemon up. `viewer`: it only looks. */
  readonly role: 'app' | 'viewer';
  /** The same for one tab over all its connections, and nobody else's. */
  readonly key: string;
  readonly visit: Visit;
};

export type TabSocket = Socket<TabToServer, ServerToTab, Record<string, never>, TabData>;

export type Message = {
  /** As it came; to be parsed. */
  readonly input: unknown;
  /** Does nothing where the tab does not wait for an answer. */
  readonly answer: (result: Answer<unknown>) => void;
};

type Untyped = { on(event: string, listener: (...args: unknown[]) => void): void };

/** What the handler throws or rejects with is the answer, and a line of the log; it goes no further. */
export function onMessage(
  socket: TabSocket,
  event: keyof TabToServer,
  { handle, log }: { readonly handle: (message: Message) => void | Promise<void>; readonly log: Log },
): void {
  (socket as unknown as Untyped).on(event, (...args) => {
    const last = args.at(-1);
    const answer: Message['answer'] = typeof last === 'function' ? (result) => void last(result) : () => undefined;
    const failed = (caught: unknown): void => {
      const error = toAppError(caught);
      log[error.code === 'INTERNAL' ? 'error' : 'debug']({ event, error: error.message }, 'A message of a tab was refused');
      answer({ ok: false, error: error.toJSON() });
    };
    try {
      const handled = handle({ input: typeof args[0] === 'function' ? undefined : args[0], answer });
      if (handled instanceof Promise) handled.catch(failed);
    } catch (caught) {
      failed(caught);
    }
  });
}

/** A peer has this long to take its last message and to take its leave. */
export const LEAVE_LIMIT_MS = 500;

type Conn = Pick<TabSocket['conn'], 'request' | 'close'>;

/** Sends it away so that it comes back by itself: after what it was told, the line ends without socket.io's own goodbye. */
export function endToReconnect({ conn }: { readonly conn: Conn }): void {
  cutSoon(conn);
  conn.close();
}

/** Sends it away for good: only its user can bring it back. */
export function endForGood(socket: TabSocket): void {
  cutSoon(socket.conn);
  socket.disconnect(true);
}

/** For a line that is ending: WebSocket waits half a minute for a peer that does not answer its goodbye. */
export function cutSoon({ request }: Pick<Conn, 'request'>): void {
  setTimeout(() => request.socket.destroy(), LEAVE_LIMIT_MS).unref();
}

/** Bytes and packets that wait to go out. engine.io does not name them in its types. */
export function backlogOf(socket: TabSocket): { readonly packets: number; readonly bytes: number } {
  const { writeBuffer } = socket.conn as unknown as { readonly writeBuffer: readonly { readonly data?: unknown }[] };
  const sizeOf = (data: unknown): number => (typeof data === 'string' || data instanceof Uint8Array ? data.length : 0);
  return { packets: writeBuffer.length, bytes: writeBuffer.reduce((sum, { data }) => sum + sizeOf(data), 0) };
}
