/** Run with few descriptors: a daemon's servers, told on stdin to use all descriptors up, to give them back, and to say who holds it. */
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startHttpDaemon } from '../../testing/http-daemon.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const held: number[] = [];

const daemon = await startHttpDaemon({ owner: 'app' });
say(`ready ${JSON.stringify({ port: daemon.port, browser: daemon.pairBrowser() })}`);

createInterface({ input: process.stdin }).on('line', (command) => {
  if (command === 'exhaust') {
    try {
      for (;;) held.push(openSync('/dev/null', 'r'));
    } catch {
      say('exhausted');
    }
  } else if (command === 'free') {
    for (const fd of held.splice(0)) closeSync(fd);
    say('freed');
  } else say(`holders ${daemon.watchdog.snapshot().holders.length}`);
});
