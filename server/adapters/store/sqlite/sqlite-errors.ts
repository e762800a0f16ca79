/**
 * What SQLite and the file system say, in our words, mapped once. Owns the hints for a database that cannot be used. It must
 * never suggest deleting anything: the file holds the only record of the user's sessions.
 */
import { dirname } from 'node:path';
import { AppError, type AppErrorCode, describeUnwritable } from '../../../core/errors.ts';

type Refusal = { readonly code: AppErrorCode; readonly what: string; readonly hint: string };

/** The code of a `SqliteError` or a file system error, wherever drizzle has wrapped it. */
export function errorCodeOf(caught: unknown): string | null {
  for (let error: unknown = caught, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    if ('code' in error && typeof error.code === 'string' && !(error instanceof AppError)) return error.code;
  }
  return null;
}

/** Whether a unique constraint over exactly these columns was violated, e.g. `sessions.project_id, sessions.slot`. */
export function isUniqueViolation(caught: unknown, columns: string): boolean {
  if (!(caught instanceof Error)) return false;
  const code = errorCodeOf(caught);
  if (code !== 'SQLITE_CONSTRAINT_UNIQUE' && code !== 'SQLITE_CONSTRAINT_PRIMARYKEY') return false;
  return deepestMessage(caught) === `UNIQUE constraint failed: ${columns}`;
}

/** Narrows whatever the database or the file system threw. What is not about the file itself is returned as it came. */
export function toStoreError(caught: unknown, path: string): unknown {
  if (caught instanceof AppError) return caught;
  const code = errorCodeOf(caught);
  const refusal = code === null ? null : refusalOf(code, path);
  if (refusal === null) return caught;
  return new AppError(
    { code: refusal.code, message: `${refusal.what} (${code}: ${deepestMessage(caught)}).`, hint: refusal.hint },
    { cause: caught },
  );
}

/** A database whose content cannot be right. */
export function unusableDatabase(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: 'DATABASE_UNUSABLE',
      message: `The database ${path} cannot be used: ${why}. Nothing was changed.`,
      hint: keepAndRestoreHint(path),
    },
    { cause },
  );
}

function refusalOf(code: string, path: string): Refusal | null {
  const directory = dirname(path);
  if (/^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(code)) {
    return {
      code: 'DATABASE_UNUSABLE',
      what: `The database ${path} is damaged or not a database; nothing was changed`,
      hint: keepAndRestoreHint(path),
    };
  }
  if (/^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code)) {
    return {
      code: 'DATABASE_UNUSABLE',
      what: `The database ${path} is held by another process`,
      hint: `Close the program that has it open (\`fuser ${path}\` names it), then try again.`,
    };
  }
  const unwritable = describeUnwritable(code, directory);
  if (unwritable !== null) return { code: 'DATA_DIR_UNUSABLE', what: unwritable.message, hint: unwritable.hint };
  if (
    /^SQLITE_(READONLY|CANTOPEN|PERM|IOERR|NOLFS)/.test(code) ||
    /^(EACCES|EEXIST|EPERM|ENOTDIR|EISDIR|ENOENT|ELOOP|ENAMETOOLONG|EIO)$/.test(code)
  ) {
    return {
      code: 'DATA_DIR_UNUSABLE',
      what: `The database ${path} cannot be opened or written`,
      hint: `Make ${directory} a directory you can write to (\`ls -ld ${directory}\`), or set AO_DATA_DIR to another one.`,
    };
  }
  return null;
}

function keepAndRestoreHint(path: string): string {
  return `Keep a copy (\`cp -a ${path} ${path}.kept\`), then go back to a backup (\`ao restore-backup\` lists them) or set AO_DATA_DIR to another directory.`;
}

function deepestMessage(caught: unknown): string {
  let message = String(caught);
  for (let error: unknown = caught, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1)
    message = error.message;
  return message;
}
