/** Who a connection is: its handshake parsed and, of a browser, its two proofs, the cookie and the secret, looked at together. */
import type { IncomingMessage } from 'node:http';
import { handshakeSchema } from '../../contract/socket.ts';
import { PROTOCOL_VERSION } from '../../contract/version.ts';
import type { Visit } from '../../core/access/visit.ts';
import { AppError } from '../../core/errors.ts';
import type { DeviceService } from '../../ports/app-services.ts';
import { rawHeaderValues } from '../http/principal.ts';
import type { Upgrade } from '../http/upgrade.ts';
import type { TabData } from './tab-socket.ts';

export type Entrance = {
  readonly req: IncomingMessage;
  /** What the tab sent along; anything. */
  readonly auth: unknown;
  readonly visit: Visit;
  readonly by: Upgrade['by'];
  readonly devices: Pick<DeviceService, 'authenticate'>;
};

/** Throws `BAD_INPUT` or `UNAUTHENTICATED`. */
export function readHandshake({ req, auth, visit, by, devices }: Entrance): TabData {
  const parsed = handshakeSchema.safeParse(auth);
  if (!parsed.success) throw badHandshake('its handshake is not understood');
  const { secret, protocol, role, tab } = parsed.data;
  if (protocol !== PROTOCOL_VERSION) throw badHandshake(`it speaks version ${protocol} and the daemon ${PROTOCOL_VERSION}`);
  if (by === 'command-line') return { device: null, name: 'A terminal', role, key: `command-line:${tab}`, visit };
  if (secret === undefined) throw badHandshake('it shows no secret');
  const { id, name } = devices.authenticate({ cookies: rawHeaderValues(req, 'cookie'), secret });
  return { device: id, name, role, key: `${id}:${tab}`, visit };
}

function badHandshake(why: string): AppError {
  return new AppError({ code: 'BAD_INPUT', message: `This page cannot be connected: ${why}.`, hint: 'Reload the page.' });
}
