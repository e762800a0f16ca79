/**
 * Whose request it is. The credentials are a bearer token, or a paired browser's cookie together with its secret: never a cookie
 * alone, never the URL, never the address it came from.
 */
import type { IncomingMessage } from 'node:http';
import { DEVICE_SECRET_HEADER } from '../../contract/device.ts';
import { type AppError, toAppError } from '../../core/errors.ts';
import type { DeviceProof, SessionPrincipal } from '../../ports/app-services.ts';
import type { Device } from '../../ports/store.ts';
import { unauthenticated } from './respond.ts';

export type Principal =
  /** `device`: the paired browser it is; `null` for the command line. */
  | { readonly kind: 'owner'; readonly device: string | null }
  | ({ readonly kind: 'session' } & SessionPrincipal)
  | { readonly kind: 'nobody'; readonly refusal: AppError };

export type PrincipalDeps = {
  /** Whether this is the owner's credential, compared in constant time. */
  readonly isOwnerCredential: (presented: string) => boolean;
  readonly authenticateSession: (token: string) => SessionPrincipal | null;
  /** Throws `UNAUTHENTICATED`. */
  readonly authenticateDevice: (proof: DeviceProof) => Device;
};

const BEARER = /^Bearer ([A-Za-z0-9_-]{20,200})$/i;
const SECRET = /^[A-Za-z0-9_-]{20,200}$/;

export function identify(req: IncomingMessage, deps: PrincipalDeps): Principal {
  const given = rawHeaderValues(req, 'authorization');
  if (given.length === 0) return identifyDevice(req, deps);
  const token = given.length === 1 ? BEARER.exec(given[0] ?? '')?.[1] : undefined;
  if (token === undefined) return nobody('The credential is not one bearer token');
  if (deps.isOwnerCredential(token)) return { kind: 'owner', device: null };
  const session = deps.authenticateSession(token);
  return session === null ? nobody('The credential is not known here') : { kind: 'session', ...session };
}

function identifyDevice(req: IncomingMessage, { authenticateDevice }: PrincipalDeps): Principal {
  const secrets = rawHeaderValues(req, DEVICE_SECRET_HEADER);
  const [secret] = secrets;
  if (secret === undefined) return nobody('There is no credential');
  if (secrets.length > 1 || !SECRET.test(secret)) return nobody('The secret of this browser is not one secret');
  try {
    return { kind: 'owner', device: authenticateDevice({ cookies: rawHeaderValues(req, 'cookie'), secret }).id };
  } catch (caught) {
    const error = toAppError(caught);
    if (error.code !== 'UNAUTHENTICATED') throw caught;
    return { kind: 'nobody', refusal: error };
  }
}

function nobody(why: string): Principal {
  return { kind: 'nobody', refusal: unauthenticated(why) };
}

/** Every value of a header as it was sent: Node's own map keeps only the first of a doubled one. */
export function rawHeaderValues(req: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < req.rawHeaders.length; index += 2) {
    if (req.rawHeaders[index]?.toLowerCase() === name) values.push(req.rawHeaders[index + 1] ?? '');
  }
  return values;
}
