/**
 * One upgrade, spliced: the request's head is written to the daemon with our headers, and from then on bytes go both ways
 * unread. The end of either side ends the other at once, since that is how the daemon learns that a tab is gone.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export type SpliceOrder = { readonly port: number; readonly headers: OutgoingHttpHeaders; readonly head: Buffer };

/** Resolves once connected, with what ends it; with `nobody` where nothing listens. */
export function spliceUpgrade(req: IncomingMessage, socket: Duplex, { port, headers, head }: SpliceOrder): Promise<'spliced' | 'nobody'> {
  return new Promise((resolve) => {
    const upstream = connect({ host: '127.0.0.1', port, noDelay: true });
    const refused = (): void => resolve('nobody');
    upstream.once('error', refused);
    socket.once('close', () => upstream.destroy());
    upstream.once('close', () => resolve('spliced'));
    upstream.once('connect', () => {
      upstream.off('error', refused);
      if (socket.destroyed) return void upstream.destroy();
      (socket as Partial<Socket>).setNoDelay?.(true);
      (socket as Partial<Socket>).setTimeout?.(0);
      upstream.write(requestHead(req, headers));
      if (head.length > 0) upstream.write(head);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      upstream.once('close', () => socket.destroy());
      // Not pipe's own idea of an end: a half-closed connection of a dead tab would count as a tab.
      socket.once('end', () => upstream.end());
      upstream.once('end', () => socket.end());
      socket.pipe(upstream, { end: false });
      upstream.pipe(socket, { end: false });
      resolve('spliced');
    });
  });
}

/** A client has nothing to say before the upgrade is answered; one that says so much is not ours. */
const MAX_EARLY_BYTES = 65_536;

/**
 * Keeps an eye on a socket while a daemon is started for it: nobody reads it then, and without reading its end goes unnoticed.
 * The release gives back what has come meanwhile.
 */
export function holdUpgrade(socket: Duplex): () => Buffer {
  const early: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    early.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_EARLY_BYTES) socket.destroy();
  };
  const gone = (): void => void socket.destroy();
  socket.on('data', keep);
  socket.once('end', gone);
  return () => {
    socket.off('data', keep);
    socket.off('end', gone);
    socket.pause();
    return Buffer.concat(early);
  };
}

/** `connection` and `upgrade` are the very point here. */
function requestHead(req: IncomingMessage, headers: OutgoingHttpHeaders): string {
  const all = { ...headers, connection: 'Upgrade', upgrade: req.headers.upgrade ?? 'websocket' };
  const lines = Object.entries(all).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => `${name}: ${item}`));
  return `${req.method ?? 'GET'} ${req.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
