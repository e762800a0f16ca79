/** What has scrolled off a session's screen. It is the runtime's to keep: read when somebody asks, and no copy is kept here. */
import type { RuntimeTerminal } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import type { TerminalHistories } from '../../ports/terminal.ts';
import { resolveSession } from '../sessions/find.ts';
import { assertViewable } from './hub.ts';

export function createTerminalHistories(deps: {
  readonly store: Store;
  readonly runtime: Pick<RuntimeTerminal, 'history'>;
}): TerminalHistories {
  return {
    async read(ref, range) {
      const session = resolveSession(deps.store, ref);
      assertViewable(session);
      return await deps.runtime.history(session.runtimeHandle, range);
    },
  };
}
