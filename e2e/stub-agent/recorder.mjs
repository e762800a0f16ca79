/**
 * An agent that a journey can look into: its terminal is raw, and every byte it is given is appended to the file named first,
 * before it is shown. `quiet` shows nothing, for input that is too much to show; `bracketed` says that it can tell a paste.
 */
import { openSync, writeSync } from 'node:fs';

const [path, ...words] = process.argv.slice(2);
const file = openSync(path, 'a');
process.stdin.setRawMode(true);
if (words.includes('bracketed')) process.stdout.write('\x1b[?2004h');
process.stdout.write('ready\r\n');
process.stdin.on('data', (bytes) => {
  writeSync(file, bytes);
  if (!words.includes('quiet')) process.stdout.write(bytes);
});
