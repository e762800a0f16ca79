/** The latest look at each session's runtime. Memory only: what is stored are facts, what is seen is seen anew by each daemon. */
import type { SessionId } from '../core/ids.ts';
import type { RuntimeLook } from '../core/session/status.ts';

export interface Looks {
  get(id: SessionId): RuntimeLook;
  set(id: SessionId, look: RuntimeLook): void;
  forget(id: SessionId): void;
}

const REACHABLE: RuntimeLook = { state: 'reachable' };

export function createLooks(): Looks {
  const looks = new Map<SessionId, RuntimeLook>();
  return {
    get: (id) => looks.get(id) ?? REACHABLE,
    set: (id, look) => {
      looks.set(id, look);
    },
    forget: (id) => {
      looks.delete(id);
    },
  };
}
