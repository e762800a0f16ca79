/**
 * Opens the database file: modes, checks, pragmas, migrations, in that order, so that a file we refuse is left byte for byte
 * as it was. Never deletes or recreates anything.
 */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import DatabaseConstructor from 'better-sqlite3';
import type { FaultPoints } from '../../../ports/fault-points.ts';
import type { Log } from '../../../ports/log.ts';
import { assertKnownSchema, type Migration, migrate, readMigrations } from './migrations.ts';
import { errorCodeOf, toStoreError, unusableDatabase } from './sqlite-errors.ts';
import { sync } from './sync.ts';

/** better-sqlite3 waits synchronously, so this is also the longest stall a foreign lock can cause. The instance lock makes us the only regular writer. */
const BUSY_TIMEOUT_MS = 2_000;
/** `quick_check` reads about 1 MB/ms: up to this size it is paid at each boot, above it damage is met by whoever reads the page. */
const QUICK_CHECK_MAX_BYTES = 8 * 1024 * 1024;

export type OpenDatabaseOptions = {
  readonly path: string;
  readonly migrationsDir: string;
  readonly log: Log;
  readonly faults?: FaultPoints;
};

const NO_FAULTS: FaultPoints = { passed: () => undefined };

/** Throws `DATABASE_NEWER`, `DATABASE_UNUSABLE` or `DATA_DIR_UNUSABLE`. */
export function openDatabase({ path, migrationsDir, log, faults = NO_FAULTS }: OpenDatabaseOptions): DatabaseConstructor.Database {
  const migrations = readMigrations(migrationsDir);
  let client: DatabaseConstructor.Database | null = null;
  try {
    // Recursive creation gives the mode to every directory it makes and leaves existing ones alone: they are the user's.
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (sizeOf(path) > 0) {
      for (const file of [path, `${path}-wal`, `${path}-shm`]) closeToOthers(file);
      inspect(path, migrations);
    } else {
      refuseLostFile(path);
      createPrivateFile(path);
    }
    client = new DatabaseConstructor(path, { timeout: BUSY_TIMEOUT_MS });
    configure(client, path);
    migrate({ client, path, migrations, log, faults });
    return client;
  } catch (caught) {
    client?.close();
    throw toStoreError(caught, path);
  }
}

/** Looks through a read-only connection: closing a writing one would fold the log of a file we refuse into it. */
function inspect(path: string, migrations: readonly Migration[]): void {
  try {
    inspectWith(new DatabaseConstructor(path, { readonly: true, timeout: BUSY_TIMEOUT_MS }), path, migrations);
  } catch (caught) {
    // A crash in the middle of the very first write leaves a rollback journal, which only a writer can undo.
    if (errorCodeOf(caught)?.startsWith('SQLITE_READONLY') !== true) throw caught;
    inspectWith(new DatabaseConstructor(path, { timeout: BUSY_TIMEOUT_MS }), path, migrations);
  }
}

function inspectWith(client: DatabaseConstructor.Database, path: string, migrations: readonly Migration[]): void {
  try {
    assertKnownSchema(client, path, migrations);
    if (sizeOf(path) > QUICK_CHECK_MAX_BYTES) return;
    const verdict: unknown = client.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw unusableDatabase(path, `it is damaged (${String(verdict)})`);
  } finally {
    client.close();
  }
}

function configure(client: DatabaseConstructor.Database, path: string): void {
  const mode: unknown = client.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw unusableDatabase(path, `its file system cannot hold a write-ahead log (journal mode stays ${String(mode)})`);
  // I12: FULL syncs the log at each commit, so an acknowledged write survives a power cut, not only a kill.
  client.pragma('synchronous = FULL');
  // On macOS fsync alone does not reach the platter; elsewhere this does nothing.
  client.pragma('fullfsync = ON');
  client.pragma('foreign_keys = ON');
  client.pragma('trusted_schema = OFF');
}

/** An empty database beside a filled log is one that was lost: SQLite would delete the log, and with it the last work. */
function refuseLostFile(path: string): void {
  if (sizeOf(`${path}-wal`) > 0) throw unusableDatabase(path, `it is missing or empty, but its log ${path}-wal is there`);
}

/** SQLite gives its log and its shared memory the mode of the database file, so making that first covers all three. */
function createPrivateFile(path: string): void {
  try {
    // 'wx', and never opened again by us: closing any descriptor of the file would drop SQLite's locks on it in this process.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (caught) {
    if (errorCodeOf(caught) !== 'EEXIST') throw caught;
    closeToOthers(path);
    return;
  }
  // Its name must survive a power cut as well; SQLite does this for its logs, not for the database.
  sync(dirname(path));
}

function closeToOthers(file: string): void {
  const facts = statSync(file, { throwIfNoEntry: false });
  if (facts?.isFile() === true && (facts.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/** Bytes; 0 for a file that is not there. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
