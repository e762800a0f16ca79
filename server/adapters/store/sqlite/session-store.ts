/**
 * Sessions in SQLite. Every change and its event are one transaction. The unique index over (project, slot) decides who is
 * the orchestrator; this file only translates its verdict (I3).
 */
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { launches } from '../../../../drizzle/schema/launches.ts';
import { messages } from '../../../../drizzle/schema/messages.ts';
import { projects } from '../../../../drizzle/schema/projects.ts';
import { sessionCounters } from '../../../../drizzle/schema/session-counters.ts';
import { sessions } from '../../../../drizzle/schema/sessions.ts';
import type { LaunchId, ProjectId, SessionId } from '../../../core/ids.ts';
import { PHASES, type Session } from '../../../core/session/session.ts';
import type { EventDraft, LaunchDraft, SessionFilter, SessionPatch, SessionStore } from '../../../ports/store.ts';
import { type Connection, once } from './connection.ts';
import { definedOnly, diffFacts, knownFacts } from './diff-facts.ts';
import type { EventLog } from './event-log.ts';
import { PENDING } from './message-store.ts';
import { createRowReader, type RowQuery, type RowReader } from './row-reader.ts';
import { changedColumns, type SessionRow, toSession, toSessionRow } from './session-row.ts';
import { isUniqueViolation } from './sqlite-errors.ts';
import { orchestratorExists, projectNotFound, sessionNotFound } from './store-errors.ts';

export type SessionStoreDeps = { readonly connection: Connection; readonly log: EventLog; readonly nowMs: () => number };

export function createSessionStore({ connection, log, nowMs }: SessionStoreDeps): SessionStore {
  const { db, read, write } = connection;
  const rows = createRowReader({ table: sessions, tableName: 'sessions', named: 'id', path: connection.path });
  const byId = rows.query(() =>
    db
      .select()
      .from(sessions)
      .where(eq(sessions.id, sql.placeholder('id')))
      .prepare(),
  );
  const byToken = once(() =>
    db
      .select({ sessionId: launches.sessionId, launchId: launches.launchId })
      .from(launches)
      .where(eq(launches.tokenHash, sql.placeholder('tokenHash')))
      .prepare(),
  );
  const listBy = createListQueries(connection, rows);

  const find = (id: SessionId): Session | null => {
    const row = byId.first({ id });
    return row === null ? null : toSession(row);
  };

  const existing = (id: SessionId): Session => {
    const session = find(id);
    if (session === null) throw sessionNotFound(id);
    return session;
  };

  const assertProject = (id: ProjectId): void => {
    const row = db.select({ id: projects.id }).from(projects).where(eq(projects.id, id)).get();
    if (row === undefined) throw projectNotFound(id);
  };

  /** Runs what may take a slot; the index's refusal becomes `ORCHESTRATOR_EXISTS`. */
  const takingSlot = (projectId: ProjectId, work: () => void): void => {
    try {
      work();
    } catch (caught) {
      if (!isUniqueViolation(caught, 'sessions.project_id, sessions.slot')) throw caught;
      throw orchestratorExists(projectId);
    }
  };

  const addLaunch = (sessionId: SessionId, { launchId, mode, tokenHash }: LaunchDraft): void => {
    db.insert(launches).values({ launchId, sessionId, mode, tokenHash, startedAtMs: nowMs() }).run();
  };

  const change = (id: SessionId, patch: SessionPatch, event: EventDraft): Session => {
    const old = existing(id);
    const next: Session = { ...old, ...definedOnly(patch), updatedAtMs: nowMs() };
    const diff = diffFacts(old, next);
    log.append(old, event, diff);
    if (diff === null) return old;
    takingSlot(old.projectId, () => db.update(sessions).set(changedColumns(old, next)).where(eq(sessions.id, id)).run());
    return existing(id);
  };

  return {
    nextNumber: (projectId) =>
      write(() => {
        assertProject(projectId);
        const row = db
          .insert(sessionCounters)
          .values({ projectId, lastNumber: 1 })
          .onConflictDoUpdate({ target: sessionCounters.projectId, set: { lastNumber: sql`${sessionCounters.lastNumber} + 1` } })
          .returning({ number: sessionCounters.lastNumber })
          .get();
        return row.number;
      }),
    insert: ({ tokenHash, ...facts }, event) =>
      write(() => {
        assertProject(facts.projectId);
        const session: Session = { ...facts, createdAtMs: nowMs(), updatedAtMs: nowMs() };
        takingSlot(session.projectId, () => db.insert(sessions).values(toSessionRow(session)).run());
        addLaunch(session.id, { launchId: session.launchId, mode: session.launchMode, tokenHash });
        log.append(session, event, { after: knownFacts(session) });
        return existing(session.id);
      }),
    get: (id) => read(() => find(id)),
    list: (filter = {}) => read(() => listBy(filter).map(toSession)),
    update: (id, patch, event) => write(() => change(id, patch, event)),
    updateAll: (changes) => write(() => changes.map(({ id, patch, event }) => change(id, patch, event))),
    beginLaunch: (id, launch, patch, event) =>
      write(() => {
        existing(id);
        addLaunch(id, launch);
        const begun = {
          launchedAtMs: nowMs(),
          firstSignalAtMs: null,
          ...definedOnly(patch),
          launchId: launch.launchId,
          launchMode: launch.mode,
        };
        return change(id, begun, event);
      }),
    launchIds: (id) =>
      read(() =>
        db
          .select({ launchId: launches.launchId })
          .from(launches)
          .where(eq(launches.sessionId, id))
          .orderBy(asc(launches.seq))
          .all()
          .map((row) => row.launchId as LaunchId),
      ),
    findByTokenHash: (tokenHash) =>
      read(() => {
        const found = byToken().get({ tokenHash });
        return found === undefined ? null : { session: existing(found.sessionId as SessionId), launchId: found.launchId as LaunchId };
      }),
    remove: (id, event) =>
      write(() => {
        const session = existing(id);
        const undelivered = db
          .select({ messageId: messages.id, key: messages.key, text: messages.text })
          .from(messages)
          .where(and(eq(messages.sessionId, id), PENDING))
          .orderBy(asc(messages.seq))
          .all();
        // I12: accepted messages go with the row, their text does not.
        const before = undelivered.length === 0 ? knownFacts(session) : { ...knownFacts(session), undelivered };
        log.append(session, event, { before });
        db.delete(sessions).where(eq(sessions.id, id)).run();
      }),
    note: (id, event) => write(() => log.append(existing(id), event, null)),
    events: (id) => read(() => log.list(id)),
    lastEvent: (id) => read(() => log.last(id)),
    pruneEvents: (limits) => write(() => log.prune(limits)),
  };
}

/** One prepared statement for each kind of filter; the reaper asks once a second. */
function createListQueries({ db }: Connection, rows: RowReader<SessionRow>): (filter: SessionFilter) => readonly SessionRow[] {
  const build = (phases: readonly Session['phase'][] | null, { projectId, parked }: SessionFilter): RowQuery<SessionRow> =>
    rows.query(() => {
      const inPhase = phases === null ? undefined : inArray(sessions.phase, phases);
      const inProject = projectId === undefined ? undefined : eq(sessions.projectId, sql.placeholder('projectId'));
      const isParked = parked === undefined ? undefined : eq(sessions.parked, true);
      return db
        .select()
        .from(sessions)
        .where(and(inPhase, inProject, isParked))
        .orderBy(sql`rowid`)
        .prepare();
    });
  const queries = new Map<string, RowQuery<SessionRow>>();

  return (filter) => {
    const { projectId, phases, parked } = filter;
    const wanted = phases === undefined ? null : PHASES.filter((phase) => phases.includes(phase));
    if (wanted?.length === 0) return [];
    const key = `${wanted?.join(' ') ?? '*'}${projectId === undefined ? '' : ' of project'}${parked === undefined ? '' : ' parked'}`;
    const query = queries.get(key) ?? build(wanted, filter);
    queries.set(key, query);
    return query.all(projectId === undefined ? {} : { projectId });
  };
}
