/**
 * The run file on disk. Written whole or not at all (temporary file, fsync, rename), never through a symbolic link, and
 * removed only by the process whose entry is in it. Judges nothing: whether that daemon lives is the caller's question.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { isSameDaemon, type RunFileEntry } from '../../core/liveness/run-file.ts';
import type { RunFile, RunFileReading } from '../../ports/run-file.ts';

/** Ours has a few hundred bytes; anything longer is something else. */
const MAX_BYTES = 64 * 1024;

export type RunFileDeps = {
  readonly path: string;
  /** The wire's own parser (`contract/run-file.ts`). */
  readonly parse: (text: string) => RunFileEntry | null;
};

export function createRunFile({ path, parse }: RunFileDeps): RunFile {
  const read = (): RunFileReading => {
    const found = readWholeFile(path);
    if (found.kind !== 'text') return found;
    const entry = parse(found.text);
    return entry === null ? { kind: 'unusable', why: `${path} is not a whole run file` } : { kind: 'present', entry };
  };
  return {
    path,
    read,
    write: (entry) => writeAtomically(path, `${JSON.stringify(entry, null, 2)}\n`),
    removeIfOurs: (entry) => {
      const found = read();
      if (found.kind === 'missing') return 'missing';
      if (found.kind !== 'present' || !isSameDaemon(found.entry, entry)) return 'not_ours';
      try {
        unlinkSync(path);
        return 'removed';
      } catch {
        return 'failed';
      }
    },
  };
}

function readWholeFile(path: string): { readonly kind: 'text'; readonly text: string } | Exclude<RunFileReading, { kind: 'present' }> {
  let fd: number;
  try {
    // NONBLOCK: a FIFO in its place must not hang the start.
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { kind: 'missing' };
    const why = code === 'ELOOP' ? `${path} is a symbolic link` : `${path} cannot be read (${code})`;
    return { kind: 'unusable', why };
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { kind: 'unusable', why: `${path} is not a regular file` };
    if (stat.size > MAX_BYTES) return { kind: 'unusable', why: `${path} is too long for a run file` };
    return { kind: 'text', text: readFileSync(fd, 'utf8') };
  } catch (error) {
    return { kind: 'unusable', why: `${path} cannot be read (${(error as NodeJS.ErrnoException).code})` };
  } finally {
    closeSync(fd);
  }
}

function writeAtomically(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(temporary, { force: true });
    // wx: nothing that somebody put in its place is ever followed or filled.
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new AppError(
      {
        code: 'DATA_DIR_UNUSABLE',
        message: `The run file ${path} cannot be written: ${(error as Error).message}.`,
        hint: `Make ${dirname(path)} writable (\`ls -ld ${dirname(path)}\`), or set AO_RUN_FILE to a path that is, then \`ao start\`.`,
      },
      { cause: error },
    );
  }
}

/** Makes the rename itself durable; where directories cannot be opened (Windows) the rename has to do. */
function syncDirectory(directory: string): void {
  try {
    const fd = openSync(directory, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // A run file lost to a power cut is a run file of a daemon that is gone too.
  }
}
