/**
 * The baseline, as a process of its own: a pseudoterminal, each piece of its output sent as it comes to everybody, and nothing
 * else. With a window it stops reading the pseudoterminal at so many unacknowledged bytes, as somebody careful would do it.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type IPty, spawn } from 'node-pty';
import { Server } from 'socket.io';

export type BareTask = {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size: { readonly cols: number; readonly rows: number };
  readonly windowBytes: number | null;
  /** Serves this file to whoever asks, and each connection has a pseudoterminal of its own; else there is one for all. */
  readonly page?: string;
};

const { command, env, cwd, size, windowBytes, page } = JSON.parse(process.argv[2] ?? '') as BareTask;
const html = page === undefined ? '' : readFileSync(page);
const http = createServer((_request, response) => void response.setHeader('content-type', 'text/html; charset=utf-8').end(html));
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
const ptys: IPty[] = [];

function open(onData: (data: Uint8Array) => void): IPty {
  const pty = spawn(command[0], command.slice(1), { name: 'xterm-256color', ...size, env: { ...env }, cwd, encoding: null });
  // `encoding: null` gives bytes, whatever the typings say.
  (pty.onData as unknown as (listener: (data: Uint8Array) => void) => void)(onData);
  ptys.push(pty);
  return pty;
}

if (page === undefined) serveOne();
else
  io.on('connection', (socket) => {
    const pty = open((data) => socket.emit('output', data));
    socket.on('input', (data: string) => pty.write(data));
    socket.on('disconnect', () => pty.kill('SIGHUP'));
  });

function serveOne(): void {
  const early: Uint8Array[] = [];
  let unacked = 0;
  const pty = open((data) => {
    if (io.sockets.sockets.size === 0) return void early.push(data);
    io.emit('output', data);
    if (windowBytes === null) return;
    unacked += data.length;
    if (unacked >= windowBytes) pty.pause();
  });
  io.on('connection', (socket) => {
    for (const data of early.splice(0)) socket.emit('output', data);
    socket.on('input', (data: string) => pty.write(data));
    socket.on('ack', (bytes: number) => {
      unacked -= bytes;
      if (windowBytes !== null && unacked < windowBytes) pty.resume();
    });
  });
}

process.on('SIGTERM', () => process.exit(0));
process.on('exit', () => {
  for (const pty of ptys) pty.kill('SIGKILL');
});
http.listen(0, '127.0.0.1', () => console.log((http.address() as AddressInfo).port));
