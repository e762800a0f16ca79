/** The queue of messages in SQLite (SPEC §3.6). */
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import { messages } from '../../../../drizzle/schema/messages.ts';
import { sessions } from '../../../../drizzle/schema/sessions.ts';
import type { LaunchId, MessageId, SessionId } from '../../../core/ids.ts';
import type { Message, MessageStore } from '../../../ports/store.ts';
import { type Connection, once } from './connection.ts';
import { definedOnly } from './diff-facts.ts';
import { createRowReader } from './row-reader.ts';
import { idempotencyConflict, messageNotFound, sessionNotFound } from './store-errors.ts';

/** Not yet in the agent's hands. To the letter the condition of the partial index: with bound values SQLite would not use it. */
export const PENDING = sql.raw(`state in ('queued', 'pasted', 'echoed')`);

type MessageRow = typeof messages.$inferSelect;

export function createMessageStore(connection: Connection, nowMs: () => number): MessageStore {
  const { db, read, write } = connection;
  const rows = createRowReader({ table: messages, tableName: 'messages', named: 'id', path: connection.path });
  const inSession = eq(messages.sessionId, sql.placeholder('sessionId'));
  const select = (where: SQL | undefined) => db.select().from(messages).where(where).orderBy(asc(messages.seq));
  const byId = rows.query(() => select(eq(messages.id, sql.placeholder('id'))).prepare());
  const byKey = rows.query(() => select(and(inSession, eq(messages.key, sql.placeholder('key')))).prepare());
  const ofSession = rows.query(() => select(inSession).prepare());
  const oldestPending = rows.query(() => select(and(inSession, PENDING)).limit(1).prepare());
  const withPending = once(() => db.selectDistinct({ sessionId: messages.sessionId }).from(messages).where(PENDING).prepare());

  const toMessage = ({ seq: _seq, ...row }: MessageRow): Message => ({
    ...row,
    id: row.id as MessageId,
    sessionId: row.sessionId as SessionId,
    launchId: row.launchId as LaunchId | null,
  });

  const orNull = (row: MessageRow | null): Message | null => (row === null ? null : toMessage(row));

  const existing = (id: MessageId): Message => {
    const message = orNull(byId.first({ id }));
    if (message === null) throw messageNotFound(id);
    return message;
  };

  return {
    enqueue: (draft) =>
      write(() => {
        const key = storable(draft.key);
        const text = storable(draft.text);
        const first = orNull(byKey.first({ sessionId: draft.sessionId, key }));
        if (first !== null && first.text !== text) throw idempotencyConflict(first);
        if (first !== null) return first;
        if (db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, draft.sessionId)).get() === undefined) {
          throw sessionNotFound(draft.sessionId);
        }
        const at = nowMs();
        db.insert(messages)
          .values({ id: draft.id, sessionId: draft.sessionId, key, text, state: 'queued', createdAtMs: at, updatedAtMs: at })
          .run();
        return existing(draft.id);
      }),
    get: (id) => read(() => orNull(byId.first({ id }))),
    list: (sessionId) => read(() => ofSession.all({ sessionId }).map(toMessage)),
    next: (sessionId) => read(() => orNull(oldestPending.first({ sessionId }))),
    pendingSessions: () =>
      read(() =>
        withPending()
          .all()
          .map((row) => row.sessionId as SessionId),
      ),
    update: (id, patch) =>
      write(() => {
        existing(id);
        db.update(messages)
          .set({ ...definedOnly(patch), updatedAtMs: nowMs() })
          .where(eq(messages.id, id))
          .run();
        return existing(id);
      }),
  };
}

/** The text as UTF-8 can hold it: a lone surrogate becomes U+FFFD here, or the same text would not equal its stored self (T8). */
function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
