/** Randomness and hashing, behind a port so that services stay free of `node:`. */
import type { LaunchId, MessageId } from '../core/ids.ts';

export interface Secrets {
  newLaunchId(): LaunchId;
  newMessageId(): MessageId;
  /** 256 bits, base64url. */
  newToken(): string;
  /** sha-256, hex. */
  hash(token: string): string;
}
