/** A process of the lock's tests: at a line on stdin takes the lock named in its argument, says what came of it, and lives until it is killed. */
import { writeSync } from 'node:fs';
import { acquireInstanceLock } from './instance-lock.ts';

process.stdin.once('data', () => {
  const outcome = acquireInstanceLock(process.argv[2] ?? '');
  writeSync(1, outcome === 'held' ? 'held\n' : 'acquired\n');
  if (outcome === 'held') process.exit(0);
  setInterval(() => {}, 60_000);
});
writeSync(1, 'ready\n');
