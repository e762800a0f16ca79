/**
 * The one open connection: reads and writes with their errors mapped. Every write is an IMMEDIATE transaction, so that a
 * read followed by a write inside it can never lose to another writer in between.
 */
import type DatabaseConstructor from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { AppError } from '../../../core/errors.ts';
import { toStoreError, unusableDatabase } from './sqlite-errors.ts';

export type Connection = {
  readonly path: string;
  readonly db: BetterSQLite3Database;
  read<T>(work: () => T): T;
  /** All of `work` or nothing; on disk when it returns (I12). */
  write<T>(work: () => T): T;
  /** Throws `DATABASE_UNUSABLE`. */
  check(): void;
  close(): void;
};

export function createConnection(client: DatabaseConstructor.Database, path: string): Connection {
  const transaction = client.transaction((work: () => unknown): unknown => work());

  const guard = <T>(work: () => T): T => {
    if (!client.open) throw closed();
    try {
      return work();
    } catch (caught) {
      throw toStoreError(caught, path);
    }
  };

  return {
    path,
    db: drizzle(client),
    read: guard,
    write: <T>(work: () => T): T => guard(() => transaction.immediate(work) as T),
    check: () =>
      guard(() => {
        const verdict: unknown = client.pragma('quick_check(1)', { simple: true });
        if (verdict !== 'ok') throw unusableDatabase(path, `it is damaged (${String(verdict)})`);
      }),
    close: () => {
      if (client.open) client.close();
    },
  };
}

function closed(): AppError {
  return new AppError({
    code: 'DAEMON_STOPPING',
    message: 'The database is closed because the daemon is stopping.',
    hint: 'Run `ao start`, then try again.',
  });
}

/** Puts off preparing a statement to its first use: a boot needs few of them, and building one costs a millisecond while cold. */
export function once<T>(build: () => T): () => T {
  let built: { readonly value: T } | null = null;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}
