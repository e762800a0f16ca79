import { closeSync, fsyncSync, openSync } from 'node:fs';

/** A file, or the names in a directory: to the disk, not only to the kernel. Never of an open database: see `createPrivateFile`. */
export function sync(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
