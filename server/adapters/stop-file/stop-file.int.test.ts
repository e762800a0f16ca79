import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../core/errors.ts';
import { makeTempDir } from '../../testing/resources.ts';
import { createStopFile } from './stop-file.ts';

const STOP = { atMs: 1_700_000_000_000, by: 'ao stop' };

describe('the memory of a deliberate stop', () => {
  it('is kept beside the run file, 0600, until it is cleared, twice if need be', async () => {
    await using dir = await makeTempDir();
    const stopFile = createStopFile({ runFile: join(dir.path, 'ao', 'running.json') });
    expect(stopFile.read()).toBeNull();
    stopFile.clear();
    stopFile.write(STOP);
    stopFile.write(STOP);
    expect(stopFile.read()).toEqual(STOP);
    expect(readdirSync(join(dir.path, 'ao'))).toEqual(['stopped.json']);
    expect(statSync(join(dir.path, 'ao', 'stopped.json')).mode & 0o777).toBe(0o600);
    stopFile.clear();
    stopFile.clear();
    expect(stopFile.read()).toBeNull();
  });

  it('is one per run file, also where two of them share a folder', async () => {
    await using dir = await makeTempDir();
    createStopFile({ runFile: join(dir.path, 'a.json') }).write(STOP);
    expect(createStopFile({ runFile: join(dir.path, 'b.json') }).read()).toBeNull();
    expect(createStopFile({ runFile: join(dir.path, 'running.json') }).read()).toBeNull();
    expect(createStopFile({ runFile: join(dir.path, 'a.json') }).read()).toEqual(STOP);
  });

  it('L2: that cannot be read counts as a stop: starting is what needs a reason', async () => {
    await using dir = await makeTempDir();
    const runFile = join(dir.path, 'running.json');
    const path = join(dir.path, 'stopped.json');
    writeFileSync(path, '{"at":');
    expect(createStopFile({ runFile }).read()).toEqual({ atMs: 0, by: 'unknown' });
    createStopFile({ runFile }).clear();
    symlinkSync(join(dir.path, 'elsewhere'), path);
    expect(createStopFile({ runFile }).read()).not.toBeNull();
    createStopFile({ runFile }).write(STOP);
    expect(createStopFile({ runFile }).read()).toEqual(STOP);
  });

  it('L9: says where it cannot be kept', async () => {
    await using dir = await makeTempDir();
    mkdirSync(join(dir.path, 'stopped.json'));
    const stopFile = createStopFile({ runFile: join(dir.path, 'running.json') });
    expect(() => stopFile.write(STOP)).toThrow(expect.toSatisfy((error: unknown) => isAppError(error, 'DATA_DIR_UNUSABLE')));
    expect(() => stopFile.clear()).toThrow(expect.toSatisfy((error: unknown) => isAppError(error, 'DATA_DIR_UNUSABLE')));
  });
});
