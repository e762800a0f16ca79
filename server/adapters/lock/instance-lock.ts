/**
 * One daemon a data directory: SQLite's write lock on a file of its own, held by an open transaction for the process's life
 * and released by the kernel, however the process ends (Node has no flock). The file never holds data. It must never be opened
 * by other means in this process: closing any descriptor of a file drops all POSIX locks that the process has on it.
 */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import DatabaseConstructor from 'better-sqlite3';
import { AppError } from '../../core/errors.ts';

export type InstanceLock = {
  /** Gives the lock up early. Idempotent; the end of the process does the same. */
  release(): void;
};

/** Never waits: `held` means that another holder lives at this moment, be it stopped by a signal. Throws `DATA_DIR_UNUSABLE`. */
export function acquireInstanceLock(path: string): InstanceLock | 'held' {
  let client: DatabaseConstructor.Database | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    createPrivateFile(path);
    client = new DatabaseConstructor(path, { timeout: 0 });
    // Or a journal would lie beside the file after a kill. (OFF is refused: better-sqlite3 opens in SQLite's defensive mode.)
    client.pragma('journal_mode = MEMORY');
    // IMMEDIATE, not EXCLUSIVE: the write lock is taken in one step that exactly one of any number of racers wins. EXCLUSIVE
    // goes on to wait for readers, and two racers that read at the same moment would both be refused, leaving no daemon at all.
    client.exec('BEGIN IMMEDIATE');
    return hold(client);
  } catch (caught) {
    client?.close();
    if (isBusy(caught)) return 'held';
    throw unusable(path, caught);
  }
}

/** better-sqlite3 closes a connection that is garbage collected: a lock whose answer nobody kept would vanish with it. */
const held = new Set<DatabaseConstructor.Database>();

function hold(client: DatabaseConstructor.Database): InstanceLock {
  held.add(client);
  return {
    release: () => {
      held.delete(client);
      client.close();
    },
  };
}

function createPrivateFile(path: string): void {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
    } catch (caught) {
      if (!(caught instanceof Error && 'code' in caught && caught.code === 'EEXIST')) throw caught;
    }
  } else if (facts.isFile() && (facts.mode & 0o077) !== 0) {
    chmodSync(path, 0o600);
  }
}

function isBusy(caught: unknown): boolean {
  return caught instanceof DatabaseConstructor.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(caught.code);
}

function unusable(path: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const directory = dirname(path);
  return new AppError(
    {
      code: 'DATA_DIR_UNUSABLE',
      message: `The lock file ${path} cannot be used: ${why}.`,
      hint: `Make ${directory} a directory you can write to (\`ls -ld ${directory}\`) with an empty or no lock file in it, or set AO_DATA_DIR to another one.`,
    },
    { cause },
  );
}
