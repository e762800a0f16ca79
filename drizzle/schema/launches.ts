/** Every launch a session ever had: hooks and runtimes of an earlier one are told apart by it, tokens belong to one. */
import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { LAUNCH_MODES } from '../../server/core/session/session.ts';
import { oneOf } from './check.ts';
import { sessions } from './sessions.ts';

export const launches = sqliteTable(
  'launches',
  {
    /** Order of the launches. */
    seq: integer('seq').primaryKey({ autoIncrement: true }).notNull(),
    launchId: text('launch_id').notNull().unique('launches_launch_id'),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    mode: text('mode', { enum: LAUNCH_MODES }).notNull(),
    /** sha-256, hex; the token itself is never stored. */
    tokenHash: text('token_hash').notNull().unique('launches_token_hash'),
    startedAtMs: integer('started_at_ms').notNull(),
  },
  (table) => [
    check('launches_mode', oneOf('mode', LAUNCH_MODES)),
    check('launches_token_hash_set', sql.raw(`token_hash <> ''`)),
    index('launches_by_session').on(table.sessionId),
  ],
);
