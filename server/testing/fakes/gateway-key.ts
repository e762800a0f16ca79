/** Signs as the installation's key does, with one that every test knows. */
import { createHmac } from 'node:crypto';
import type { GatewayKey } from '../../ports/gateway-key.ts';

export function createFakeKey(secret = 'the key of the tests'): GatewayKey {
  const sign = (payload: string): string => createHmac('sha256', secret).update(payload).digest('base64url');
  return { sign, verify: (payload, signature) => sign(payload) === signature };
}
