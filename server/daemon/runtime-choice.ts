/** Which runtime new sessions get, and which one a handle is of. Pure; a session keeps the runtime that it was made with. */
import type { RuntimeHandle } from '../core/ids.ts';
import type { RuntimeKind } from '../core/session/session.ts';

/** `asked`: `AO_RUNTIME`. `tmux`: whether there is a program of that name; whether it is new enough is said when it is used. */
export function chooseRuntime(
  asked: RuntimeKind | null,
  found: { readonly platform: NodeJS.Platform; readonly tmux: 'found' | 'missing' },
): RuntimeKind {
  if (asked !== null) return asked;
  return found.platform === 'win32' || found.tmux === 'missing' ? 'ptyhost' : 'tmux';
}

/** A handle of tmux begins with the path of its socket. */
export function kindOfHandle(handle: RuntimeHandle): RuntimeKind {
  return handle.startsWith('ptyhost:') ? 'ptyhost' : 'tmux';
}
