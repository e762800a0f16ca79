/**
 * The way to the daemon's terminals over all the daemons that come and go meanwhile: found by the run file each time, since the next
 * one may have another port. A client of the daemon like a tab: while it is connected it holds it up.
 */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { appErrorSchema } from '../../contract/errors.ts';
import type { Handshake, ServerToTab, TabToServer } from '../../contract/socket.ts';
import { SOCKET_PATH } from '../../contract/socket-path.ts';
import { PROTOCOL_VERSION } from '../../contract/version.ts';
import { AppError } from '../../core/errors.ts';
import { createTerminalWire, type TerminalWire, type TerminalWireListener } from '../../terminal-client/terminal-wire.ts';

type Line = Socket<ServerToTab, TabToServer>;

/** A daemon that is ready, or why there is none. */
export type Found = { readonly port: number; readonly credential: string } | { readonly why: string };

export type DaemonLineDeps = {
  readonly find: () => Promise<Found>;
  /** Said anew whenever it is another reason. */
  readonly onSeeking: (why: string) => void;
  /** It will not have us, now or later. */
  readonly onRefused: (error: AppError) => void;
};

export type DaemonLine = { readonly wire: TerminalWire; readonly close: () => void };

/** Between two looks for a daemon; one that is started is ready in a fraction of a second. */
const SEEK_MS = 250;
const CONNECT_LIMIT_MS = 5_000;

export function openDaemonLine({ find, onSeeking, onRefused }: DaemonLineDeps): DaemonLine {
  const listeners = new Set<TerminalWireListener>();
  const tab = randomUUID();
  let current: { readonly socket: Line; readonly wire: TerminalWire } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const toAll: TerminalWireListener = {
    onLink: (link, why) => {
      for (const listener of listeners) listener.onLink(link, why);
    },
    onOutput: (output) => {
      for (const listener of listeners) listener.onOutput(output);
    },
    onSized: (sized) => {
      for (const listener of listeners) listener.onSized(sized);
    },
    onWatchers: (watchers) => {
      for (const listener of listeners) listener.onWatchers(watchers);
    },
    onEnded: (ended) => {
      for (const listener of listeners) listener.onEnded(ended);
    },
  };

  async function seek(): Promise<void> {
    const found = await find();
    if (closed) return;
    if ('why' in found) {
      onSeeking(found.why);
      return seekSoon();
    }
    dial(found);
  }

  function seekSoon(): void {
    if (!closed) timer = setTimeout(() => void seek(), SEEK_MS);
  }

  function dial({ port, credential }: Exclude<Found, { why: string }>): void {
    const auth: Handshake = { protocol: PROTOCOL_VERSION, role: 'app', tab };
    const socket: Line = io(`http://127.0.0.1:${port}`, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_LIMIT_MS,
      extraHeaders: { authorization: `Bearer ${credential}` },
      auth,
    });
    current = { socket, wire: createTerminalWire(socket) };
    current.wire.listen(toAll);
    socket.on('connect_error', (error) => {
      const refusal = appErrorSchema.safeParse((error as { readonly data?: unknown }).data);
      if (refusal.success) return onRefused(new AppError(refusal.data));
      onSeeking('The daemon does not let anybody in yet');
      seekSoon();
    });
    socket.on('disconnect', () => seekSoon());
  }

  void seek();
  return {
    wire: {
      link: () => current?.wire.link() ?? 'down',
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      attach: (input) => current?.wire.attach(input) ?? Promise.reject(new Error('not connected')),
      input: (input, answer) => current?.wire.input(input, answer),
      resize: (input) => current?.wire.resize(input),
      ack: (input) => current?.wire.ack(input),
      keyboard: (input) => current?.wire.keyboard(input),
      detach: (attachId) => current?.wire.detach(attachId),
    },
    close() {
      closed = true;
      clearTimeout(timer);
      current?.socket.emit('goodbye');
      current?.socket.disconnect();
    },
  };
}
