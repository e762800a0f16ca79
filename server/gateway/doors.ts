/**
 * Who gets past the gateway, decided before a daemon is started or asked: Host, Origin, then the credential as far as it can be
 * told without the database. Whether the device was revoked, and whether the secret is its own, is the daemon's to say.
 */
import type { IncomingMessage } from 'node:http';
import { DEVICE_COOKIE, DEVICE_SECRET_HEADER } from '../contract/device.ts';
import { type AccessPolicy, decideAccess } from '../core/access/access.ts';
import { devicePayload, readDeviceClaims } from '../core/access/device-cookie.ts';
import { AppError } from '../core/errors.ts';
import type { GatewayKey } from '../ports/gateway-key.ts';
import { rawHeaderValues } from '../transport/http/principal.ts';
import type { Refusal } from './refusals.ts';

export type DoorDeps = {
  readonly policy: () => AccessPolicy;
  readonly key: Pick<GatewayKey, 'verify'>;
};

const SECRET = /^[A-Za-z0-9_-]{20,200}$/;

/** `pages`: whoever asks under one of our names gets the shell, which holds nothing; a link on another site may lead there. */
export function checkNames(req: IncomingMessage, { policy }: DoorDeps, scope: 'api' | 'pages'): Refusal | null {
  const hosts = rawHeaderValues(req, 'host');
  const origins = scope === 'api' ? rawHeaderValues(req, 'origin') : [];
  const decision = decideAccess({ target: req.url ?? '', hosts, origins }, policy());
  if (decision.kind === 'allowed') return null;
  const [status, code, variable] =
    decision.by === 'host'
      ? ([421, 'HOST_REFUSED', 'AO_ALLOWED_HOSTS'] as const)
      : ([403, 'ORIGIN_REFUSED', 'AO_ALLOWED_ORIGINS'] as const);
  return {
    status,
    error: new AppError({
      code,
      message: `The request is refused: ${decision.why}.`,
      hint: `If it is yours, add it to ${variable} and start again: \`ao up\`.`,
    }),
  };
}

/** A socket brings its secret later, in its handshake, where only the daemon reads it. */
export function checkDevice(req: IncomingMessage, { key }: DoorDeps, secret: 'in_header' | 'in_handshake'): Refusal | null {
  const claims = readDeviceClaims(rawHeaderValues(req, 'cookie'), DEVICE_COOKIE);
  if (!claims.some(({ deviceId, signature }) => key.verify(devicePayload(deviceId), signature))) {
    return unpaired(claims.length === 0 ? 'This browser is not paired.' : 'The cookie of this browser was not made here.');
  }
  if (secret === 'in_handshake') return null;
  const given = rawHeaderValues(req, DEVICE_SECRET_HEADER);
  return given.length === 1 && SECRET.test(given[0] ?? '') ? null : unpaired('The secret of this browser is missing.');
}

export function refusedCode(): Refusal {
  return {
    status: 401,
    error: new AppError({
      code: 'PAIRING_CODE_REFUSED',
      message: 'This pairing link was used already, has expired, or was never made here.',
      hint: 'Make a new one: `ao pair`.',
    }),
  };
}

function unpaired(message: string): Refusal {
  return { status: 401, error: new AppError({ code: 'UNAUTHENTICATED', message, hint: 'Open the link that `ao pair` prints.' }) };
}
