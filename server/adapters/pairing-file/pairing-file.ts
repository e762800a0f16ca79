/**
 * Pairing codes on disk, one 0600 file each in `<dataDir>/pairing`, named by the code's sha-256 and holding when it expires. Using
 * one up is its `unlink`, which the kernel grants once: no lock, and nothing half done after a kill.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { PairingFile } from '../../ports/pairing-file.ts';

export type PairingFileDeps = {
  readonly dataDir: string;
  /** Wall clock: codes are made and used by different processes. */
  readonly nowMs: () => number;
  /** How long a code lives. */
  readonly ttlMs?: number;
};

const DEFAULT_TTL_MS = 10 * 60_000;
const CODE_BYTES = 20;
const NAME = /^[0-9a-f]{64}$/;

export function createPairingFile({ dataDir, nowMs, ttlMs = DEFAULT_TTL_MS }: PairingFileDeps): PairingFile {
  const directory = join(dataDir, 'pairing');
  const pathOf = (code: string): string => join(directory, createHash('sha256').update(code).digest('hex'));
  const isLive = (path: string): boolean => {
    const expiresAtMs = readExpiry(path);
    // A clock that was set back must not give an old code a second life.
    return expiresAtMs !== null && expiresAtMs > nowMs() && expiresAtMs <= nowMs() + ttlMs;
  };
  return {
    create: () => {
      const code = randomBytes(CODE_BYTES).toString('base64url');
      const expiresAtMs = nowMs() + ttlMs;
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        if (process.platform !== 'win32') chmodSync(directory, 0o700);
        for (const name of readdirSync(directory).filter((entry) => NAME.test(entry))) {
          if (!isLive(join(directory, name))) rmSync(join(directory, name), { force: true });
        }
        // Nobody knows the code before this returns, so nobody reads half a file.
        writeFileSync(pathOf(code), `${expiresAtMs}\n`, { mode: 0o600, flag: 'wx' });
      } catch (error) {
        throw new AppError(
          {
            code: 'DATA_DIR_UNUSABLE',
            message: `A pairing code cannot be kept in ${directory}: ${(error as Error).message}.`,
            hint: `Make ${dataDir} writable (\`ls -ld ${dataDir}\`), or set AO_DATA_DIR to a directory that is, then \`ao pair\`.`,
          },
          { cause: error },
        );
      }
      return { code, expiresAtMs };
    },
    isValid: (code) => isLive(pathOf(code)),
    consume: (code) => {
      const path = pathOf(code);
      if (!isLive(path)) return false;
      try {
        unlinkSync(path);
        return true;
      } catch {
        return false;
      }
    },
  };
}

function readExpiry(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}
