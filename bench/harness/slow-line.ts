/** A slow, long line as a proxy: so many bytes a second and so many milliseconds, each way. It holds what is on its way and no more. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createTokenBucket } from './token-bucket.ts';

export type SlowLine = { readonly port: number; readonly close: () => Promise<void> };

export type LineKind = { readonly bytesPerSecond: number; readonly latencyMs: number };

const BURST_BYTES = 4_096;

export async function openSlowLine(to: number, line: LineKind): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      carry(from, into, line);
      from.on('error', () => into.destroy());
      from.on('close', () => into.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function carry(from: Socket, into: Socket, { bytesPerSecond, latencyMs }: LineKind): void {
  const bucket = createTokenBucket({ bytesPerSecond, burstBytes: BURST_BYTES });
  const holds = (bytesPerSecond * latencyMs) / 1_000 + BURST_BYTES;
  // Timers of the same millisecond may swap; what they send may not.
  const queue: Buffer[] = [];
  let onTheWay = 0;
  const arrive = (): void => {
    const part = queue.shift();
    if (part === undefined) return;
    onTheWay -= part.length;
    into.write(part);
    if (onTheWay < holds) from.resume();
  };
  from.on('data', (data) => {
    for (let at = 0; at < data.length; at += BURST_BYTES) {
      const part = data.subarray(at, at + BURST_BYTES);
      onTheWay += part.length;
      queue.push(part);
      setTimeout(arrive, bucket.take(part.length, performance.now()) + latencyMs);
    }
    if (onTheWay >= holds) from.pause();
  });
}
