import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { code } from '../../../testing/contracts/store-sessions.contract.ts';
import { draftOf, messageTo, projectFacts, WHY } from '../../../testing/store-facts.ts';
import { MIGRATIONS_DIR, makeStoreFile, type StoreFile } from '../../../testing/store-file.ts';
import { openDatabase } from './open-database.ts';
import { openStore } from './open-store.ts';

let file: StoreFile;
beforeEach(() => {
  file = makeStoreFile();
});
afterEach(() => file[Symbol.dispose]());

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const openAt = (path: string) => openStore({ path, migrationsDir: MIGRATIONS_DIR, nowMs: Date.now, log: file.log });

function fill(): void {
  const store = file.open();
  store.projects.insert(projectFacts());
  for (let number = 1; number <= 30; number += 1) store.sessions.insert(draftOf({ number, prompt: 'p'.repeat(2_000) }), WHY);
  store.close();
}

/** Fails unless opening is refused with `wanted` and the database and its log are byte for byte what they were. */
function expectRefusedUntouched(wanted: string): void {
  const before = [file.path, `${file.path}-wal`].map((name) => (existsSync(name) ? readFileSync(name) : null));
  expect(() => file.open()).toThrow(code(wanted));
  const [database, wal] = [file.path, `${file.path}-wal`].map((name) => (existsSync(name) ? readFileSync(name) : null));
  expect(database?.equals(before[0] ?? Buffer.alloc(0)) ?? before[0] === null).toBe(true);
  expect(wal ?? Buffer.alloc(0)).toEqual(before[1] ?? Buffer.alloc(0));
}

describe('a new database', () => {
  test('S10 is made with its directories, for its owner only, log and shared memory included', () => {
    const path = join(file.directory, 'a', 'b', 'ao.db');
    const store = openAt(path);
    store.meta.recordBootId('boot');
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual([0o600, 0o600, 0o600]);
    expect([join(file.directory, 'a'), join(file.directory, 'a', 'b')].map(modeOf)).toEqual([0o700, 0o700]);
    store.close();
    expect(readdirSync(join(file.directory, 'a', 'b'))).toEqual(['ao.db']);
  });

  test('S10 a file and a log that others could read are closed to them', () => {
    fill();
    const raw = file.raw();
    raw.prepare('select count(*) from meta').get();
    for (const name of ['', '-wal', '-shm']) chmodSync(file.path + name, 0o644);
    file.open();
    expect(['', '-wal', '-shm'].map((name) => modeOf(file.path + name))).toEqual([0o600, 0o600, 0o600]);
  });

  test('keeps its identity over openings, and another one has another', () => {
    const first = file.open();
    const { instanceId } = first.meta;
    first.close();
    expect(file.open().meta.instanceId).toBe(instanceId);
    const other = openAt(join(file.directory, 'other.db'));
    expect(other.meta.instanceId).not.toBe(instanceId);
    other.close();
  });

  test('an empty file is a new database, as a crash right after its creation leaves one', () => {
    writeFileSync(file.path, '');
    expect(file.open().sessions.list()).toEqual([]);
  });

  test('I12 commits reach the disk, not only the kernel, and foreign keys are watched', () => {
    const client = openDatabase({ path: file.path, migrationsDir: MIGRATIONS_DIR, log: file.log });
    const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'fullfsync', 'busy_timeout'].map((name) =>
      client.pragma(name, { simple: true }),
    );
    client.close();
    expect(settings).toEqual(['wal', 2, 1, 1, 2_000]);
  });
});

describe('L9 a file that is no good is refused and left as it is', () => {
  test('random bytes', () => {
    writeFileSync(file.path, Buffer.from(Array.from({ length: 9_000 }, (_, index) => (index * 7_919) % 251)));
    expectRefusedUntouched('DATABASE_UNUSABLE');
    expect(readdirSync(file.directory)).toEqual(['ao.db']);
  });

  test('a few bytes of text', () => {
    writeFileSync(file.path, 'hello');
    expectRefusedUntouched('DATABASE_UNUSABLE');
  });

  test('a database cut short', () => {
    fill();
    truncateSync(file.path, Math.floor(statSync(file.path).size / 2));
    expectRefusedUntouched('DATABASE_UNUSABLE');
  });

  test('a database with a page overwritten', () => {
    fill();
    const bytes = readFileSync(file.path);
    bytes.fill(0xa5, bytes.length - 4_096);
    writeFileSync(file.path, bytes);
    expectRefusedUntouched('DATABASE_UNUSABLE');
  });

  test('the database of another program', () => {
    const raw = file.raw();
    raw.exec('create table bookmarks (url text); insert into bookmarks values (1)');
    raw.close();
    expectRefusedUntouched('DATABASE_UNUSABLE');
  });

  test.each(['gone', 'emptied'])('a database that is %s beside its filled log, which SQLite would delete', async (fate) => {
    await leaveFilledLog();
    const log = readFileSync(`${file.path}-wal`);
    if (fate === 'gone') rmSync(file.path);
    else truncateSync(file.path, 0);
    expect(() => file.open()).toThrow(code('DATABASE_UNUSABLE'));
    expect(readFileSync(`${file.path}-wal`).equals(log)).toBe(true);
  });

  test('a schema of a newer version that was killed, its unmerged log included', () => {
    fill();
    const newer = file.raw();
    newer.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('later', Date.now() + 1_000_000);
    const left = ['', '-wal'].map((name) => [file.path + name, readFileSync(file.path + name)] as const);
    newer.close();
    for (const [name, bytes] of left) writeFileSync(name, bytes);
    expectRefusedUntouched('DATABASE_NEWER');
    expect(statSync(`${file.path}-wal`).size).toBeGreaterThan(0);
  });

  /** A database whose last writes are only in its log, as after a kill. */
  async function leaveFilledLog(): Promise<void> {
    fill();
    await file.writer('stop').ended();
    expect(statSync(`${file.path}-wal`).size).toBeGreaterThan(0);
  }
});

describe('L9 a place that cannot be used', () => {
  test.each([
    ['a parent that is a file', 'file/ao.db'],
    ['a directory in its place', 'folder'],
    ['a name that is too long', 'n'.repeat(300)],
  ])('%s', (_, name) => {
    writeFileSync(join(file.directory, 'file'), '');
    mkdirSync(join(file.directory, 'folder'));
    expect(() => openAt(join(file.directory, name))).toThrow(code('DATA_DIR_UNUSABLE'));
  });

  test('a directory without the right to write is refused, with an empty and with a filled database', () => {
    fill();
    const filled = readFileSync(file.path);
    chmodSync(file.path, 0o444);
    chmodSync(file.directory, 0o555);
    asNobody(() => {
      expect(() => openAt(join(file.directory, 'new.db'))).toThrow(code('DATA_DIR_UNUSABLE'));
      expect(() => file.open()).toThrow(code('DATA_DIR_UNUSABLE'));
    });
    chmodSync(file.directory, 0o700);
    expect(readFileSync(file.path).equals(filled)).toBe(true);
    expect(readdirSync(file.directory)).toEqual(['ao.db']);
  });

  /** Root may write anywhere, so a test that runs as root steps down. */
  function asNobody(work: () => void): void {
    if (process.geteuid?.() !== 0) {
      work();
      return;
    }
    process.seteuid?.(65_534);
    try {
      work();
    } finally {
      process.seteuid?.(0);
    }
  }

  test('a missing migrations folder is named', () => {
    expect(() => file.open({ migrationsDir: join(file.directory, 'nowhere') })).toThrow(/migrations in .*nowhere/);
    expect(existsSync(file.path)).toBe(false);
  });
});

test('a journal left by a crash in the very first write is undone, not refused', () => {
  const store = file.open();
  store.projects.insert(projectFacts());
  store.close();
  leaveHotJournal();
  expect(existsSync(`${file.path}-journal`)).toBe(true);
  expect(file.open().projects.list()).toEqual([projectFacts()]);
  expect(existsSync(`${file.path}-journal`)).toBe(false);

  /** The files of a writer that is in the middle of a transaction, copied while it is, are those of one that was killed there. */
  function leaveHotJournal(): void {
    const writer = file.raw();
    writer.pragma('journal_mode = DELETE');
    writer.pragma('cache_size = 1');
    writer.exec('begin; create table half (x)');
    for (let n = 0; n < 500; n += 1) writer.prepare('insert into half values (?)').run('x'.repeat(1_000));
    const caught = ['', '-journal'].map((name) => [name, readFileSync(file.path + name)] as const);
    writer.exec('rollback');
    writer.close();
    for (const [name, bytes] of caught) writeFileSync(file.path + name, bytes);
  }
});

test('a message waits in the log of one process and is read by the next', () => {
  fill();
  const store = file.open();
  store.messages.enqueue(messageTo(store.sessions.list()[0]?.id ?? ('' as never)));
  expect(file.open().messages.pendingSessions()).toEqual(['app-1']);
});
