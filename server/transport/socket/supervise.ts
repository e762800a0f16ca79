/**
 * A tab, or an `ao attach`, as supervisor (SPEC §2): it joins the desk once it is authenticated, hears whether it counts, and is reported gone as
 * having left or been lost. Counts nothing itself.
 */
import type { Visit } from '../../core/access/visit.ts';
import type { TabEnd } from '../../core/liveness/departure.ts';
import type { Departure } from '../../core/liveness/watchdog.ts';
import type { SupervisorDesk } from '../../ports/supervision.ts';
import { endToReconnect, type TabSocket } from './tab-socket.ts';

export type SuperviseDeps = {
  readonly desk: SupervisorDesk;
  /** `core/liveness`. */
  readonly departureOf: (end: TabEnd) => Departure;
  /** Whether this tab has another connection by now. */
  readonly hasTwin: (key: string) => boolean;
};

export function supervise(socket: TabSocket, { desk, departureOf, hasTwin }: SuperviseDeps): void {
  const { role, key, device, visit } = socket.data;
  if (role === 'viewer') return void socket.emit('supervision', { verdict: 'not_counted' });

  const id = `tab-${socket.id}`;
  let said: 'goodbye' | 'nothing' = 'nothing';
  // A page that came back out of the browser's cache goes on talking, and its goodbye is taken back.
  socket.onAny((event) => {
    said = event === 'goodbye' ? 'goodbye' : 'nothing';
  });
  socket.on('disconnect', (reason) => {
    const closedByPage = reason === 'client namespace disconnect';
    desk.leave(id, departureOf({ from: visit.from, said: closedByPage ? 'goodbye' : said, twin: hasTwin(key) ? 'connected' : 'none' }));
  });
  desk.join({
    id,
    key,
    kind: device === null ? 'terminal' : 'tab',
    detail: device === null ? '`ao attach` in a terminal' : placeOf(visit),
    tell: (verdict) => {
      socket.emit('supervision', { verdict });
      if (verdict === 'restarting') endToReconnect(socket);
    },
  });
}

function placeOf({ host, from }: Visit): string {
  return from === 'here' ? `a browser on this machine (${host})` : `a browser behind ${host}`;
}
