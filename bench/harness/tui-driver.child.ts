/** Draws on many terminals as an agent's interface does while it works: a spinner, a timer and a line of colour, so many times a second. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';

const { ttys, perSecond } = JSON.parse(process.argv[2] ?? '') as { readonly ttys: readonly string[]; readonly perSecond: number };
const open = ttys.map((tty) => openSync(tty, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK));
let frame = 0;
const draw = (): void => {
  frame += 1;
  for (const [index, fd] of open.entries()) {
    const text = `\u001b[3;1H\u001b[2K\u001b[3${(frame + index) % 8}m${'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[frame % 10]} Working…\u001b[0m (${Math.floor(frame / perSecond)}s · ${frame * 17} tokens)\u001b[5;1H\u001b[2K${'─'.repeat(frame % 60)}`;
    try {
      writeSync(fd, text);
    } catch (caught) {
      // A terminal that is full misses a frame, as it would of a program that does not wait.
      if ((caught as NodeJS.ErrnoException).code !== 'EAGAIN') throw caught;
    }
  }
};
setInterval(draw, 1_000 / perSecond);
process.on('exit', () => {
  for (const fd of open) closeSync(fd);
});
console.log('drawing');
