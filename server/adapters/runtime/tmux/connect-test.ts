/** Whether anybody listens on a socket. A stopped server does: its kernel queue accepts. */
import { createConnection } from 'node:net';
import type { Clock } from '../../../ports/clock.ts';
import { MAX_SOCKET_PATH_BYTES } from '../socket-path.ts';

export type Listening = { readonly state: 'open' } | { readonly state: 'absent' } | { readonly state: 'unclear'; readonly why: string };

export function testConnect(socket: string, options: { readonly limitMs: number; readonly clock: Clock }): Promise<Listening> {
  // Node would connect to a truncated path, that is, to somebody else.
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH_BYTES)
    return Promise.resolve({ state: 'unclear', why: `the socket path ${socket} is too long` });
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const settle = (result: Listening): void => {
      cancel();
      connection.destroy();
      resolve(result);
    };
    const cancel = options.clock.after(options.limitMs, () => settle({ state: 'unclear', why: 'its socket does not accept in time' }));
    connection.once('connect', () => settle({ state: 'open' }));
    connection.on('error', (error: NodeJS.ErrnoException) => {
      const gone = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      settle(gone ? { state: 'absent' } : { state: 'unclear', why: `its socket cannot be used (${error.code ?? error.message})` });
    });
  });
}
