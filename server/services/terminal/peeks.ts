/**
 * Peeks at screens for whoever shows many of them. However many ask, there is one look at a time, and a screen that was looked at a
 * moment ago is not looked at again. Remembers what it saw for a moment only, and nothing of who asked.
 */
import type { LaunchId, SessionId, SessionRef } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import { toPeek, versionOf } from '../../core/terminal/peek.ts';
import type { PeekService, SessionPeek } from '../../ports/app-services.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RuntimeTerminal } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import { resolveSession } from '../sessions/find.ts';

export type PeeksDeps = {
  readonly store: Store;
  readonly runtime: Pick<RuntimeTerminal, 'screens'>;
  readonly clock: Clock;
};

/** Shorter than a page's pace: of two pages that ask in turn each still sees what is new. */
export const FRESH_MS = 1_000;

type Live = Pick<Session, 'id' | 'launchId' | 'runtimeHandle'>;
/** `peek` `null`: it could not be seen. */
type Seen = { readonly atMs: number; readonly launchId: LaunchId; readonly peek: SessionPeek | null };

export function createPeeks({ store, runtime, clock }: PeeksDeps): PeekService {
  const seen = new Map<SessionId, Seen>();
  let looking: Promise<void> | null = null;

  const isFresh = ({ atMs }: Seen): boolean => clock.monotonicMs() - atMs < FRESH_MS;

  async function look(sessions: readonly Live[]): Promise<void> {
    const screens = await runtime.screens(sessions.map(({ runtimeHandle }) => runtimeHandle));
    const atMs = clock.monotonicMs();
    for (const [id, each] of seen) if (!isFresh(each)) seen.delete(id);
    for (const { id, launchId, runtimeHandle } of sessions) {
      const screen = screens.get(runtimeHandle);
      const peek = screen === undefined ? null : { id, version: versionOf(screen.text), cols: screen.cols, lines: toPeek(screen.text) };
      seen.set(id, { atMs, launchId, peek });
    }
  }

  function liveSession(ref: SessionRef): readonly Live[] {
    try {
      const session = resolveSession(store, ref);
      return session.phase === 'live' ? [session] : [];
    } catch {
      // Removed while its card was on the screen.
      return [];
    }
  }

  return {
    async look(requests) {
      const wanted = requests.flatMap(({ session, version }) => liveSession(session).map((live) => ({ live, version })));
      for (;;) {
        const stale = wanted.flatMap(({ live }) => {
          const known = seen.get(live.id);
          return known !== undefined && known.launchId === live.launchId && isFresh(known) ? [] : [live];
        });
        if (stale.length === 0) break;
        if (looking !== null) {
          await looking;
          continue;
        }
        looking = look(stale).finally(() => {
          looking = null;
        });
        await looking;
        break;
      }
      return wanted.flatMap(({ live, version }) => {
        const peek = seen.get(live.id)?.peek ?? null;
        return peek === null || peek.version === version ? [] : [peek];
      });
    },
  };
}
