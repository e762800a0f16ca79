/** A database file of a test's own, opened as often as the test wants, and processes that write to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import DatabaseConstructor from 'better-sqlite3';
import { openStore } from '../adapters/store/sqlite/open-store.ts';
import type { Store } from '../ports/store.ts';
import { createRecordingLog, type RecordingLog } from './fakes/log.ts';

export const MIGRATIONS_DIR = fileURLToPath(new URL('../../drizzle/migrations', import.meta.url));
const WRITER = fileURLToPath(new URL('../adapters/store/sqlite/writer.child.ts', import.meta.url));

export type Writer = {
  readonly child: ChildProcess;
  /** The next line it says; `null` when it has ended. */
  line(): Promise<string | null>;
  /** How it ended. */
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
};

export type StoreFile = Disposable & {
  readonly directory: string;
  readonly path: string;
  readonly log: RecordingLog;
  open(options?: { readonly migrationsDir?: string }): Store;
  /** A connection beside the store, with no care for our rules. */
  raw(): DatabaseConstructor.Database;
  /** A process with the store open that does `what` (see `writer.child.ts`). */
  writer(what: string): Writer;
};

export function makeStoreFile(): StoreFile {
  const directory = mkdtempSync(join(tmpdir(), 'ao-store-'));
  const path = join(directory, 'ao.db');
  const log = createRecordingLog();
  const open: { close(): unknown }[] = [];
  const children: ChildProcess[] = [];
  const keep = <T extends { close(): unknown }>(closable: T): T => {
    open.push(closable);
    return closable;
  };

  return {
    directory,
    path,
    log,
    open: ({ migrationsDir = MIGRATIONS_DIR } = {}) => keep(openStore({ path, migrationsDir, nowMs: Date.now, log })),
    raw: () => keep(new DatabaseConstructor(path)),
    writer: (what) => {
      const child = spawn(process.execPath, ['--import', 'tsx', WRITER, path, MIGRATIONS_DIR, what], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.push(child);
      const ended = once(child, 'close');
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return {
        child,
        line: async () => {
          const next = await lines.next();
          return next.done === true ? null : next.value;
        },
        ended: async () => {
          const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
          return { code, signal };
        },
      };
    },
    [Symbol.dispose]: () => {
      for (const child of children) child.kill('SIGKILL');
      for (const closable of open) closable.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
