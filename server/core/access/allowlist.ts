/**
 * Names of hosts and origins as they are compared: the only place that decides when two spellings are the same. Pure;
 * anything that would not name exactly one place is refused with `null`.
 */

const LABELS = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** A name that ends in a number is an IPv4 address to a browser, or nothing at all; these are the addresses' one plain spelling. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;
const BRACKETED = /^\[[0-9a-f:.]{2,45}\]$/;

export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** The names under which this machine reaches itself, and nobody else reaches it without a tunnel. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOSTS.includes(host);
}

export type HostPort = { readonly host: string; readonly port: number | null };

/**
 * A `Host` header or the authority of an origin. Case does not matter (RFC 9110); a trailing dot, user info, whitespace, or
 * a port that is no port is nobody's honest spelling.
 */
export function parseHostPort(text: string): HostPort | null {
  const match = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(text.toLowerCase());
  const host = match?.[1];
  if (host === undefined || !(isName(host) || BRACKETED.test(host))) return null;
  const port = match?.[2] === undefined ? null : Number(match[2]);
  return port === null || (port >= 1 && port <= 65_535) ? { host, port } : null;
}

function isName(host: string): boolean {
  return LABELS.test(host) && (!ENDS_IN_NUMBER.test(host) || IPV4.test(host));
}

/** An entry of `AO_ALLOWED_HOSTS`: `host` (any port) or `host:port`. */
export function normalizeAllowedHost(entry: string): string | null {
  const parsed = parseHostPort(entry);
  if (parsed === null || parsed.host === 'null') return null;
  return parsed.port === null ? parsed.host : `${parsed.host}:${parsed.port}`;
}

/** An entry of `AO_ALLOWED_ORIGINS`, in the way a browser writes an origin: lower case, no default port, no path. */
export function normalizeAllowedOrigin(entry: string): string | null {
  const match = /^(https?):\/\/([^/]+)\/?$/.exec(entry.toLowerCase());
  const parsed = match?.[2] === undefined ? null : parseHostPort(match[2]);
  if (match === null || parsed === null || parsed.host === 'null') return null;
  const scheme = match[1] as 'http' | 'https';
  const isDefault = parsed.port === null || parsed.port === { http: 80, https: 443 }[scheme];
  return isDefault ? `${scheme}://${parsed.host}` : `${scheme}://${parsed.host}:${parsed.port}`;
}
