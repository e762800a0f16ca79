/** A small file system of its own over a folder, for what a full or a read-only disk does. Only root can have one. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type SmallDisk = AsyncDisposable & {
  /** To the last byte. */
  fill(): void;
  free(): void;
  makeReadOnly(): void;
  makeWritable(): void;
};

const CHUNK_BYTES = 1024 * 1024;

export function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'ao-mount-'));
  const mounted = mount(['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  if (mounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return mounted;
}

export function mountSmallDisk(folder: string, sizeMb: number): SmallDisk {
  const filler = join(folder, 'filler');
  let readOnly = false;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mustMount(['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=700`, 'tmpfs', folder]);

  function makeWritable(): void {
    if (readOnly) spawnSync('umount', ['-l', folder]);
    readOnly = false;
  }

  return {
    fill: () => fillDisk(filler),
    free: () => rmSync(filler, { force: true }),
    /** Laid over it, for all that is opened from now on: Linux makes nothing read-only in which files are open for writing. */
    makeReadOnly() {
      mustMount(['--bind', folder, folder]);
      readOnly = true;
      mustMount(['-o', 'remount,bind,ro', folder]);
    },
    makeWritable,
    async [Symbol.asyncDispose]() {
      makeWritable();
      // Lazily: what still runs in it is ended after this.
      spawnSync('umount', ['-l', folder]);
    },
  };
}

/** Writes this file until nothing more goes into it. */
export function fillDisk(path: string): void {
  for (const size of [CHUNK_BYTES, 4096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (caught) {
      if ((caught as NodeJS.ErrnoException).code !== 'ENOSPC') throw caught;
    }
  }
}

/** Whether it could be done. */
export function mount(args: readonly string[]): boolean {
  return spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
}

function mustMount(args: readonly string[]): void {
  if (!mount(args)) throw new Error(`mount ${args.join(' ')} failed`);
}
