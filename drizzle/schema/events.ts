/**
 * The log of what happened to sessions and why. No foreign key to `sessions`: what an undone spawn was asked for stays here
 * when its row is gone. Removing a project deletes its events explicitly.
 */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const events = sqliteTable(
  'events',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }).notNull(),
    sessionId: text('session_id').notNull(),
    projectId: text('project_id').notNull(),
    atMs: integer('at_ms').notNull(),
    kind: text('kind').notNull(),
    reason: text('reason').notNull(),
    /** JSON objects or null. */
    data: text('data'),
    before: text('before'),
    after: text('after'),
  },
  (table) => [index('events_by_session').on(table.sessionId, table.seq), index('events_by_project').on(table.projectId)],
);
