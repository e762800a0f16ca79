/**
 * Where the supervisor socket may be: beside the run file, or, where that path is too long or taken by somebody living, in a
 * private directory under a short hashed name. Node cuts a path of over about 107 bytes without a word (FACTS), so the
 * length is judged here, in bytes.
 */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';

export const SOCKET_PATH_MAX_BYTES = 100;

export type PathContext = { readonly platform: NodeJS.Platform; readonly uid: number };

export type SocketPlace = {
  readonly path: string;
  /** `private`: in a directory under /tmp that must be proven to be ours alone. */
  readonly directory: 'given' | 'private' | 'none';
};

/** In the order in which they are tried. */
export function superviseSocketPlaces(runFile: string, { platform, uid }: PathContext): readonly SocketPlace[] {
  const short = createHash('sha256').update(runFile).digest('hex').slice(0, 24);
  if (platform === 'win32') return [{ path: `\\\\.\\pipe\\ao-supervise-${short}`, directory: 'none' }];
  const beside = join(dirname(runFile), 'supervise.sock');
  const hashed: SocketPlace = { path: `/tmp/ao-${uid}/${short}.sock`, directory: 'private' };
  return Buffer.byteLength(beside) > SOCKET_PATH_MAX_BYTES ? [hashed] : [{ path: beside, directory: 'given' }, hashed];
}
