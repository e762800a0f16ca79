import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { parseRunFile } from '../../contract/run-file.ts';
import { isAppError } from '../../core/errors.ts';
import type { RunFileEntry } from '../../core/liveness/run-file.ts';
import { eventually, makeTempDir } from '../../testing/resources.ts';
import { createRunFile } from './run-file.ts';

const entry: RunFileEntry = {
  pid: process.pid,
  processStartedAt: '12345',
  bootId: 'boot-1',
  port: 3_001,
  state: 'starting',
  startedAt: '2025-01-01T00:00:00.000Z',
  version: '0.1.0',
  instanceId: 'b7f1c9a0-0000-4000-8000-000000000000',
  owner: 'headless',
  superviseSocket: null,
};

describe('the run file', () => {
  it('is written whole, 0600, in a directory made 0700, and read back', async () => {
    await using dir = await makeTempDir();
    const runFile = createRunFile({ path: join(dir.path, 'home', 'running.json'), parse: parseRunFile });
    expect(runFile.read()).toEqual({ kind: 'missing' });
    runFile.write(entry);
    expect(runFile.read()).toEqual({ kind: 'present', entry });
    expect(statSync(runFile.path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir.path, 'home')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(dir.path, 'home'))).toEqual(['running.json']);
  });

  it('L2: answers for a truncated, symlinked, wrong or hanging file, and never calls it a daemon', async () => {
    await using dir = await makeTempDir();
    const at = (name: string) => createRunFile({ path: join(dir.path, name), parse: parseRunFile });
    writeFileSync(join(dir.path, 'truncated'), JSON.stringify(entry).slice(0, 40));
    writeFileSync(join(dir.path, 'empty'), '');
    writeFileSync(join(dir.path, 'list'), '[]');
    writeFileSync(join(dir.path, 'bad-port'), JSON.stringify({ ...entry, port: 0 }));
    writeFileSync(join(dir.path, 'negative'), JSON.stringify({ ...entry, pid: -1 }));
    writeFileSync(join(dir.path, 'huge'), JSON.stringify(entry).padEnd(1024 * 1024));
    mkdirSync(join(dir.path, 'directory'));
    writeFileSync(join(dir.path, 'real'), JSON.stringify(entry));
    symlinkSync(join(dir.path, 'real'), join(dir.path, 'link'));
    for (const name of ['truncated', 'empty', 'list', 'bad-port', 'negative', 'huge', 'directory', 'link']) {
      expect(at(name).read(), name).toMatchObject({ kind: 'unusable' });
      expect(at(name).removeIfOurs(entry), name).toBe('not_ours');
      expect(existsSync(join(dir.path, name)), name).toBe(true);
    }
    // Opened to be refused: root may read anything.
    expect(at('n'.repeat(300)).read()).toEqual({ kind: 'unusable', why: expect.stringContaining('cannot be read (ENAMETOOLONG)') });
  });

  it('L2: does not wait at a FIFO in its place', async () => {
    await using dir = await makeTempDir();
    const path = join(dir.path, 'running.json');
    execFileSync('mkfifo', [path]);
    // Whoever opens one waits for a writer, and with it everything else: so not in this process.
    const script = `import { createRunFile } from ${JSON.stringify(new URL('./run-file.ts', import.meta.url).href)};
      process.stdout.write(createRunFile({ path: ${JSON.stringify(path)}, parse: () => null }).read().kind);`;
    const read = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      timeout: 30_000,
      encoding: 'utf8',
    });
    expect([read.signal, read.stdout]).toEqual([null, 'unusable']);
  });

  it.runIf(process.getuid?.() !== 0)('L2: answers for an unreadable file', async () => {
    await using dir = await makeTempDir();
    const path = join(dir.path, 'running.json');
    writeFileSync(path, JSON.stringify(entry));
    chmodSync(path, 0);
    expect(createRunFile({ path, parse: parseRunFile }).read()).toMatchObject({ kind: 'unusable' });
  });

  it('L2: replaces a symbolic link instead of writing through it', async () => {
    await using dir = await makeTempDir();
    const victim = join(dir.path, 'victim');
    writeFileSync(victim, 'precious');
    const path = join(dir.path, 'running.json');
    symlinkSync(victim, path);
    const runFile = createRunFile({ path, parse: parseRunFile });
    runFile.write(entry);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(runFile.read()).toEqual({ kind: 'present', entry });
  });

  it('is removed only by the process that wrote it', async () => {
    await using dir = await makeTempDir();
    const runFile = createRunFile({ path: join(dir.path, 'running.json'), parse: parseRunFile });
    runFile.write(entry);
    for (const other of [{ pid: entry.pid + 1 }, { processStartedAt: '999' }, { bootId: 'boot-2' }, { instanceId: 'other' }]) {
      expect(runFile.removeIfOurs({ ...entry, ...other })).toBe('not_ours');
    }
    expect(runFile.removeIfOurs({ ...entry, state: 'ready', port: 9 })).toBe('removed');
    expect(runFile.removeIfOurs(entry)).toBe('missing');
  });

  it('says what is wrong when it cannot be written, and leaves nothing behind', async () => {
    await using dir = await makeTempDir();
    mkdirSync(join(dir.path, 'running.json'));
    const runFile = createRunFile({ path: join(dir.path, 'running.json'), parse: parseRunFile });
    expect(() => runFile.write(entry)).toThrow(expect.toSatisfy((error: unknown) => isAppError(error, 'DATA_DIR_UNUSABLE')));
    expect(readdirSync(dir.path)).toEqual(['running.json']);
  });

  it('is never seen half written while it is rewritten over and over', async () => {
    await using dir = await makeTempDir();
    const runFile = createRunFile({ path: join(dir.path, 'running.json'), parse: parseRunFile });
    runFile.write(entry);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const reader = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads');
       const { readFileSync } = require('node:fs');
       let reads = 0; let bad = 0;
       while (Atomics.load(workerData.stop, 0) === 0) { reads += 1; try { JSON.parse(readFileSync(workerData.path, 'utf8')); } catch { bad += 1; } }
       parentPort.postMessage({ reads, bad });`,
      { eval: true, workerData: { path: runFile.path, stop } },
    );
    const answer = new Promise<{ reads: number; bad: number }>((resolve, reject) => {
      reader.once('message', resolve);
      reader.once('error', reject);
    });
    await eventually('the reader is up', () => reader.threadId > 0);
    for (let round = 0; round < 300; round += 1) runFile.write({ ...entry, port: 1 + round });
    Atomics.store(stop, 0, 1);
    const { reads, bad } = await answer;
    expect(reads).toBeGreaterThan(0);
    expect(bad).toBe(0);
  });
});
