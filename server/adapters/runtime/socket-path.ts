/**
 * Where a session host listens. Inside the data directory if the path is short enough, else under a short name derived from it:
 * over about 107 bytes tmux refuses, and Node would listen or connect on a silently truncated path.
 */
import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/errors.ts';

/** `sun_path` holds 104 bytes on macOS, 108 on Linux, the final NUL included. */
export const MAX_SOCKET_PATH_BYTES = 100;

/** Not `TMPDIR`: it may differ between two starts of the daemon, and the socket must not. */
const SHORT_ROOT = '/tmp';

/** `key`: what the short name is derived from; one socket has one key for good. */
export function chooseSocketPath(wanted: string, { key, uid }: { readonly key: string; readonly uid: number }): string {
  if (Buffer.byteLength(wanted) <= MAX_SOCKET_PATH_BYTES) return wanted;
  return join(SHORT_ROOT, `ao-${uid}`, `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.sock`);
}

/** Makes the socket's directory, and refuses one that somebody else could have put there or can look into. */
export async function prepareSocketDirectory(socket: string, uid: number): Promise<void> {
  const dir = dirname(socket);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const facts = await lstat(dir);
  if (facts.isDirectory() && facts.uid === uid && (facts.mode & 0o077) === 0) return;
  throw new AppError({
    code: 'DATA_DIR_UNUSABLE',
    message: `The directory of the session host’s socket, ${dir}, is not a private directory of this user.`,
    hint: `Look at it with \`ls -ld ${dir}\`, remove it if it is not yours to keep, or \`chmod 700\` it.`,
  });
}
