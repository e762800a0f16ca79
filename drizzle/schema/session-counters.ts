/**
 * The last session number given out in each project. A table of its own without a foreign key: a project that is removed and
 * added again goes on where it stopped, so an id never names two sessions.
 */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const sessionCounters = sqliteTable('session_counters', {
  projectId: text('project_id').primaryKey().notNull(),
  lastNumber: integer('last_number').notNull(),
});
