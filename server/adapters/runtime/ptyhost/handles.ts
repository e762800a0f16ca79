/** Handles of pty hosts: `ptyhost:<name>`, the name of its entry in the registry of the data directory. Pure. */
import type { RuntimeHandle, SessionId } from '../../../core/ids.ts';

const PREFIX = 'ptyhost:';
/** Names as we make them; whatever else stands in a handle is refused before it gets near a path. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,79}$/;

/** `_` cannot occur in a session id, so no attempt of one session can be the first choice of another. */
export function toHandle(sessionId: SessionId, attempt: number): RuntimeHandle {
  return toHandleOf(attempt === 0 ? sessionId : `${sessionId}_${attempt}`);
}

export function toHandleOf(name: string): RuntimeHandle {
  return `${PREFIX}${name}` as RuntimeHandle;
}

/** The name, or `null` where the handle is another runtime's or none. */
export function parseHandle(handle: RuntimeHandle): string | null {
  return handle.startsWith(PREFIX) && isHostName(handle.slice(PREFIX.length)) ? handle.slice(PREFIX.length) : null;
}

export function isHostName(text: string): boolean {
  return NAME.test(text);
}
