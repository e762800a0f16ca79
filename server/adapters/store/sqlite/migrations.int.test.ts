import { cpSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionId } from '../../../core/ids.ts';
import { code } from '../../../testing/contracts/store-sessions.contract.ts';
import { launch } from '../../../testing/session-facts.ts';
import { draftOf, messageTo, projectFacts, WHY } from '../../../testing/store-facts.ts';
import { MIGRATIONS_DIR, makeStoreFile, type StoreFile } from '../../../testing/store-file.ts';

let file: StoreFile;
let migrationsDir: string;

beforeEach(() => {
  file = makeStoreFile();
  migrationsDir = join(file.directory, 'migrations');
  cpSync(MIGRATIONS_DIR, migrationsDir, { recursive: true });
});
afterEach(() => file[Symbol.dispose]());

/** Adds a migration as drizzle-kit would. */
function addMigration(statements: readonly string[]): void {
  const path = join(migrationsDir, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { idx: number; when: number; tag: string }[] };
  const last = journal.entries.at(-1);
  const tag = `9${String(journal.entries.length).padStart(3, '0')}_test`;
  writeFileSync(join(migrationsDir, `${tag}.sql`), statements.join('\n--> statement-breakpoint\n'));
  writeFileSync(
    path,
    JSON.stringify({
      ...journal,
      entries: [...journal.entries, { ...last, idx: journal.entries.length, when: (last?.when ?? 0) + 1, tag }],
    }),
  );
}

function fill(): void {
  const store = file.open();
  store.projects.insert(projectFacts());
  store.sessions.insert(draftOf({ phase: 'live' }), WHY);
  store.messages.enqueue(messageTo('app-1' as SessionId));
  store.close();
}

/** Schema and rows, as text. */
function contents(): string {
  const raw = file.raw();
  const tables = raw.prepare("select name from sqlite_master where type = 'table' order by name").pluck().all() as string[];
  const all = [
    raw.prepare('select name, sql from sqlite_master order by name').all(),
    ...tables.map((table) => raw.prepare(`select * from "${table}"`).all()),
  ];
  raw.close();
  return JSON.stringify(all);
}

/** A changed constraint, the way drizzle-kit writes it. */
function rebuildSessions(): readonly string[] {
  const raw = file.raw();
  const create = String(raw.prepare("select sql from sqlite_master where name = 'sessions'").pluck().get());
  raw.close();
  return [
    'PRAGMA foreign_keys=OFF;',
    create.replace('`sessions`', '`__new_sessions`'),
    'INSERT INTO `__new_sessions` SELECT * FROM `sessions`;',
    'DROP TABLE `sessions`;',
    'ALTER TABLE `__new_sessions` RENAME TO `sessions`;',
    'PRAGMA foreign_keys=ON;',
  ];
}

test('from nothing to the present schema, said once', () => {
  file.open().close();
  file.open().close();
  expect(file.log.lines.map((line) => line.message)).toEqual(['database schema brought up to date']);
});

test('L12 a later version adds to a filled database and keeps what is in it', () => {
  fill();
  addMigration(['CREATE TABLE `extra` (`id` text PRIMARY KEY NOT NULL);', 'ALTER TABLE `projects` ADD `colour` text;']);
  const store = file.open({ migrationsDir });
  expect(store.sessions.launchIds('app-1' as SessionId)).toEqual([launch(1)]);
  store.close();
  expect(contents()).toContain('"extra"');
});

test('L12 and back: the earlier version refuses the schema and changes nothing', () => {
  fill();
  addMigration(['CREATE TABLE `extra` (`id` text PRIMARY KEY NOT NULL);']);
  file.open({ migrationsDir }).close();
  const before = readFileSync(file.path);
  expect(() => file.open()).toThrow(code('DATABASE_NEWER'));
  expect(readFileSync(file.path).equals(before)).toBe(true);
});

const backups = (): readonly string[] => readdirSync(join(file.directory, 'backups')).sort();

test('L12 a copy of the whole database is made before its schema changes, for nobody else to read', () => {
  fill();
  const before = contents();
  addMigration(['DELETE FROM `messages`;']);
  file.open({ migrationsDir }).close();
  const [name = '', ...others] = backups();
  expect(name).toMatch(/^ao-schema-[0-9]+\.db$/);
  expect(others).toEqual([]);
  const copy = join(file.directory, 'backups', name);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(statSync(join(file.directory, 'backups')).mode & 0o777).toBe(0o700);
  expect(contents()).not.toBe(before);
  cpSync(copy, file.path);
  expect(contents()).toBe(before);
});

test('a new database and one that is up to date need no copy', () => {
  fill();
  file.open().close();
  expect(() => backups()).toThrow('ENOENT');
});

test('L12 copies are kept for three versions; one that fails each time pushes none of them out', () => {
  fill();
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
    addMigration([`CREATE TABLE \`${name}\` (\`id\` text);`]);
    file.open({ migrationsDir }).close();
    const made = join(file.directory, 'backups', `ao-schema-${firstSchema() + index}.db`);
    utimesSync(made, index + 1, index + 1);
  }
  const kept = backups();
  expect(kept).toHaveLength(3);
  addMigration(['INSERT INTO `nowhere` VALUES (1);']);
  for (let start = 0; start < 3; start += 1) expect(() => file.open({ migrationsDir })).toThrow(code('DATABASE_UNUSABLE'));
  expect(backups()).toHaveLength(3);
  expect(backups().slice(0, 2)).toEqual(kept.slice(1));
});

/** How many schema changes the present version has. */
function firstSchema(): number {
  const journal = JSON.parse(readFileSync(join(MIGRATIONS_DIR, 'meta', '_journal.json'), 'utf8')) as { entries: unknown[] };
  return journal.entries.length;
}

test('L9 where no copy can be made, the schema is left alone and the reason is said', () => {
  fill();
  const before = contents();
  addMigration(['CREATE TABLE `extra` (`id` text);']);
  writeFileSync(join(file.directory, 'backups'), 'a file in the way');
  expect(() => file.open({ migrationsDir })).toThrow(code('DATA_DIR_UNUSABLE'));
  expect(contents()).toBe(before);
});

test('L12 rebuilding a table does not delete the rows that refer to it', () => {
  fill();
  addMigration(rebuildSessions());
  const store = file.open({ migrationsDir });
  expect(store.sessions.list().map((session) => session.id)).toEqual(['app-1']);
  expect(store.sessions.launchIds('app-1' as SessionId)).toEqual([launch(1)]);
  expect(store.messages.list('app-1' as SessionId)).toHaveLength(1);
  // And the references are watched again.
  store.projects.remove(projectFacts().id);
  expect(store.messages.list('app-1' as SessionId)).toEqual([]);
});

test('L9 a migration that fails half-way leaves the database as it was, and the daemon of before can use it', () => {
  fill();
  const before = contents();
  addMigration(['CREATE TABLE `extra` (`id` text);', 'DELETE FROM `messages`;', 'INSERT INTO `nowhere` VALUES (1);']);
  expect(() => file.open({ migrationsDir })).toThrow(code('DATABASE_UNUSABLE'));
  expect(contents()).toBe(before);
  expect(file.open().messages.next('app-1' as SessionId)?.text).toBe('text 1');
});

test('a migration that would orphan rows is undone before it is committed', () => {
  fill();
  const before = contents();
  addMigration(['DELETE FROM `sessions`;']);
  expect(() => file.open({ migrationsDir })).toThrow(/after the schema change 2 rows refer to rows that are missing/);
  expect(contents()).toBe(before);
});

test('rows that were orphaned before are not blamed on the migration, nor built upon', () => {
  fill();
  const raw = file.raw();
  raw.pragma('foreign_keys = OFF');
  raw.exec('DELETE FROM sessions');
  raw.close();
  addMigration(['CREATE TABLE `extra` (`id` text);']);
  expect(() => file.open({ migrationsDir })).toThrow(/before the schema change 2 rows/);
  expect(contents()).not.toContain('"extra"');
});

test('a migration merged with an earlier time than the last one applied is still applied', () => {
  fill();
  addMigration(['CREATE TABLE `late` (`id` text);']);
  const path = join(migrationsDir, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { when: number }[] };
  const entries = journal.entries.map((entry, index) => (index === journal.entries.length - 1 ? { ...entry, when: 1 } : entry));
  writeFileSync(path, JSON.stringify({ ...journal, entries }));
  file.open({ migrationsDir }).close();
  expect(contents()).toContain('"late"');
});
