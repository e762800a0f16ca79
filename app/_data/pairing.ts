/** Exchanges the one-time code of a pairing link for this browser's secret. The cookie comes with the answer, out of our sight. */
import type { PairResult } from '../../server/contract/device.ts';
import { describeDevice, keepDeviceSecret } from './device.ts';
import { readRefusal, type StartRefusal } from './gateway.ts';

export type PairingOutcome =
  | { readonly kind: 'paired' }
  /** The link itself is no good any more: another is needed. */
  | { readonly kind: 'spent'; readonly refusal: StartRefusal }
  /** The link may still be good: try again. */
  | { readonly kind: 'failed'; readonly refusal: StartRefusal };

const PAIR_LIMIT_MS = 45_000;
/** As the contract has it. */
const CODE_LENGTH = { min: 20, max: 100 } as const;

export async function pair(code: string): Promise<PairingOutcome> {
  if (code.length < CODE_LENGTH.min || code.length > CODE_LENGTH.max) {
    return { kind: 'spent', refusal: { message: 'This pairing link is not whole.', hint: null, code: null } };
  }
  let response: Response;
  try {
    response = await fetch('/pair', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, name: describeDevice(navigator.userAgent) }),
      signal: AbortSignal.timeout(PAIR_LIMIT_MS),
    });
  } catch {
    return {
      kind: 'failed',
      refusal: { message: 'The dashboard’s server did not answer.', hint: 'Is `ao up` still running in its terminal?', code: null },
    };
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok)
    return { kind: response.status >= 500 || response.status === 429 ? 'failed' : 'spent', refusal: readRefusal(body, response.status) };
  try {
    keepDeviceSecret((body as PairResult).secret);
  } catch {
    const message = 'This browser keeps nothing for this address, so it cannot stay paired.';
    return {
      kind: 'spent',
      refusal: { message, hint: 'Allow site data for it, or leave private browsing, and open a new link.', code: null },
    };
  }
  return { kind: 'paired' };
}
