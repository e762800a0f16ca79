import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireInstanceLock } from './instance-lock.ts';

const CHILD = fileURLToPath(new URL('./hold-lock.child.ts', import.meta.url));

let directory: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ao-lock-'));
  path = join(directory, 'run', 'daemon.lock');
});

afterEach(async () => {
  await Promise.all(children.splice(0).map(end));
  rmSync(directory, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

type Contender = { readonly child: ChildProcess; readonly says: () => Promise<string> };

/** A process that has loaded everything and waits for its start. */
async function prepareContender(): Promise<Contender> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const says = async (): Promise<string> => {
    child.stdin.write('go\n');
    return String((await lines.next()).value);
  };
  return { child, says };
}

async function startContender(): Promise<{ readonly child: ChildProcess; readonly says: string }> {
  const { child, says } = await prepareContender();
  return { child, says: await says() };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

describe('instance lock', () => {
  test('the second process is told that the lock is held, and a release frees it', async () => {
    const lock = acquireInstanceLock(path);
    if (lock === 'held') throw new Error('nobody can hold a lock that is new');
    expect((await startContender()).says).toBe('held');
    lock.release();
    lock.release();
    expect((await startContender()).says).toBe('acquired');
  });

  test('a second attempt in the same process is refused and does not loosen the first', async () => {
    const lock = acquireInstanceLock(path);
    expect(acquireInstanceLock(path)).toBe('held');
    expect((await startContender()).says).toBe('held');
    if (lock !== 'held') lock.release();
  });

  test('L2 killing the holder with SIGKILL frees the lock at once and leaves nothing behind', async () => {
    const { child, says } = await startContender();
    expect(says).toBe('acquired');
    expect(acquireInstanceLock(path)).toBe('held');
    await end(child);
    const lock = acquireInstanceLock(path);
    expect(lock).not.toBe('held');
    expect(statSync(path).size).toBe(0);
    expect(readdirSync(join(directory, 'run'))).toEqual(['daemon.lock']);
    if (lock !== 'held') lock.release();
  });

  test('a holder that is stopped still holds', async () => {
    const { child } = await startContender();
    child.kill('SIGSTOP');
    expect(acquireInstanceLock(path)).toBe('held');
  });

  test('L2 of 20 processes that start in the same instant exactly one acquires', async () => {
    const contenders = await Promise.all(Array.from({ length: 20 }, prepareContender));
    const outcomes = await Promise.all(contenders.map(({ says }) => says()));
    expect(outcomes.toSorted()).toEqual(['acquired', ...Array.from({ length: 19 }, () => 'held')]);
  }, 120_000);

  test('the lock survives garbage collection of an answer that nobody kept', async () => {
    acquireInstanceLock(path);
    collectGarbage();
    expect((await startContender()).says).toBe('held');
  });

  test('S10 the file is empty and for its owner only, also when it was not', () => {
    const first = acquireInstanceLock(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(path).size).toBe(0);
    expect(statSync(join(directory, 'run')).mode & 0o777).toBe(0o700);
    if (first !== 'held') first.release();
    chmodSync(path, 0o644);
    const second = acquireInstanceLock(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    if (second !== 'held') second.release();
  });

  test('L9 a place where no lock file can be is refused with the reason', () => {
    writeFileSync(join(directory, 'run'), 'a file where the directory should be');
    expect(() => acquireInstanceLock(path)).toThrow(expect.objectContaining({ code: 'DATA_DIR_UNUSABLE' }));
  });

  test('L9 a lock file with something else in it is refused and left as it is', () => {
    const foreign = join(directory, 'foreign.lock');
    writeFileSync(foreign, 'not ours '.repeat(1_000));
    expect(() => acquireInstanceLock(foreign)).toThrow(expect.objectContaining({ code: 'DATA_DIR_UNUSABLE' }));
    expect(statSync(foreign).size).toBe(9_000);
    expect(existsSync(`${foreign}-journal`)).toBe(false);
  });
});
