/** A tab by hand, for what no real client does: it reads only when it wants to, and stays where it was sent away. */
import { connect } from 'node:net';
import type { Browser } from './http-daemon.ts';
import { eventually } from './resources.ts';

export type RawTab = {
  /** Text frames in one write, as engine.io has them: `40{…}` connects, `42[…]` is an event. */
  send(...messages: readonly string[]): void;
  /** Everything that came since the last `forget`. */
  text(): string;
  forget(): void;
  stopReading(): void;
  readOn(): void;
  isClosed(): boolean;
  destroy(): void;
};

export async function openRawTab(port: number, { cookie }: Browser): Promise<RawTab> {
  const line = connect(port, '127.0.0.1');
  let text = '';
  let closed = false;
  line.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  line.on('error', () => undefined);
  line.on('close', () => {
    closed = true;
  });
  const head = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `Cookie: ${cookie}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ];
  line.write(`${head.join('\r\n')}\r\n\r\n`);
  await eventually('the upgrade', () => text.includes('"pingInterval"'));
  return {
    send: (...messages) => void line.write(Buffer.concat(messages.map(toFrame))),
    text: () => text,
    forget: () => {
      text = '';
    },
    stopReading: () => void line.pause(),
    readOn: () => void line.resume(),
    isClosed: () => closed,
    destroy: () => void line.destroy(),
  };
}

/** Masked, as a client's must be, with a mask of zeros. */
function toFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length = payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]);
}
