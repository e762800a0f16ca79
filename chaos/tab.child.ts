/**
 * One tab of a dashboard as a process of its own, so that it can be stopped and killed: pairs nothing, is told by its arguments
 * where and as whom. Says each verdict on a line, and `away` when its line is cut; comes back as the dashboard does.
 */
import { io } from 'socket.io-client';
import { PROTOCOL_VERSION } from '../server/contract/version.ts';

const RETRY_MS = 200;

const [url = '', cookie = '', secret = '', tab = ''] = process.argv.slice(2);
const say = (word: string): void => void process.stdout.write(`${word}\n`);
const socket = io(url, {
  transports: ['websocket'],
  reconnection: false,
  autoConnect: false,
  extraHeaders: { cookie },
  auth: { secret, protocol: PROTOCOL_VERSION, role: 'app', tab },
});
let waits = false;
function again(): void {
  if (waits) return;
  waits = true;
  setTimeout(connect, RETRY_MS);
}
function connect(): void {
  waits = false;
  socket.connect();
  // Of a line that ends before the namespace is joined socket.io says nothing, and takes no other attempt for 20 s.
  const { engine } = socket.io;
  engine.once('close', () => {
    if (socket.connected || socket.io.engine !== engine) return;
    socket.disconnect();
    again();
  });
}
socket.on('supervision', ({ verdict }: { readonly verdict: string }) => say(verdict));
socket.on('connect_error', again);
socket.on('disconnect', () => {
  say('away');
  again();
});
connect();
process.on('SIGTERM', () => {
  socket.emit('goodbye');
  socket.disconnect();
  process.exit(0);
});
