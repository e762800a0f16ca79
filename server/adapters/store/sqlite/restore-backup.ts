/**
 * Puts a backup in the place of the database. The caller holds the instance lock. What was there is set aside, never deleted,
 * and at no moment is there no database: the last step is one rename.
 */
import { chmodSync, copyFileSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import DatabaseConstructor from 'better-sqlite3';
import { AppError } from '../../../core/errors.ts';
import { type Backup, backupsOf, listBackups } from './backups.ts';
import { assertKnownSchema, readMigrations } from './migrations.ts';
import { toStoreError, unusableDatabase } from './sqlite-errors.ts';
import { sync } from './sync.ts';

export type RestoreOptions = {
  /** The database file. */
  readonly path: string;
  readonly migrationsDir: string;
  /** One of `listBackups`. */
  readonly name: string;
  readonly nowMs: number;
};

export type RestoredBackup = {
  readonly backup: Backup /** Where the database of before is now; `null` when there was none. */;
  readonly setAside: string | null;
};

/** Throws `BACKUP_NOT_FOUND`, `DATABASE_NEWER`, `DATABASE_UNUSABLE` or `DATA_DIR_UNUSABLE`, and then has changed nothing. */
export function restoreBackup({ path, migrationsDir, name, nowMs }: RestoreOptions): RestoredBackup {
  const backups = listBackups(path);
  const backup = backups.find((candidate) => candidate.name === name);
  if (backup === undefined) throw backupNotFound(name, backups);
  try {
    inspect(backup, migrationsDir);
    const incoming = `${path}.restoring`;
    rmSync(incoming, { force: true });
    copyFileSync(backup.path, incoming);
    chmodSync(incoming, 0o600);
    sync(incoming);
    const setAside = keepPresent(path, nowMs);
    renameSync(incoming, path);
    sync(dirname(path));
    return { backup, setAside };
  } catch (caught) {
    throw toStoreError(caught, path);
  }
}

function inspect(backup: Backup, migrationsDir: string): void {
  const client = new DatabaseConstructor(backup.path, { readonly: true });
  try {
    const verdict: unknown = client.pragma('integrity_check(1)', { simple: true });
    if (verdict !== 'ok') throw unusableDatabase(backup.path, `it is damaged (${String(verdict)})`);
    assertKnownSchema(client, backup.path, readMigrations(migrationsDir));
  } finally {
    client.close();
  }
}

/** With its log, and without opening it: SQLite throws away the log of a file that it does not understand. */
function keepPresent(path: string, nowMs: number): string | null {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  const directory = backupsOf(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const setAside = join(directory, `replaced-${new Date(nowMs).toISOString().replaceAll(':', '-')}.db`);
  linkSync(path, setAside);
  for (const suffix of ['-wal', '-shm']) {
    if (statSync(`${path}${suffix}`, { throwIfNoEntry: false }) !== undefined) renameSync(`${path}${suffix}`, `${setAside}${suffix}`);
  }
  sync(directory);
  return setAside;
}

function backupNotFound(name: string, backups: readonly Backup[]): AppError {
  return new AppError({
    code: 'BACKUP_NOT_FOUND',
    message:
      backups.length === 0
        ? `There is no backup "${name}": none has been made yet; one is made before each change of the schema.`
        : `There is no backup "${name}"; there are ${backups.map((backup) => backup.name).join(', ')}.`,
    hint: '`ao restore-backup` lists them.',
  });
}
