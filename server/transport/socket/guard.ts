/**
 * Keeps what a connection may send within bounds (S9): messages that we know, at a rate that a person and a terminal can reach.
 * Sizes are bounded below (engine.io), contents by whoever parses them.
 */
import type { TabToServer } from '../../contract/socket.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { createBucket } from './bucket.ts';
import { endForGood, type TabSocket } from './tab-socket.ts';

const KNOWN: Readonly<Record<keyof TabToServer, true>> = {
  goodbye: true,
  'feed.subscribe': true,
  'terminal.attach': true,
  'terminal.input': true,
  'terminal.resize': true,
  'terminal.ack': true,
  'terminal.keyboard': true,
  'terminal.detach': true,
  'terminal.history': true,
};

/** Acks of a flood and a mouse that is dragged come to a few hundred a second. */
const MESSAGES = { capacity: 4_000, perSecond: 1_000 };
/** A page that is newer than the daemon may say a few things that it does not know. */
const UNKNOWN_ALLOWED = 50;

export function guard(socket: TabSocket, { clock, log }: { readonly clock: Clock; readonly log: Log }): void {
  const messages = createBucket(clock, MESSAGES);
  let unknown = 0;
  const end = (why: string): void => {
    log.warn({ device: socket.data.device, why }, 'A tab was sent away');
    endForGood(socket);
  };

  socket.use(([event], next) => {
    if (!messages.take()) return end('it sent more messages than a tab ever does');
    if (typeof event === 'string' && Object.hasOwn(KNOWN, event)) return next();
    unknown += 1;
    if (unknown > UNKNOWN_ALLOWED) end('it sent too much that is not understood');
  });
}
