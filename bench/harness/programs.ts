/** What runs in the terminals: an echo, floods of a known size, floods without an end, a long history. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stand } from './stand.ts';

export const MEGABYTE = 1_000_000;

/** Nothing but the bytes that are typed, as a program gives them and not the kernel. */
export const ECHO = `sh -c "stty raw -echo; printf ready; exec cat"`;

/** Like what agents and their tools print: short coloured lines, one in eight with characters beyond ASCII. */
function toFloodText(bytes: number): Buffer {
  const lines: string[] = [];
  for (let line = 0, size = 0; size < bytes; line += 1) {
    const text = `\u001b[3${line % 8}m${String(line).padStart(7)}\u001b[0m \u001b[1mcompiling\u001b[22m src/module-${line % 97}/file-${line % 13}.ts ${line % 8 === 0 ? '✓ · ' : ''}ok\r\n`;
    lines.push(text);
    size += Buffer.byteLength(text);
  }
  return Buffer.from(lines.join(''));
}

function fileIn(stand: Stand, name: string, make: () => string | Buffer): string {
  const path = join(stand.world.root, name);
  if (!existsSync(path)) writeFileSync(path, make());
  return path;
}

export const floodFile = (stand: Stand, bytes: number): string => fileIn(stand, `flood-${bytes}`, () => toFloodText(bytes));

/**
 * Reads a word, prints the flood, then the word in brackets; how long the flood took goes to a file, in nanoseconds. Ends with `stop`.
 */
export function floodProgram(stand: Stand, bytes: number, tookFile: string): string {
  const script = fileIn(
    stand,
    'flood.sh',
    () => `stty -echo
printf ready
while read -r word; do
  from=$(date +%s%N)
  cat "$1"
  to=$(date +%s%N)
  echo "$word $((to - from))" > "$2"
  printf '<%s>' "$word"
done
`,
  );
  return `exec sh ${script} ${floodFile(stand, bytes)} ${tookFile}`;
}

/** Reads a word, then prints without an end; Ctrl-C stops that, and the word in brackets is printed, out of what was cut off by CAN. */
export function endlessProgram(stand: Stand): string {
  const script = fileIn(
    stand,
    'endless.sh',
    () => `stty -echo
trap : INT
printf ready
while read -r word; do
  sh -c 'while :; do cat "$1" || exit; done' endless "$1"
  printf '\\030\\r\\n<%s>' "$word"
done
`,
  );
  return `exec sh ${script} ${floodFile(stand, MEGABYTE)}`;
}

/** So many lines, then a word, then nothing. */
export function historyProgram(lines: number): string {
  return `sh -c "stty -echo; seq -f 'line %.0f of a history that is neither long nor short' 1 ${lines}; printf the-end; exec sleep 100000"`;
}
