/**
 * Live data for dashboards: one picture of all sessions and projects, brought up to date after each write and after each look
 * at the runtimes (a status changes with time alone), and the numbered changes between two pictures. One computation, however
 * many tabs. Reads rows only when they changed, and nothing at all before somebody asks for the first time.
 */

import { toAppError } from '../core/errors.ts';
import { diffFeed, selectForFeed } from '../core/feed/feed.ts';
import type { ProjectId, SessionId } from '../core/ids.ts';
import type { Session } from '../core/session/session.ts';
import type { LiveContent, LiveEvent, LiveFeed } from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Project, Store, StoreChange } from '../ports/store.ts';
import type { Report } from './sessions/report.ts';

/** The first change of a burst is told at once, the rest of it together. */
export const BURST_MS = 50;
/** Ended sessions in the picture; older ones are asked for by name. */
export const ENDED_SHOWN = 200;

type Deps = {
  readonly store: Store;
  readonly report: Report;
  readonly clock: Clock;
  readonly log: Log;
  /** Another one for each daemon. */
  readonly epoch: string;
};

export type Feed = LiveFeed & {
  /** Time has passed, or the runtimes were looked at. */
  refresh(): void;
  /** Tells nothing any more. */
  close(): void;
};

type Rows = { readonly sessions: Map<SessionId, Session>; readonly projects: Map<ProjectId, Project> };

export function createFeed({ store, report, clock, log, epoch }: Deps): Feed {
  const listeners = new Set<(events: readonly LiveEvent[]) => void>();
  let rows: Rows | null = null;
  let shown: LiveContent = { sessions: new Map(), projects: new Map() };
  let seq = 0;
  let pending: StoreChange[] = [];
  let updatedAtMs = Number.NEGATIVE_INFINITY;
  let isScheduled = false;
  let isClosed = false;

  function load(): Rows {
    return {
      sessions: new Map(store.sessions.list().map((session) => [session.id, session])),
      projects: new Map(store.projects.list().map((project) => [project.id, project])),
    };
  }

  /** What is read is how a row stands now, so one reading will do for all its changes, and the order of them does not matter. */
  function read({ sessions, projects }: Rows, changes: readonly StoreChange[]): void {
    for (const change of changes) {
      if (change.kind !== 'project-removed') continue;
      for (const session of sessions.values()) if (session.projectId === change.id) sessions.delete(session.id);
    }
    const ids = <Id>(kinds: readonly StoreChange['kind'][]): ReadonlySet<Id> =>
      new Set(changes.filter((change) => kinds.includes(change.kind)).map((change) => change.id as Id));
    for (const id of ids<SessionId>(['session', 'session-removed'])) readRow(sessions, id, store.sessions.get);
    for (const id of ids<ProjectId>(['project', 'project-removed'])) readRow(projects, id, store.projects.get);
  }

  /** A row that cannot be read stays as it was last seen: the others go on. */
  function readRow<Id, Row>(known: Map<Id, Row>, id: Id, get: (id: Id) => Row | null): void {
    try {
      const row = get(id);
      if (row === null) known.delete(id);
      else known.set(id, row);
    } catch (caught) {
      log.warn({ id, error: toAppError(caught).message }, 'a changed row could not be read for the live picture');
    }
  }

  const picture = ({ sessions, projects }: Rows): LiveContent => ({
    sessions: new Map(selectForFeed(sessions.values(), { endedShown: ENDED_SHOWN }).map((session) => [session.id, report(session)])),
    projects,
  });

  function update(): void {
    if (rows === null || isClosed) return;
    updatedAtMs = clock.monotonicMs();
    const changes = pending;
    pending = [];
    read(rows, changes);
    const { sessions, projects } = picture(rows);
    const events = diffFeed(shown, { sessions, projects }).map((change): LiveEvent => {
      seq += 1;
      return { seq, change };
    });
    shown = { sessions, projects: new Map(projects) };
    if (events.length > 0) for (const listener of listeners) listener(events);
  }

  /** Never throws: it runs right after a write, and from timers. */
  function updateQuietly(): void {
    try {
      update();
    } catch (caught) {
      log.warn({ error: toAppError(caught).message }, 'the live picture could not be brought up to date');
    }
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    const run = (): void => {
      isScheduled = false;
      updateQuietly();
    };
    const sinceMs = clock.monotonicMs() - updatedAtMs;
    if (sinceMs >= BURST_MS) void Promise.resolve().then(run);
    else clock.after(BURST_MS - sinceMs, run);
  }

  const stopListening = store.onChange((change) => {
    if (rows === null || isClosed) return;
    pending.push(change);
    schedule();
  });

  return {
    epoch,
    snapshot() {
      if (rows === null) {
        rows = load();
        shown = { ...picture(rows), projects: new Map(rows.projects) };
      } else update();
      return { epoch, seq, atMs: clock.nowMs(), content: shown };
    },
    onEvents: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    refresh: updateQuietly,
    close() {
      isClosed = true;
      stopListening();
      listeners.clear();
    },
  };
}
