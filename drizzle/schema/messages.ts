/** The durable queue of what is to be typed into sessions (SPEC §3.6). */
import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core';
import { MESSAGE_STATES } from '../../server/ports/store.ts';
import { oneOf } from './check.ts';
import { sessions } from './sessions.ts';

export const messages = sqliteTable(
  'messages',
  {
    /** Order of acceptance. */
    seq: integer('seq').primaryKey({ autoIncrement: true }).notNull(),
    id: text('id').notNull().unique('messages_id'),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    text: text('text').notNull(),
    state: text('state', { enum: MESSAGE_STATES }).notNull(),
    reason: text('reason'),
    launchId: text('launch_id'),
    submitStartedAtMs: integer('submit_started_at_ms'),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [
    check('messages_state', oneOf('state', MESSAGE_STATES)),
    unique('messages_session_key').on(table.sessionId, table.key),
    // Only what still waits is in it, so a look at the queue costs nothing however much was ever delivered.
    index('messages_pending').on(table.sessionId, table.seq).where(sql.raw(`state in ('queued', 'pasted', 'echoed')`)),
  ],
);
