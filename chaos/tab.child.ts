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
  extraHeaders: { cookie },
  auth: { secret, protocol: PROTOCOL_VERSION, role: 'app', tab },
});
const again = (): void => void setTimeout(() => socket.connect(), RETRY_MS);
socket.on('supervision', ({ verdict }: { readonly verdict: string }) => say(verdict));
socket.on('connect_error', again);
socket.on('disconnect', () => {
  say('away');
  again();
});
process.on('SIGTERM', () => {
  socket.emit('goodbye');
  socket.disconnect();
  process.exit(0);
});
