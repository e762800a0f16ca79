/**
 * Who may speak to the daemon at all, before any credential is looked at (SPEC §8). Host: against a page of another site
 * whose name was rebound to loopback. Origin: against a page in the user's own browser. A loopback address proves nothing
 * behind a tunnel, and forwarded headers are whatever the sender wrote: neither is an input.
 */
import { isLoopbackHost, LOOPBACK_HOSTS, parseHostPort } from './allowlist.ts';

export type AccessPolicy = {
  /** The daemon's own port: a loopback `Host` must name it. */
  readonly port: number;
  /** The gateway's port: pages served there may call. */
  readonly uiPort: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
};

export type AccessRequest = {
  /** The request target as it stands in the request line. */
  readonly target: string;
  /** Every `Host` header of the request, in order. */
  readonly hosts: readonly string[];
  /** Every `Origin` header of the request, in order. */
  readonly origins: readonly string[];
};

export type AccessDecision =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly by: 'host' | 'origin'; readonly why: string };

export function decideAccess(request: AccessRequest, policy: AccessPolicy): AccessDecision {
  const host = whyHostRefused(request, policy);
  if (host !== null) return { kind: 'refused', by: 'host', why: host };
  const origin = whyOriginRefused(request.origins, policy);
  return origin === null ? { kind: 'allowed' } : { kind: 'refused', by: 'origin', why: origin };
}

function whyHostRefused({ target, hosts }: AccessRequest, policy: AccessPolicy): string | null {
  // An absolute-form target carries a host of its own, which a careless reader would prefer to the header.
  if (!target.startsWith('/') || target.startsWith('//')) return 'the request target is not a path';
  const [header] = hosts;
  if (header === undefined) return 'there is no Host header';
  if (hosts.length > 1) return 'there is more than one Host header';
  const parsed = parseHostPort(header);
  if (parsed === null) return 'the Host header is not a host';
  if (policy.allowedHosts.includes(parsed.host)) return null;
  if (parsed.port !== null && policy.allowedHosts.includes(`${parsed.host}:${parsed.port}`)) return null;
  if (!isLoopbackHost(parsed.host)) return 'this host is not allowed';
  return (parsed.port ?? 80) === policy.port ? null : 'the Host header names another port';
}

function whyOriginRefused(origins: readonly string[], policy: AccessPolicy): string | null {
  const [origin] = origins;
  // Programs send none. A browser that leaves it out (a same-origin GET) still has no credential to send along by itself.
  if (origin === undefined) return null;
  if (origins.length > 1) return 'there is more than one Origin header';
  // Compared as browsers write it, byte for byte: any other spelling did not come from one.
  const own = [policy.port, policy.uiPort].flatMap((port) =>
    LOOPBACK_HOSTS.map((host) => (port === 80 ? `http://${host}` : `http://${host}:${port}`)),
  );
  return own.includes(origin) || policy.allowedOrigins.includes(origin) ? null : 'this origin is not allowed';
}
