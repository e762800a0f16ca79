/**
 * Recordings as files: `<data>/recordings/<session>/<start in ms>.cast`, 0600 in 0700. Names are made from ids that have been
 * parsed, never from what somebody sent; what else lies there is not ours and is left alone.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, describeUnwritable } from '../../core/errors.ts';
import { parseSessionId } from '../../core/ids.ts';
import type { RecordingFiles, Segment, SegmentId } from '../../ports/recording.ts';

const NAME = /^([0-9]{1,15})\.cast$/;
const PRIVATE = 0o600;
/** Never through a link that somebody laid there. */
const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

export function createRecordingFiles({ directory }: { readonly directory: string }): RecordingFiles {
  const pathOf = ({ sessionId, startedAtMs }: SegmentId): string => join(directory, sessionId, `${startedAtMs}.cast`);

  async function write(path: string, flags: number, text: string): Promise<void> {
    try {
      const file = await open(path, flags | O_NOFOLLOW, PRIVATE);
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    } catch (caught) {
      throw toFailure(caught, directory);
    }
  }

  async function inFolder(name: string): Promise<readonly Segment[]> {
    const sessionId = parseSessionId(name);
    if (sessionId === null) return [];
    const files = await unlessMissing(readdir(join(directory, name)), []);
    const found = files.map(async (file): Promise<readonly Segment[]> => {
      const startedAtMs = Number(NAME.exec(file)?.[1] ?? Number.NaN);
      const id = { sessionId, startedAtMs };
      if (Number.isNaN(startedAtMs) || file !== `${startedAtMs}.cast`) return [];
      const facts = await unlessMissing(stat(pathOf(id)), null);
      return facts?.isFile() === true ? [{ ...id, bytes: facts.size, endedAtMs: Math.max(startedAtMs, Math.round(facts.mtimeMs)) }] : [];
    });
    return (await Promise.all(found)).flat().toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  }

  return {
    async create(id, header) {
      try {
        await mkdir(join(directory, id.sessionId), { recursive: true, mode: 0o700 });
      } catch (caught) {
        throw toFailure(caught, directory);
      }
      await write(pathOf(id), O_WRONLY | O_CREAT | O_EXCL, header);
    },
    append: (id, text) => write(pathOf(id), O_WRONLY | O_APPEND, text),
    async list(sessionId) {
      if (sessionId !== null) return await inFolder(sessionId);
      const all: Segment[] = [];
      // One folder at a time: thousands of files must not take every thread there is.
      for (const name of await unlessMissing(readdir(directory), [])) all.push(...(await inFolder(name)));
      return all.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
    },
    async read(id, { offset, maxBytes }) {
      return await unlessMissing(readAt(pathOf(id), offset, maxBytes), null);
    },
    async remove(id) {
      await unlessMissing(unlink(pathOf(id)), undefined);
      // Refused where something is left in it.
      await rmdir(join(directory, id.sessionId)).catch(() => undefined);
    },
  };
}

async function readAt(path: string, offset: number, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW);
  const buffer = Buffer.alloc(maxBytes);
  try {
    const { bytesRead } = await file.read(buffer, 0, maxBytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function unlessMissing<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (caught) {
    if (codeOf(caught) === 'ENOENT') return otherwise;
    throw caught;
  }
}

function toFailure(caught: unknown, directory: string): AppError {
  const known = describeUnwritable(codeOf(caught), directory);
  const why = caught instanceof Error ? caught.message : String(caught);
  const message = known === null ? `A recording cannot be written: ${why}.` : `${known.message} (${why}).`;
  const hint = known?.hint ?? `Make ${directory} writable; recording is tried again by itself.`;
  return new AppError({ code: 'DATA_DIR_UNUSABLE', message, hint }, { cause: caught });
}

function codeOf(caught: unknown): string | null {
  return caught instanceof Error && 'code' in caught && typeof caught.code === 'string' ? caught.code : null;
}
