/**
 * The signing key on disk: 256 random bits in a 0600 file of the data directory, made once by whoever comes first and kept. It
 * never leaves this file: callers get signatures.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
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
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { GatewayKey } from '../../ports/gateway-key.ts';

const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** Reads the key, or makes it. Throws `DATA_DIR_UNUSABLE`. */
export function openGatewayKey({ dataDir }: { readonly dataDir: string }): GatewayKey {
  const path = join(dataDir, 'gateway-key');
  const key = Buffer.from(loadOrCreate(dataDir, path), 'base64url');
  const digest = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    sign: (payload) => digest(payload).toString('base64url'),
    verify: (payload, signature) => {
      const presented = Buffer.from(signature, 'base64url');
      const expected = digest(payload);
      // The text is compared too: base64url of 32 bytes has spare bits, and one signature shall have one spelling.
      return presented.length === expected.length && timingSafeEqual(presented, expected) && presented.toString('base64url') === signature;
    },
  };
}

function loadOrCreate(dataDir: string, path: string): string {
  try {
    const key = read(path) ?? create(dataDir, path);
    // Not replaced: another process may hold the old one, and every paired browser does.
    if (!SHAPE.test(key)) throw new Error('it is damaged');
    return key;
  } catch (error) {
    throw new AppError(
      {
        code: 'DATA_DIR_UNUSABLE',
        message: `The signing key ${path} cannot be used: ${(error as Error).message}.`,
        hint: `Stop everything (\`ao stop\`, and Ctrl-C in \`ao up\`) and remove ${path}; a new one is made, and every browser has to be paired again: \`ao up\`.`,
      },
      { cause: error },
    );
  }
}

function read(path: string): string | null {
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
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) chmodSync(path, 0o600);
    return readFileSync(fd, 'utf8').trim();
  } finally {
    closeSync(fd);
  }
}

/** Appears whole or not at all; of two that make it in the same instant both use the first. */
function create(dataDir: string, path: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const key = randomBytes(32).toString('base64url');
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(fd, `${key}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    linkSync(temporary, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return read(path) ?? '';
  } finally {
    rmSync(temporary, { force: true });
  }
}
