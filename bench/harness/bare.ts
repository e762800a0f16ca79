/** The baseline and a client of it: a bare pseudoterminal over socket.io, whose program may be a `tmux attach`. */
import { io } from 'socket.io-client';
import type { BareTask } from './bare-server.child.ts';
import { startChild } from './processes.ts';
import type { Stand } from './stand.ts';
import { createTextWatch, type TextWatch } from './text-watch.ts';
import { SIZE } from './viewer.ts';

export type Bare = Pick<TextWatch, 'until' | 'forget'> & {
  readonly type: (text: string) => void;
  readonly bytes: () => number;
  readonly end: () => Promise<void>;
};

export type BareOptions = {
  readonly windowBytes?: number;
  /** Puts a line between both; answers the port to connect to. */
  readonly through?: (port: number) => Promise<number>;
};

export async function startBare(stand: Stand, command: BareTask['command'], options: BareOptions = {}): Promise<Bare> {
  const { windowBytes = null } = options;
  const task: BareTask = { command, env: stand.world.env, cwd: stand.world.root, size: SIZE, windowBytes };
  const server = startChild(new URL('./bare-server.child.ts', import.meta.url), task);
  const port = Number(await server.line());
  const socket = io(`http://127.0.0.1:${(await options.through?.(port)) ?? port}`, { transports: ['websocket'], forceNew: true });
  const watch = createTextWatch();
  let bytes = 0;
  socket.on('output', (data: Uint8Array) => {
    bytes += data.byteLength;
    watch.push(data);
    if (windowBytes !== null) socket.emit('ack', data.byteLength);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    until: watch.until,
    forget: watch.forget,
    type: (text) => void socket.emit('input', text),
    bytes: () => bytes,
    async end() {
      socket.disconnect();
      await server.end();
    },
  };
}

/** As a user would at a terminal, with what ours says about its own. */
export function attachCommand(stand: Stand, tmuxName: string): BareTask['command'] {
  return ['tmux', '-u', '-S', stand.world.tmuxSocket(), '-T', 'RGB,256', 'attach-session', '-t', `=${tmuxName}`];
}
