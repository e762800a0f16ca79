/**
 * The baseline, as a process of its own: one pseudoterminal, each piece of its output sent as it comes to everybody, and nothing
 * else. With a window it stops reading the pseudoterminal at so many unacknowledged bytes, as somebody careful would do it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node-pty';
import { Server } from 'socket.io';

export type BareTask = {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size: { readonly cols: number; readonly rows: number };
  readonly windowBytes: number | null;
};

const { command, env, cwd, size, windowBytes } = JSON.parse(process.argv[2] ?? '') as BareTask;
const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
const pty = spawn(command[0], command.slice(1), { name: 'xterm-256color', ...size, env: { ...env }, cwd, encoding: null });
const early: Uint8Array[] = [];
let unacked = 0;

io.on('connection', (socket) => {
  for (const data of early.splice(0)) socket.emit('output', data);
  socket.on('input', (data: string) => pty.write(data));
  socket.on('ack', (bytes: number) => {
    unacked -= bytes;
    if (windowBytes !== null && unacked < windowBytes) pty.resume();
  });
});
// `encoding: null` gives bytes, whatever the typings say.
(pty.onData as unknown as (listener: (data: Uint8Array) => void) => void)((data) => {
  if (io.sockets.sockets.size === 0) return void early.push(data);
  io.emit('output', data);
  if (windowBytes === null) return;
  unacked += data.length;
  if (unacked >= windowBytes) pty.pause();
});
process.on('SIGTERM', () => process.exit(0));
process.on('exit', () => pty.kill('SIGKILL'));
http.listen(0, '127.0.0.1', () => console.log((http.address() as AddressInfo).port));
