/**
 * From where a request came, as far as it can be proven: by the gateway's signed word, or, for one that came to the daemon's own
 * port, by its Host, which `access.ts` has judged before. The address it came from is always this machine and says nothing.
 */
import { isLocalClaim, readGatewayHeader } from './gateway-claim.ts';

export type Visit = {
  /** As the browser wrote it. */
  readonly host: string;
  /** Of the page: whether a cookie may be `Secure`. */
  readonly scheme: 'http' | 'https';
  /** `tunnel`: the browser sits somewhere else, and its line may break without its leaving. */
  readonly from: 'here' | 'tunnel';
};

export type VisitRequest = {
  /** Every value of the gateway's header, in order. */
  readonly gatewayHeaders: readonly string[];
  readonly host: string;
  readonly origins: readonly string[];
};

/** `forged`: there is a word of a gateway, and it is not ours or not of now. */
export function readVisit(
  { gatewayHeaders, host, origins }: VisitRequest,
  key: { readonly verify: (payload: string, signature: string) => boolean; readonly nowMs: number },
): Visit | 'forged' {
  if (gatewayHeaders.length === 0) {
    const scheme = origins.length === 1 && origins[0]?.startsWith('https://') === true ? 'https' : 'http';
    return { host, scheme, from: isLocalClaim({ host }) ? 'here' : 'tunnel' };
  }
  const claim = readGatewayHeader(gatewayHeaders, key);
  if (claim === null) return 'forged';
  return { host: claim.host, scheme: claim.scheme, from: isLocalClaim(claim) ? 'here' : 'tunnel' };
}
