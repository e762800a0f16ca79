/** The log of what happened to sessions and why. Appended to inside the transaction of the change, never rewritten. */
import { eq, sql } from 'drizzle-orm';
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
  };
}

function toJson(value: Readonly<Record<string, unknown>> | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
