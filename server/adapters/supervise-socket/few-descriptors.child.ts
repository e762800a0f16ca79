/** Run with few descriptors: a supervisor socket that is told on stdin to use them all up, and to give them back. */
import { createInterface } from 'node:readline';
import type { Log } from '../../ports/log.ts';
import { createDescriptorHoard } from '../../testing/descriptors.ts';
import { openSuperviseSocket } from './supervise-socket.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const log: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => log };
const hoard = createDescriptorHoard(say);

const listener = await openSuperviseSocket({
  runFile: process.argv[2] ?? '',
  desk: {
    join: ({ tell }) => {
      say('joined');
      tell('counted');
    },
    leave: () => say('left'),
  },
  clock: { after: (delayMs, fn) => clearTimeout.bind(null, setTimeout(fn, delayMs)) },
  log,
  service: 'test',
});
say(`bound ${listener.path ?? ''}`);

createInterface({ input: process.stdin }).on('line', (command) => {
  if (command === 'exhaust') hoard.exhaust();
  else hoard.free();
});
