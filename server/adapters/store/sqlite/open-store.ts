/** The store on SQLite: one file, one connection, held by the daemon alone. Assembles; decides nothing. */
import type DatabaseConstructor from 'better-sqlite3';
import type { FaultPoints } from '../../../ports/fault-points.ts';
import type { Log } from '../../../ports/log.ts';
import type { Store } from '../../../ports/store.ts';
import { announceChanges } from '../announce-changes.ts';
import { createConnection } from './connection.ts';
import { createDeviceStore } from './device-store.ts';
import { createEventLog } from './event-log.ts';
import { createMessageStore } from './message-store.ts';
import { createMetaStore } from './meta-store.ts';
import { openDatabase } from './open-database.ts';
import { createProjectStore } from './project-store.ts';
import { createSessionStore } from './session-store.ts';

export type OpenStoreOptions = {
  /** The database file. Made, with its directories, where missing. */
  readonly path: string;
  /** The folder of generated migrations; it is shipped beside the bundle. */
  readonly migrationsDir: string;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly log: Log;
  /** Where a test lets the process die. */
  readonly faults?: FaultPoints;
};

/** Throws `DATABASE_NEWER`, `DATABASE_UNUSABLE` or `DATA_DIR_UNUSABLE`, and then has changed nothing. */
export function openStore({ path, migrationsDir, nowMs, log, faults }: OpenStoreOptions): Store {
  const client = openDatabase({ path, migrationsDir, log, ...(faults === undefined ? {} : { faults }) });
  try {
    return createStoreOn(client, { path, nowMs });
  } catch (caught) {
    client.close();
    throw caught;
  }
}

/** For tests that need a hand on the connection; everybody else calls `openStore`. */
export function createStoreOn(client: DatabaseConstructor.Database, { path, nowMs }: Pick<OpenStoreOptions, 'path' | 'nowMs'>): Store {
  const connection = createConnection(client, path);
  return connection.read(() =>
    announceChanges({
      projects: createProjectStore(connection, nowMs),
      sessions: createSessionStore({ connection, log: createEventLog(connection, nowMs), nowMs }),
      messages: createMessageStore(connection, nowMs),
      devices: createDeviceStore(connection),
      meta: createMetaStore(connection),
      check: connection.check,
      close: connection.close,
    }),
  );
}
