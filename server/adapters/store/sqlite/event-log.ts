/** The log of what happened to sessions and why. Appended to inside the transaction of the change, never rewritten; old ones are
 * forgotten beyond a bound. */
import { and, count, desc, eq, exists, gt, inArray, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { events } from '../../../../drizzle/schema/events.ts';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import type { EventDraft, SessionEvent } from '../../../ports/store.ts';
import type { Connection } from './connection.ts';
import type { FactDiff } from './diff-facts.ts';
import { createRowReader } from './row-reader.ts';

export type EventLog = {
  /** Only inside a `write`. `null` on a side: there was nothing before, or is nothing after. */
  append(of: { readonly id: SessionId; readonly projectId: ProjectId }, draft: EventDraft, change: Partial<FactDiff> | null): void;
  /** Oldest first. */
  list(id: SessionId): readonly SessionEvent[];
  last(id: SessionId): SessionEvent | null;
  /** Only inside a `write`. */
  prune(limits: { readonly perSession: number; readonly inAll: number }): number;
};

export function createEventLog(connection: Connection, nowMs: () => number): EventLog {
  const { db } = connection;
  const rows = createRowReader({ table: events, tableName: 'events', named: 'seq', path: connection.path });
  const ofSession = rows.query(() =>
    db
      .select()
      .from(events)
      .where(eq(events.sessionId, sql.placeholder('id')))
      .orderBy(events.seq)
      .prepare(),
  );

  const lastOfSession = rows.query(() =>
    db
      .select()
      .from(events)
      .where(eq(events.sessionId, sql.placeholder('id')))
      .orderBy(desc(events.seq))
      .limit(1)
      .prepare(),
  );

  const toEvent = (row: typeof events.$inferSelect): SessionEvent => {
    const data = rows.objectOrNull(row, 'data');
    return {
      seq: row.seq,
      sessionId: row.sessionId as SessionId,
      projectId: row.projectId as ProjectId,
      atMs: row.atMs,
      kind: row.kind,
      reason: row.reason,
      ...(data === null ? {} : { data }),
      before: rows.objectOrNull(row, 'before'),
      after: rows.objectOrNull(row, 'after'),
    };
  };

  /** The oldest, but for the latest of each kind in a session. */
  const forget = (excess: number, which: SQL | undefined): number => {
    if (excess <= 0) return 0;
    const later = alias(events, 'later');
    const sameKind = and(eq(later.sessionId, events.sessionId), eq(later.kind, events.kind), gt(later.seq, events.seq));
    const oldest = db
      .select({ seq: events.seq })
      .from(events)
      .where(and(which, exists(db.select({ seq: later.seq }).from(later).where(sameKind))))
      .orderBy(events.seq)
      .limit(excess);
    return db.delete(events).where(inArray(events.seq, oldest)).run().changes;
  };

  return {
    append: (of, draft, change) => {
      db.insert(events)
        .values({
          sessionId: of.id,
          projectId: of.projectId,
          atMs: nowMs(),
          kind: draft.kind,
          reason: draft.reason,
          data: toJson(draft.data),
          before: toJson(change?.before),
          after: toJson(change?.after),
        })
        .run();
    },
    list: (id) => ofSession.all({ id }).map(toEvent),
    last: (id) => lastOfSession.all({ id }).map(toEvent)[0] ?? null,
    prune: ({ perSession, inAll }) => {
      const crowded = db
        .select({ id: events.sessionId, count: count() })
        .from(events)
        .groupBy(events.sessionId)
        .having(gt(count(), perSession))
        .all();
      const gone = crowded.map(({ id, count }) => forget(count - perSession, eq(events.sessionId, id)));
      const total = db.select({ count: count() }).from(events).get()?.count ?? 0;
      return gone.reduce((sum, n) => sum + n, 0) + forget(total - inAll, undefined);
    },
  };
}

function toJson(value: Readonly<Record<string, unknown>> | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
