/**
 * Brings the schema up to date, or leaves the file as it was. Reads drizzle-kit's folder and keeps drizzle's own table of
 * applied migrations, but runs them itself: drizzle's migrator cannot check foreign keys before it commits, and its
 * transaction makes `PRAGMA foreign_keys=OFF` in a migration do nothing, so that rebuilding a table would delete the rows that refer to it.
 */
import type DatabaseConstructor from 'better-sqlite3';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { AppError } from '../../../core/errors.ts';
import type { FaultPoints } from '../../../ports/fault-points.ts';
import type { Log } from '../../../ports/log.ts';
import { backUp } from './backups.ts';
import { errorCodeOf, toStoreError, unusableDatabase } from './sqlite-errors.ts';

export type Migration = MigrationMeta;

const TABLE = '__drizzle_migrations';

export function readMigrations(migrationsDir: string): readonly Migration[] {
  try {
    return readMigrationFiles({ migrationsFolder: migrationsDir });
  } catch (cause) {
    throw new AppError(
      {
        code: 'INTERNAL',
        message: `The installation is incomplete: the database migrations in ${migrationsDir} cannot be read.`,
        hint: 'Install again, or run `npm run build` in a checkout.',
      },
      { cause },
    );
  }
}

/** Refuses a schema that a newer version made, and a database that is not ours. Only reads. */
export function assertKnownSchema(client: DatabaseConstructor.Database, path: string, migrations: readonly Migration[]): void {
  const tables = client.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").pluck().all();
  if (tables.length === 0) return;
  if (!tables.includes(TABLE)) throw unusableDatabase(path, 'it was made by another program');
  const known = new Set(migrations.map((migration) => migration.folderMillis));
  const unknown = appliedAt(client).filter((when) => !known.has(when));
  if (unknown.length === 0) return;
  throw new AppError({
    code: 'DATABASE_NEWER',
    message: `The database ${path} was written by a newer version of ao (${unknown.length} schema changes that this version does not know). Nothing was changed.`,
    hint: 'Run the newer version again, or go back to a backup that this version can read: `ao restore-backup` lists them.',
  });
}

export type MigrateOptions = {
  readonly client: DatabaseConstructor.Database;
  readonly path: string;
  readonly migrations: readonly Migration[];
  readonly log: Log;
  readonly faults: FaultPoints;
};

/** Leaves foreign keys ON, whatever happens. */
export function migrate(options: MigrateOptions): void {
  const { client, path, log } = options;
  try {
    if (pendingOf(options).length === 0) return;
    const applied = appliedAt(client).length;
    // Without a way back there is no change: a copy that cannot be made refuses the start.
    if (applied > 0) log.info({ ...backUp(client, path, applied) }, 'database backed up before its schema changes');
    // Must happen outside the transaction: inside one the pragma is ignored.
    client.pragma('foreign_keys = OFF');
    const added = client.transaction(() => applyPending(options)).immediate();
    options.faults.passed('migrate.committed');
    log.info({ path, applied: added }, 'database schema brought up to date');
  } catch (caught) {
    throw toMigrationError(caught, path);
  } finally {
    client.pragma('foreign_keys = ON');
  }
}

function applyPending(options: MigrateOptions): number {
  const { client, path } = options;
  assertForeignKeys(client, path, 'before the schema change');
  client.exec(`create table if not exists ${TABLE} (id integer primary key, hash text not null, created_at numeric)`);
  // Looked at again under the write lock: another process may have been faster.
  const pending = pendingOf(options);
  const record = client.prepare(`insert into ${TABLE} (hash, created_at) values (?, ?)`);
  for (const migration of pending) {
    for (const statement of migration.sql) client.exec(statement);
    record.run(migration.hash, migration.folderMillis);
    options.faults.passed('migrate.applied');
  }
  assertForeignKeys(client, path, 'after the schema change');
  return pending.length;
}

function pendingOf({ client, migrations }: MigrateOptions): readonly Migration[] {
  const applied = new Set(appliedAt(client));
  return migrations.filter((migration) => !applied.has(migration.folderMillis));
}

function appliedAt(client: DatabaseConstructor.Database): readonly number[] {
  const exists = client.prepare('select 1 from sqlite_master where name = ?').get(TABLE) !== undefined;
  return exists ? client.prepare(`select created_at from ${TABLE}`).pluck().all().map(Number) : [];
}

function assertForeignKeys(client: DatabaseConstructor.Database, path: string, when: string): void {
  const broken = client.pragma('foreign_key_check') as readonly { readonly table: string; readonly parent: string }[];
  const first = broken[0];
  if (first === undefined) return;
  throw unusableDatabase(path, `${when} ${broken.length} rows refer to rows that are missing (first: ${first.table} to ${first.parent})`);
}

function toMigrationError(caught: unknown, path: string): unknown {
  const mapped = toStoreError(caught, path);
  if (mapped instanceof AppError) return mapped;
  const why = caught instanceof Error ? caught.message : String(caught);
  return unusableDatabase(path, `its schema could not be brought up to date (${errorCodeOf(caught) ?? 'error'}: ${why})`, caught);
}
