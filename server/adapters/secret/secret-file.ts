/**
 * A secret of 256 random bits as a 0600 file: made once, whole or not at all, and read only where nobody else can have put it.
 * What a damaged one means, and what is said of it, is its owner's to decide.
 */
import { randomBytes } from 'node:crypto';
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
import { dirname } from 'node:path';

const SHAPE = /^[A-Za-z0-9_-]{43}$/;

export const isSecret = (text: string): boolean => SHAPE.test(text);

export type SecretFile = {
  /** What stands in it, be it a secret or not. */
  readonly text: string;
  /** The mode that let others read it, before it was made 0600 again; `null` where it was private. */
  readonly openMode: number | null;
};

/** `null`: there is none. Throws where it is no regular file of ours. */
export function readSecretFile(path: string): SecretFile | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw code === 'ELOOP' ? new Error('it is a symbolic link') : error;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    const uid = process.getuid?.();
    if (uid !== undefined && stat.uid !== uid) throw new Error('it belongs to another user');
    const isOpen = process.platform !== 'win32' && (stat.mode & 0o077) !== 0;
    if (isOpen) chmodSync(path, 0o600);
    return { text: readFileSync(fd, 'utf8').trim(), openMode: isOpen ? stat.mode & 0o777 : null };
  } finally {
    closeSync(fd);
  }
}

/** Appears whole or not at all. `null`: another process made one in the same instant, and `keep_first` leaves it that. */
export function createSecretFile(path: string, ifThere: 'keep_first' | 'replace'): string | null {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('base64url');
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(fd, `${secret}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (ifThere === 'replace') renameSync(temporary, path);
    else linkSync(temporary, path);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return null;
  } finally {
    rmSync(temporary, { force: true });
  }
}
