/** The end of a file that somebody else writes. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** From byte `from` on, the last `maxBytes` of it; `start` is where the text really begins. Throws where it cannot be read. */
export function readTail(
  path: string,
  { from, maxBytes }: { readonly from: number; readonly maxBytes: number },
): { readonly text: string; readonly start: number } {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(Math.min(from, size), size - maxBytes);
    const buffer = Buffer.alloc(size - start);
    readSync(fd, buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8'), start };
  } finally {
    closeSync(fd);
  }
}
