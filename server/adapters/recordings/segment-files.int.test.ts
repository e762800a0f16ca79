/** Recordings on a real disk. */
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { codeOf } from '../../testing/contracts/runtime.contract.ts';
import { makeTempDir } from '../../testing/resources.ts';
import { canMount, mountSmallDisk } from '../../testing/small-disk.ts';
import { createRecordingFiles } from './segment-files.ts';

const ID = { sessionId: 'app-1' as SessionId, startedAtMs: 1_000 };
const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());

describe('recordings on disk', () => {
  it('are appended to, read in pages and removed, and are for nobody else', async () => {
    await using dir = await makeTempDir();
    const directory = join(dir.path, 'recordings');
    const files = createRecordingFiles({ directory });
    expect(await files.list(null)).toEqual([]);
    await files.create(ID, 'head\n');
    await files.append(ID, 'world\n');
    await expect(files.create(ID, 'x')).rejects.toThrow('EEXIST');
    expect(text(await files.read(ID, { offset: 5, maxBytes: 3 }))).toBe('wor');
    expect(text(await files.read(ID, { offset: 99, maxBytes: 3 }))).toBe('');
    expect(await files.list(ID.sessionId)).toMatchObject([{ ...ID, bytes: 11 }]);
    expect(statSync(join(directory, 'app-1', '1000.cast')).mode & 0o777).toBe(0o600);
    for (const folder of [directory, join(directory, 'app-1')]) expect(statSync(folder).mode & 0o777).toBe(0o700);
    await files.remove(ID);
    await files.remove(ID);
    expect([await files.read(ID, { offset: 0, maxBytes: 1 }), existsSync(join(directory, 'app-1'))]).toEqual([null, false]);
    // A file that somebody took away is not made again without its beginning.
    await expect(files.append(ID, 'x')).rejects.toThrow('ENOENT');
  });

  it('lists nothing that is not ours, and goes through no link', async () => {
    await using dir = await makeTempDir();
    const files = createRecordingFiles({ directory: dir.path });
    await files.create(ID, 'head\n');
    for (const folder of ['index', 'no session']) mkdirSync(join(dir.path, folder));
    for (const name of ['1000.txt', '01000.cast', '..cast', '-1.cast']) writeFileSync(join(dir.path, 'app-1', name), 'x');
    writeFileSync(join(dir.path, 'secret'), 'of somebody');
    symlinkSync(join(dir.path, 'secret'), join(dir.path, 'app-1', '2000.cast'));
    expect((await files.list(null)).map(({ startedAtMs }) => startedAtMs)).toContain(1_000);
    await expect(files.read({ ...ID, startedAtMs: 2_000 }, { offset: 0, maxBytes: 9 })).rejects.toThrow('ELOOP');
    await expect(files.append({ ...ID, startedAtMs: 2_000 }, 'x')).rejects.toThrow('ELOOP');
  });

  it.runIf(canMount())('say that the disk is full, and what to do', async () => {
    await using dir = await makeTempDir();
    const folder = join(dir.path, 'disk');
    await using disk = mountSmallDisk(folder, 1);
    const files = createRecordingFiles({ directory: join(folder, 'recordings') });
    await files.create(ID, 'head\n');
    disk.fill();
    expect(await codeOf(files.append(ID, 'x'.repeat(100_000)))).toBe('DATA_DIR_UNUSABLE');
    disk.free();
    await files.append(ID, '\nfine\n');
    expect(text(await files.read(ID, { offset: 0, maxBytes: 1 << 20 }))).toContain('fine');
  });
});
