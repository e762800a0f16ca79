/** Draws on many terminals as an agent's interface does while it works: a spinner, a timer and a line of colour, so many times a second. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';

const { ttys, perSecond } = JSON.parse(process.argv[2] ?? '') as { readonly ttys: readonly string[]; readonly perSecond: number };
const open = ttys.map((tty) => openSync(tty, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK));
const beganMs = performance.now();
let drawn = 0;

function draw(index: number, frame: number): void {
  const text = `\u001b[3;1H\u001b[2K\u001b[3${(frame + index) % 8}m${'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[frame % 10]} Working…\u001b[0m (${Math.floor(frame / perSecond)}s · ${frame * 17} tokens)\u001b[5;1H\u001b[2K${'─'.repeat(frame % 60)}`;
  try {
    writeSync(open[index] ?? Number.NaN, text);
  } catch (caught) {
    // A terminal that is full misses a frame, as it would of a program that does not wait.
    if ((caught as NodeJS.ErrnoException).code !== 'EAGAIN') throw caught;
  }
}

/** One after another and not all at once: agents do not keep step. */
setInterval(() => {
  const due = Math.floor(((performance.now() - beganMs) * perSecond * open.length) / 1_000);
  for (; drawn < due; drawn += 1) draw(drawn % open.length, Math.floor(drawn / open.length));
}, 1);
process.on('exit', () => {
  for (const fd of open) closeSync(fd);
});
console.log('drawing');
