/** An HTTP server of a test on a port of its own, closed with whatever still hangs on it. */
import type { Server } from 'node:http';

export async function listenLocally(server: Server): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
