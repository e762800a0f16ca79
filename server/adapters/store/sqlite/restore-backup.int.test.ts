import { cpSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionId } from '../../../core/ids.ts';
import { code } from '../../../testing/contracts/store-sessions.contract.ts';
import { draftOf, messageTo, projectFacts, WHY } from '../../../testing/store-facts.ts';
import { MIGRATIONS_DIR, makeStoreFile, type StoreFile } from '../../../testing/store-file.ts';
import { backUp, listBackups } from './backups.ts';
import { restoreBackup } from './restore-backup.ts';

const SESSION = 'app-1' as SessionId;
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

let file: StoreFile;
let name: string;

/** A database with one message in its copy, and two in itself. */
beforeEach(() => {
  file = makeStoreFile();
  const store = file.open();
  store.projects.insert(projectFacts());
  store.sessions.insert(draftOf({ phase: 'live' }), WHY);
  store.messages.enqueue(messageTo(SESSION));
  const raw = file.raw();
  ({ name } = backUp(raw, file.path, 2));
  raw.close();
  store.messages.enqueue(messageTo(SESSION, { n: 2 }));
  store.close();
});
afterEach(() => file[Symbol.dispose]());

const restore = (which = name) => restoreBackup({ path: file.path, migrationsDir: MIGRATIONS_DIR, name: which, nowMs: NOW_MS });

function messages(): readonly string[] {
  const store = file.open();
  const texts = store.messages.list(SESSION).map(({ text }) => text);
  store.close();
  return texts;
}

test('the copy takes the place of the database, which is set aside whole', () => {
  expect(messages()).toEqual(['text 1', 'text 2']);
  const { backup, setAside } = restore();
  expect(backup).toMatchObject({ name, schema: 2 });
  expect(messages()).toEqual(['text 1']);
  expect(setAside).toBe(join(file.directory, 'backups', 'replaced-2026-01-02T03-04-05.000Z.db'));
  for (const suffix of ['', '-wal']) if (existsSync(`${setAside}${suffix}`)) cpSync(`${setAside}${suffix}`, `${file.path}${suffix}`);
  expect(messages()).toEqual(['text 1', 'text 2']);
});

test('the copy stays, and is not the file that is written from now on', () => {
  restore();
  const before = readFileSync(join(file.directory, 'backups', name));
  const store = file.open();
  store.messages.enqueue(messageTo(SESSION, { n: 3 }));
  store.close();
  expect(readFileSync(join(file.directory, 'backups', name)).equals(before)).toBe(true);
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});

test('a damaged database is set aside as it is, with what its log has', () => {
  writeFileSync(file.path, 'not a database at all, but long enough to be looked at '.repeat(40));
  writeFileSync(`${file.path}-wal`, 'its log');
  const { setAside } = restore();
  expect(messages()).toEqual(['text 1']);
  expect(readFileSync(setAside ?? '', 'utf8')).toContain('not a database at all');
  expect(readFileSync(`${setAside}-wal`, 'utf8')).toBe('its log');
});

test('where there is no database any more, it is the copy', () => {
  const elsewhere = makeStoreFile();
  cpSync(join(file.directory, 'backups'), join(elsewhere.directory, 'backups'), { recursive: true });
  expect(restoreBackup({ path: elsewhere.path, migrationsDir: MIGRATIONS_DIR, name, nowMs: NOW_MS }).setAside).toBeNull();
  expect(elsewhere.open().messages.list(SESSION)).toHaveLength(1);
  elsewhere[Symbol.dispose]();
});

test.each(['nothing.db', '../ao.db', '', 'ao-schema-9.db'])('there is no backup %j', (which) => {
  expect(() => restore(which)).toThrow(code('BACKUP_NOT_FOUND'));
  expect(messages()).toHaveLength(2);
});

test('a damaged copy is refused, and nothing is changed', () => {
  truncateSync(join(file.directory, 'backups', name), 8_192);
  expect(() => restore()).toThrow(code('DATABASE_UNUSABLE'));
  expect(messages()).toHaveLength(2);
  expect(existsSync(`${file.path}.restoring`)).toBe(false);
});

test('a copy by a newer version is refused, and nothing is changed', () => {
  const raw = file.raw();
  raw.exec("insert into __drizzle_migrations (hash, created_at) values ('later', 99999999999999)");
  backUp(raw, file.path, 3);
  raw.exec("delete from __drizzle_migrations where hash = 'later'");
  raw.close();
  expect(() => restore('ao-schema-3.db')).toThrow(code('DATABASE_NEWER'));
  expect(messages()).toHaveLength(2);
});

test('what a crash left of a copy is no copy', () => {
  writeFileSync(join(file.directory, 'backups', 'ao-schema-7.db.partial'), 'half');
  expect(listBackups(file.path).map((backup) => backup.name)).toEqual([name]);
  expect(readdirSync(join(file.directory, 'backups'))).toHaveLength(2);
});
