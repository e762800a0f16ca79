/** Single facts of this data directory by name: its identity, the last stop, the last boot, settings. */
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const meta = sqliteTable('meta', {
  key: text('key').primaryKey().notNull(),
  value: text('value').notNull(),
});
