/** Whose request it is. The only credential is a bearer token: never a cookie, never the URL, never the address it came from. */
import type { IncomingMessage } from 'node:http';
import type { SessionPrincipal } from '../../ports/app-services.ts';

export type Principal =
  | { readonly kind: 'owner' }
  | ({ readonly kind: 'session' } & SessionPrincipal)
  | { readonly kind: 'nobody'; readonly why: string };

export type PrincipalDeps = {
  /** Whether this is the owner's credential, compared in constant time. */
  readonly isOwnerCredential: (presented: string) => boolean;
  readonly authenticateSession: (token: string) => SessionPrincipal | null;
};

const BEARER = /^Bearer ([A-Za-z0-9_-]{20,200})$/i;

export function identify(req: IncomingMessage, deps: PrincipalDeps): Principal {
  const given = rawHeaderValues(req, 'authorization');
  if (given.length === 0) return { kind: 'nobody', why: 'There is no credential' };
  const token = given.length === 1 ? BEARER.exec(given[0] ?? '')?.[1] : undefined;
  if (token === undefined) return { kind: 'nobody', why: 'The credential is not one bearer token' };
  if (deps.isOwnerCredential(token)) return { kind: 'owner' };
  const session = deps.authenticateSession(token);
  return session === null ? { kind: 'nobody', why: 'The credential is not known here' } : { kind: 'session', ...session };
}

/** Every value of a header as it was sent: Node's own map keeps only the first of a doubled one. */
export function rawHeaderValues(req: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < req.rawHeaders.length; index += 2) {
    if (req.rawHeaders[index]?.toLowerCase() === name) values.push(req.rawHeaders[index + 1] ?? '');
  }
  return values;
}
