/** Randomness and hashing from the operating system's generator. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { LaunchId, MessageId } from '../../core/ids.ts';
import type { Secrets } from '../../ports/secrets.ts';

const TOKEN_BYTES = 32;

export function createSecrets(): Secrets {
  return {
    newLaunchId: () => randomUUID() as LaunchId,
    newMessageId: () => randomUUID() as MessageId,
    newToken: () => randomBytes(TOKEN_BYTES).toString('base64url'),
    hash: (token) => createHash('sha256').update(token, 'utf8').digest('hex'),
  };
}
