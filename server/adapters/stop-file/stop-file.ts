/** `stopped.json` beside the run file. Written whole or not at all, never through a symbolic link. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { DeliberateStop, StopFile } from '../../ports/stop-file.ts';

/** A stop of which nothing is known but that it was meant. */
const UNREADABLE: DeliberateStop = { atMs: 0, by: 'unknown' };

export function createStopFile({ runFile }: { readonly runFile: string }): StopFile {
  const path = stopFilePath(runFile);
  return {
    read: () => read(path),
    write: (stop) => {
      const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileSync(temporary, `${JSON.stringify({ at: new Date(stop.atMs).toISOString(), by: stop.by })}\n`, {
          mode: 0o600,
          flag: 'wx',
        });
        renameSync(temporary, path);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw unusable(path, error);
      }
    },
    clear: () => {
      try {
        rmSync(path, { force: true });
      } catch (error) {
        throw unusable(path, error);
      }
    },
  };
}

/** A run file of another name has a stop file of its own: two instances may share a folder. */
function stopFilePath(runFile: string): string {
  const name = runFile.slice(dirname(runFile).length).replace(/^[\\/]/, '');
  return join(dirname(runFile), name === 'running.json' ? 'stopped.json' : `${name}.stopped.json`);
}

function read(path: string): DeliberateStop | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : UNREADABLE;
  }
  try {
    const { at, by } = JSON.parse(readFileSync(fd, 'utf8')) as { readonly at?: unknown; readonly by?: unknown };
    const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    return Number.isNaN(atMs) || typeof by !== 'string' ? UNREADABLE : { atMs, by: by.slice(0, 200) };
  } catch {
    return UNREADABLE;
  } finally {
    closeSync(fd);
  }
}

function unusable(path: string, error: unknown): AppError {
  return new AppError(
    {
      code: 'DATA_DIR_UNUSABLE',
      message: `The memory of a deliberate stop, ${path}, cannot be changed: ${(error as Error).message}.`,
      hint: `Make ${dirname(path)} writable (\`ls -ld ${dirname(path)}\`), then try again.`,
    },
    { cause: error },
  );
}
