/**
 * Copies of the database, made before a schema change: `<data>/backups/ao-schema-<n>.db`, where n is the number of schema
 * changes in it. One for each version, the latest three versions; whole, as the name appears last.
 */
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type DatabaseConstructor from 'better-sqlite3';
import { sync } from './sync.ts';

const KEPT = 3;
const NAME = /^ao-schema-([0-9]{1,6})\.db$/;

export type Backup = {
  readonly name: string;
  readonly path: string;
  /** Schema changes that it has. */
  readonly schema: number;
  readonly bytes: number;
  /** When it was made, ms since 1970. */
  readonly atMs: number;
};

export function backupsOf(databasePath: string): string {
  return join(dirname(databasePath), 'backups');
}

/** Latest first. */
export function listBackups(databasePath: string): readonly Backup[] {
  const directory = backupsOf(databasePath);
  const backups = list(directory).flatMap((name): readonly Backup[] => {
    const schema = NAME.exec(name)?.[1];
    const path = join(directory, name);
    const facts = statSync(path, { throwIfNoEntry: false });
    return schema === undefined || facts?.isFile() !== true
      ? []
      : [{ name, path, schema: Number(schema), bytes: facts.size, atMs: facts.mtimeMs }];
  });
  return backups.sort((a, b) => b.atMs - a.atMs || b.schema - a.schema);
}

/** `schema`: how many schema changes the database has now. Throws what SQLite or the file system throws; then nothing has been replaced. */
export function backUp(client: DatabaseConstructor.Database, databasePath: string, schema: number): Backup {
  const directory = backupsOf(databasePath);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = `ao-schema-${schema}.db`;
  const path = join(directory, name);
  const partial = `${path}.partial`;
  rmSync(partial, { force: true });
  try {
    // VACUUM INTO takes an empty file, and would make one that everybody may read.
    closeSync(openSync(partial, 'wx', 0o600));
    client.prepare('vacuum into ?').run(partial);
    chmodSync(partial, 0o600);
    sync(partial);
    renameSync(partial, path);
    sync(directory);
  } catch (caught) {
    rmSync(partial, { force: true });
    throw caught;
  }
  const backups = listBackups(databasePath);
  // By name and not by time alone: a clock that was set back must not cost the copy that was just made.
  const others = backups.filter((backup) => backup.name !== name);
  for (const old of others.slice(KEPT - 1)) rmSync(old.path, { force: true });
  const { size, mtimeMs } = statSync(path);
  return { name, path, schema, bytes: size, atMs: mtimeMs };
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
