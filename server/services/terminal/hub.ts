/**
 * The terminals that are being looked at (SPEC §5): one attachment a session however many look, opened with the first viewer and
 * closed a while after the last. Follows the sessions' facts: an exit ends the viewing with its code, a new launch, a kill or a
 * vanished runtime ends it as gone, and whoever wants to go on attaches again. How often, and how soon, is the viewer's to decide.
 */
import { AppError, toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Store } from '../../ports/store.ts';
import type { TerminalService } from '../../ports/terminal.ts';
import { resolveSession } from '../sessions/find.ts';
import type { FanOutLimits } from './fan-out.ts';
import { openView, type View, type ViewDeps } from './view.ts';

export type HubDeps = Omit<ViewDeps, 'limits'> & {
  readonly store: Store;
  readonly secrets: Pick<Secrets, 'newToken'>;
  readonly limits: Pick<FanOutLimits, 'highWaterBytes' | 'lowWaterBytes'>;
};

export type TerminalHub = TerminalService & {
  /** Tells every viewer that the daemon closes, and ends the attachments; the sessions go on. */
  close(): Promise<void>;
};

/** Coming back to a tab, or reloading it, finds everything in place. */
export const LINGER_MS = 30_000;
/** `sustainedMs`: a display shows sixty pictures a second. */
const PACE = { periodMs: 4, sustainedMs: 16, maxBytes: 65_536, refreshMs: 30, pauseBytes: 524_288, resumeBytes: 131_072 };

type Entry = { readonly session: Pick<Session, 'launchId' | 'runtimeHandle'>; readonly view: Promise<View>; cancelLinger: () => void };

export function createTerminalHub(deps: HubDeps): TerminalHub {
  const { store, secrets, clock } = deps;
  const log = deps.log.child({ part: 'terminal' });
  const viewDeps: ViewDeps = { ...deps, log, limits: { ...PACE, ...deps.limits } };
  const entries = new Map<SessionId, Entry>();
  /** Attachments that are being closed. */
  const closing = new Set<Promise<void>>();
  let closed = false;
  const stopListening = store.onChange((change) => {
    if (change.kind === 'session' || change.kind === 'session-removed') follow(change.id);
  });

  function drop(id: SessionId, entry: Entry, why: 'gone' | 'closed'): void {
    if (entries.get(id) === entry) entries.delete(id);
    entry.cancelLinger();
    const done = entry.view
      .then((view) => view.close(why))
      .catch((caught: unknown) => log.debug({ sessionId: id, error: toAppError(caught).message }, 'a view ended badly'));
    closing.add(done);
    void done.finally(() => closing.delete(done));
  }

  /** A fact of a session has changed. */
  function follow(id: SessionId): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    const session = store.sessions.get(id);
    if (session === null || session.phase !== 'live' || !isSame(session, entry)) drop(id, entry, 'gone');
    else if (session.exit !== null) {
      const { code } = session.exit;
      void entry.view.then((view) => view.exited(code)).catch(() => undefined);
    }
  }

  function viewOf(session: Session, size: Parameters<typeof openView>[2]['size']): Entry {
    const { id, launchId, runtimeHandle } = session;
    const present = entries.get(id);
    if (present !== undefined) return present;
    const source = { sessionId: id, launchId, handle: runtimeHandle };
    const entry: Entry = {
      session: { launchId, runtimeHandle },
      view: openView(viewDeps, source, {
        size,
        onEmpty: () => linger(id, entry),
        onGone: () => drop(id, entry, 'gone'),
      }),
      cancelLinger: () => undefined,
    };
    entries.set(id, entry);
    entry.view.then(
      () => {
        // What has changed while it was opened was told to nobody.
        follow(id);
        linger(id, entry);
      },
      () => {
        if (entries.get(id) === entry) entries.delete(id);
      },
    );
    return entry;
  }

  function linger(id: SessionId, entry: Entry): void {
    entry.cancelLinger();
    entry.cancelLinger = clock.after(LINGER_MS, () => drop(id, entry, 'gone'));
  }

  return {
    async view({ session: ref, who, size, visibility, access }, sink) {
      if (closed) throw stopping();
      const session = resolveSession(store, ref);
      assertViewable(session);
      const present = entries.get(session.id);
      if (present !== undefined && !isSame(session, present)) drop(session.id, present, 'gone');
      const entry = viewOf(session, visibility === 'visible' && access === 'full' ? size : null);
      const view = await entry.view;
      if (closed) throw stopping();
      if (view.state() === 'over') throw endedMeanwhile(session.id);
      entry.cancelLinger();
      return view.join({ attachId: secrets.newToken(), who, size, visibility, access, sink });
    },
    async close() {
      closed = true;
      stopListening();
      for (const [id, entry] of entries) drop(id, entry, 'closed');
      await Promise.all(closing);
    },
  };
}

const isSame = (session: Session, entry: Entry): boolean =>
  session.launchId === entry.session.launchId && session.runtimeHandle === entry.session.runtimeHandle;

/** A live session: whether its program runs or has exited. */
export function assertViewable(session: Session): void {
  if (session.phase === 'live') return;
  if (session.phase === 'spawning') {
    throw new AppError({
      code: 'SESSION_BUSY',
      message: `${session.id} is being started; it has no terminal yet.`,
      hint: `Wait for it: \`ao get ${session.id}\` shows its phase.`,
    });
  }
  throw new AppError({
    code: 'SESSION_NOT_LIVE',
    message: `${session.id} is terminated; its terminal is gone.`,
    hint: `Bring it back with \`ao restore ${session.id}\`.`,
  });
}

function endedMeanwhile(id: SessionId): AppError {
  return new AppError({
    code: 'RUNTIME_UNAVAILABLE',
    message: `The terminal of ${id} ended while it was opened.`,
    hint: 'Attach again; `ao ls` shows how the session stands.',
  });
}

function stopping(): AppError {
  return new AppError({
    code: 'DAEMON_STOPPING',
    message: 'The daemon is stopping and shows no terminals any more.',
    hint: 'Run `ao start`, then try again; the session goes on meanwhile.',
  });
}
