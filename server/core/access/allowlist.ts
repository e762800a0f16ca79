/**
 * Names of hosts and origins as they are compared: the only place that decides when two spellings are the same. Pure;
 * anything that would not name exactly one place is refused with `null`.
 */

const LABELS = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const BRACKETED = /^\[[0-9a-f:.]{2,45}\]$/;

export type HostPort = { readonly host: string; readonly port: number | null };

/**
 * A `Host` header or the authority of an origin. Case does not matter (RFC 9110); a trailing dot, user info, whitespace, or
 * a port that is no port is nobody's honest spelling.
 */
export function parseHostPort(text: string): HostPort | null {
  const match = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(text.toLowerCase());
  const host = match?.[1];
  if (host === undefined || !(LABELS.test(host) || BRACKETED.test(host))) return null;
  const port = match?.[2] === undefined ? null : Number(match[2]);
  return port === null || (port >= 1 && port <= 65_535) ? { host, port } : null;
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
