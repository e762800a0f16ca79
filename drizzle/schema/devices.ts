/** Paired browsers. A revoked one keeps its row, so that its cookie is refused with the reason and not taken for a stranger's. */
import { sql } from 'drizzle-orm';
import { check, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const devices = sqliteTable(
  'devices',
  {
    id: text('id').primaryKey().notNull(),
    name: text('name').notNull(),
    /** sha-256, hex; the secret itself is never stored. */
    secretHash: text('secret_hash').notNull().unique('devices_secret_hash'),
    createdAtMs: integer('created_at_ms').notNull(),
    lastSeenAtMs: integer('last_seen_at_ms').notNull(),
    revokedAtMs: integer('revoked_at_ms'),
  },
  () => [check('devices_secret_hash_set', sql.raw(`secret_hash <> ''`))],
);
