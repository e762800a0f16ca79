/** One row a project. Lists and the environment are JSON. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const projects = sqliteTable('projects', {
  id: text('id').primaryKey().notNull(),
  path: text('path').notNull(),
  name: text('name').notNull(),
  base: text('base').notNull(),
  agent: text('agent').notNull(),
  orchestratorAgent: text('orchestrator_agent').notNull(),
  orchestratorCommand: text('orchestrator_command'),
  env: text('env').notNull(),
  symlinks: text('symlinks').notNull(),
  postCreate: text('post_create').notNull(),
  disposable: text('disposable').notNull(),
  /** Whether what its sessions print is recorded. */
  record: text('record', { enum: ['off', 'on'] })
    .notNull()
    .default('off'),
  createdAtMs: integer('created_at_ms').notNull(),
  updatedAtMs: integer('updated_at_ms').notNull(),
});
