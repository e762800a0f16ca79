/** The present facts of each session. How they came about is in `events`. */
import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
  ACTIVITIES,
  ACTIVITY_SOURCES,
  END_REASONS,
  LAUNCH_MODES,
  PHASES,
  RUNTIME_KINDS,
  SESSION_KINDS,
  SLOTS,
} from '../../server/core/session/session.ts';
import { oneOf, oneOfOrNull } from './check.ts';
import { projects } from './projects.ts';

const RECOVERY_STATES = ['queued', 'failed'] as const;

export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey().notNull(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    number: integer('number').notNull(),
    kind: text('kind', { enum: SESSION_KINDS }).notNull(),
    slot: text('slot', { enum: SLOTS }),
    replaces: text('replaces'),
    replacedBy: text('replaced_by'),
    agent: text('agent').notNull(),
    command: text('command'),
    title: text('title').notNull(),
    prompt: text('prompt'),
    phase: text('phase', { enum: PHASES }).notNull(),
    endReason: text('end_reason', { enum: END_REASONS }),
    endDetail: text('end_detail'),
    activity: text('activity', { enum: ACTIVITIES }).notNull(),
    activitySource: text('activity_source', { enum: ACTIVITY_SOURCES }).notNull(),
    activityAtMs: integer('activity_at_ms'),
    attention: text('attention'),
    firstSignalAtMs: integer('first_signal_at_ms'),
    runtimeKind: text('runtime_kind', { enum: RUNTIME_KINDS }).notNull(),
    runtimeHandle: text('runtime_handle').notNull(),
    launchId: text('launch_id').notNull(),
    launchMode: text('launch_mode', { enum: LAUNCH_MODES }).notNull(),
    launchedAtMs: integer('launched_at_ms').notNull(),
    workspacePath: text('workspace_path').notNull(),
    workspaceRepository: text('workspace_repository').notNull(),
    workspaceBranch: text('workspace_branch').notNull(),
    workspaceBase: text('workspace_base').notNull(),
    workspaceBaseCommit: text('workspace_base_commit').notNull(),
    workspaceBranchCreated: integer('workspace_branch_created', { mode: 'boolean' }).notNull(),
    agentSessionId: text('agent_session_id'),
    exitCode: integer('exit_code'),
    exitSignal: text('exit_signal'),
    /** Not null exactly when there is an exit fact. */
    exitAtMs: integer('exit_at_ms'),
    recoveryState: text('recovery_state', { enum: RECOVERY_STATES }),
    recoveryReason: text('recovery_reason'),
    recoveryAtMs: integer('recovery_at_ms'),
    killRequestedAtMs: integer('kill_requested_at_ms'),
    parked: integer('parked', { mode: 'boolean' }).notNull(),
    preservedRef: text('preserved_ref'),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [
    check('sessions_kind', oneOf('kind', SESSION_KINDS)),
    check('sessions_slot', oneOfOrNull('slot', SLOTS)),
    check('sessions_phase', oneOf('phase', PHASES)),
    check('sessions_end_reason', oneOfOrNull('end_reason', END_REASONS)),
    check('sessions_activity', oneOf('activity', ACTIVITIES)),
    check('sessions_activity_source', oneOf('activity_source', ACTIVITY_SOURCES)),
    check('sessions_runtime_kind', oneOf('runtime_kind', RUNTIME_KINDS)),
    check('sessions_launch_mode', oneOf('launch_mode', LAUNCH_MODES)),
    check('sessions_recovery_state', oneOfOrNull('recovery_state', RECOVERY_STATES)),
    // I3: an orchestrator without a slot would slip past the unique index below, so one that runs must hold one.
    check('sessions_orchestrator_has_slot', sql.raw(`kind <> 'orchestrator' or phase = 'terminated' or slot is not null`)),
    check('sessions_worker_has_no_slot', sql.raw(`kind = 'orchestrator' or slot is null`)),
    // I3: the database itself forbids a second orchestrator.
    uniqueIndex('sessions_one_orchestrator')
      .on(table.projectId, table.slot)
      .where(sql.raw(`slot is not null and phase in ('spawning', 'live')`)),
    index('sessions_by_phase').on(table.phase),
    index('sessions_by_project').on(table.projectId),
  ],
);
