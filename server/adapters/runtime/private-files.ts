/** Files of ours in the data directory: 0600, written whole or not at all. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** `durable` reaches the disk before the promise resolves, so that it is there after a power cut. */
export async function writePrivateFile(path: string, content: string | Uint8Array, keep: 'durable' | 'ordinary'): Promise<void> {
  const draft = toDraftPath(path);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      if (keep === 'durable') await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (caught) {
    await rm(draft, { force: true }).catch(() => {});
    throw caught;
  }
  if (keep === 'durable') await syncDirectory(dirname(path));
}

/** Of this process and this moment: nobody else's. Without `node:crypto`, which would cost every pty host 0.7 MB. */
export function toDraftPath(path: string): string {
  return `${path}.${process.pid}-${process.hrtime.bigint()}.draft`;
}

export async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and writes their changes with the file's.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}
