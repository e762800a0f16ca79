/**
 * The owner's credential: 256 random bits in a 0600 file of the data directory. Whoever can read the file is the owner. It
 * is made once and stays over restarts; it is never put into an environment, a command line or a log.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { Log } from '../../../ports/log.ts';
import { createSecretFile, isSecret, readSecretFile } from '../secret-file.ts';

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
  if (existing !== null && isSecret(existing)) return existing;
  if (existing !== null) log.warn({ path }, 'The credential file was damaged; it is replaced');
  const made = createSecretFile(path, existing === null ? 'keep_first' : 'replace');
  if (made !== null) return made;
  const first = read(path, log);
  if (first === null || !isSecret(first)) throw new Error('it changed while it was read');
  return first;
}

function read(path: string, log: Log): string | null {
  const file = readSecretFile(path);
  if (file !== null && file.openMode !== null)
    log.warn({ path, mode: file.openMode.toString(8) }, 'The credential file was readable by others; its mode is 0600 again');
  return file?.text ?? null;
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
