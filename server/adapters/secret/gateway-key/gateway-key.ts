/**
 * The signing key on disk: 256 random bits in a 0600 file of the data directory, made once by whoever comes first and kept. It
 * never leaves this file: callers get signatures.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { GatewayKey } from '../../../ports/gateway-key.ts';
import { createSecretFile, isSecret, readSecretFile } from '../secret-file.ts';

/** Reads the key, or makes it. Throws `DATA_DIR_UNUSABLE`. */
export function openGatewayKey({ dataDir }: { readonly dataDir: string }): GatewayKey {
  const path = join(dataDir, 'gateway-key');
  const key = Buffer.from(loadOrCreate(path), 'base64url');
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

function loadOrCreate(path: string): string {
  try {
    const read = (): string | null => readSecretFile(path)?.text ?? null;
    const key = read() ?? createSecretFile(path, 'keep_first') ?? read() ?? '';
    // Not replaced: another process may hold the old one, and every paired browser does.
    if (!isSecret(key)) throw new Error('it is damaged');
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
