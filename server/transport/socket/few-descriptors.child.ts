/** Run with few descriptors: a daemon's servers, told on stdin to use all descriptors up, to give them back, and to say who holds it. */
import { createInterface } from 'node:readline';
import { createDescriptorHoard } from '../../testing/descriptors.ts';
import { startHttpDaemon } from '../../testing/http-daemon.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const hoard = createDescriptorHoard(say);

const daemon = await startHttpDaemon({ owner: 'app' });
say(`ready ${JSON.stringify({ port: daemon.port, browser: daemon.pairBrowser() })}`);

createInterface({ input: process.stdin }).on('line', (command) => {
  if (command === 'exhaust') hoard.exhaust();
  else if (command === 'free') hoard.free();
  else say(`holders ${daemon.watchdog.snapshot().holders.length}`);
});
