/** Handles of tmux runtimes: `<socket path>:<session name>`. Pure. */
import type { RuntimeHandle, SessionId } from '../../../core/ids.ts';

/** The hidden session that our command channel is attached to. No session id looks like it. */
export const KEEPER = 'ao-keeper';
/** Of the keeper: the clients that show terminals (see `viewer-record.ts`). */
export const VIEWERS_OPTION = '@ao_viewers';

export type Place = { readonly socket: string; readonly name: string };

/** `_` cannot occur in a session id, so no attempt of one session can be the first choice of another. */
export function toHandle(socket: string, sessionId: SessionId, attempt: number): RuntimeHandle {
  return toHandleOf({ socket, name: attempt === 0 ? sessionId : `${sessionId}_${attempt}` });
}

export function toHandleOf(place: Place): RuntimeHandle {
  return `${place.socket}:${place.name}` as RuntimeHandle;
}

/** Names as we make them; whatever else stands in a handle is refused before it gets near a tmux target. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,79}$/;

export function parseHandle(handle: RuntimeHandle): Place | null {
  const colon = handle.lastIndexOf(':');
  const socket = handle.slice(0, colon);
  const name = handle.slice(colon + 1);
  return colon > 0 && socket.startsWith('/') && NAME.test(name) ? { socket, name } : null;
}

/** Exact targets: a bare name would also match `app-15` for `app-1`. */
export const sessionTarget = (name: string): string => `=${name}`;
export const paneTarget = (name: string): string => `=${name}:`;
