/**
 * The owner's credential: 256 random bits in a 0600 file of the data directory. Whoever can read the file is the owner. It
 * is made once and stays over restarts; it is never put into an environment, a command line or a log.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';

const SHAPE = /^[A-Za-z0-9_-]{43}$/;

export interface OwnerCredential {
  readonly path: string;
  /** Takes as long for a wrong one as for the right one. */
  matches(presented: string): boolean;
}

export type CredentialDeps = { readonly dataDir: string; readonly log: Log };

/** Reads the credential, or makes it. Throws `DATA_DIR_UNUSABLE`. */
export function openOwnerCredential({ dataDir, log }: CredentialDeps): OwnerCredential {
  const path = join(dataDir, 'credential');
  try {
    const digest = hash(loadOrCreate(path, log));
    return { path, matches: (presented) => timingSafeEqual(hash(presented), digest) };
  } catch (error) {
    throw new AppError(
      {
        code: 'DATA_DIR_UNUSABLE',
        message: `The credential ${path} cannot be used: ${(error as Error).message}.`,
        hint: `Remove whatever is at ${path} (a new one is made at the next start), then \`ao start\`.`,
      },
      { cause: error },
    );
  }
}

function loadOrCreate(path: string, log: Log): string {
  const existing = read(path, log);
  if (existing !== null && SHAPE.test(existing)) return existing;
  if (existing !== null) log.warn({ path }, 'The credential file was damaged; it is replaced');
  return create(path, existing === null ? 'keep_first' : 'replace', log);
}

function read(path: string, log: Log): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    throw code === 'ELOOP' ? new Error('it is a symbolic link') : error;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    const uid = process.getuid?.();
    if (uid !== undefined && stat.uid !== uid) throw new Error('it belongs to another user');
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
      chmodSync(path, 0o600);
      log.warn({ path, mode: (stat.mode & 0o777).toString(8) }, 'The credential file was readable by others; its mode is 0600 again');
    }
    return readFileSync(fd, 'utf8').trim();
  } finally {
    closeSync(fd);
  }
}

/** Appears whole or not at all; of two that make it in the same instant both use the first. */
function create(path: string, ifThere: 'keep_first' | 'replace', log: Log): string {
  const credential = randomBytes(32).toString('base64url');
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(fd, `${credential}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (ifThere === 'replace') renameSync(temporary, path);
    else linkSync(temporary, path);
    return credential;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const first = read(path, log);
    if (first === null || !SHAPE.test(first)) throw new Error('it changed while it was read');
    return first;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
