CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`session_id` text NOT NULL,
	`project_id` text NOT NULL,
	`at_ms` integer NOT NULL,
	`kind` text NOT NULL,
	`reason` text NOT NULL,
	`data` text,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `events_by_session` ON `events` (`session_id`,`seq`);--> statement-breakpoint
CREATE INDEX `events_by_project` ON `events` (`project_id`);--> statement-breakpoint
CREATE TABLE `launches` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`launch_id` text NOT NULL,
	`session_id` text NOT NULL,
	`mode` text NOT NULL,
	`token_hash` text NOT NULL,
	`started_at_ms` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "launches_mode" CHECK(mode in ('spawned', 'resumed', 'replayed', 'fresh')),
	CONSTRAINT "launches_token_hash_set" CHECK(token_hash <> '')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `launches_launch_id` ON `launches` (`launch_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `launches_token_hash` ON `launches` (`token_hash`);--> statement-breakpoint
CREATE INDEX `launches_by_session` ON `launches` (`session_id`);--> statement-breakpoint
CREATE TABLE `messages` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`session_id` text NOT NULL,
	`key` text NOT NULL,
	`text` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`launch_id` text,
	`submit_started_at_ms` integer,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "messages_state" CHECK(state in ('queued', 'pasted', 'echoed', 'submitted', 'accepted', 'failed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_id` ON `messages` (`id`);--> statement-breakpoint
CREATE INDEX `messages_pending` ON `messages` (`session_id`,`seq`) WHERE state in ('queued', 'pasted', 'echoed');--> statement-breakpoint
CREATE UNIQUE INDEX `messages_session_key` ON `messages` (`session_id`,`key`);--> statement-breakpoint
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`path` text NOT NULL,
	`name` text NOT NULL,
	`base` text NOT NULL,
	`agent` text NOT NULL,
	`orchestrator_agent` text NOT NULL,
	`orchestrator_command` text,
	`env` text NOT NULL,
	`symlinks` text NOT NULL,
	`post_create` text NOT NULL,
	`disposable` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `session_counters` (
	`project_id` text PRIMARY KEY NOT NULL,
	`last_number` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`number` integer NOT NULL,
	`kind` text NOT NULL,
	`slot` text,
	`replaces` text,
	`replaced_by` text,
	`agent` text NOT NULL,
	`command` text,
	`title` text NOT NULL,
	`prompt` text,
	`phase` text NOT NULL,
	`end_reason` text,
	`end_detail` text,
	`activity` text NOT NULL,
	`activity_source` text NOT NULL,
	`activity_at_ms` integer,
	`attention` text,
	`first_signal_at_ms` integer,
	`runtime_kind` text NOT NULL,
	`runtime_handle` text NOT NULL,
	`launch_id` text NOT NULL,
	`launch_mode` text NOT NULL,
	`launched_at_ms` integer NOT NULL,
	`workspace_path` text NOT NULL,
	`workspace_repository` text NOT NULL,
	`workspace_branch` text NOT NULL,
	`workspace_base` text NOT NULL,
	`workspace_base_commit` text NOT NULL,
	`workspace_branch_created` integer NOT NULL,
	`agent_session_id` text,
	`exit_code` integer,
	`exit_signal` text,
	`exit_at_ms` integer,
	`recovery_state` text,
	`recovery_reason` text,
	`recovery_at_ms` integer,
	`kill_requested_at_ms` integer,
	`parked` integer NOT NULL,
	`preserved_ref` text,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "sessions_kind" CHECK(kind in ('orchestrator', 'worker')),
	CONSTRAINT "sessions_slot" CHECK(slot is null or slot in ('current', 'successor')),
	CONSTRAINT "sessions_phase" CHECK(phase in ('spawning', 'live', 'terminated')),
	CONSTRAINT "sessions_end_reason" CHECK(end_reason is null or end_reason in ('killed', 'not_resumable', 'merged')),
	CONSTRAINT "sessions_activity" CHECK(activity in ('working', 'needs_you', 'idle', 'unknown')),
	CONSTRAINT "sessions_activity_source" CHECK(activity_source in ('hook', 'process', 'screen', 'none')),
	CONSTRAINT "sessions_runtime_kind" CHECK(runtime_kind in ('tmux', 'ptyhost')),
	CONSTRAINT "sessions_launch_mode" CHECK(launch_mode in ('spawned', 'resumed', 'replayed', 'fresh')),
	CONSTRAINT "sessions_recovery_state" CHECK(recovery_state is null or recovery_state in ('queued', 'failed')),
	CONSTRAINT "sessions_orchestrator_has_slot" CHECK(kind <> 'orchestrator' or phase = 'terminated' or slot is not null),
	CONSTRAINT "sessions_worker_has_no_slot" CHECK(kind = 'orchestrator' or slot is null)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_one_orchestrator` ON `sessions` (`project_id`,`slot`) WHERE slot is not null and phase in ('spawning', 'live');--> statement-breakpoint
CREATE INDEX `sessions_by_phase` ON `sessions` (`phase`);--> statement-breakpoint
CREATE INDEX `sessions_by_project` ON `sessions` (`project_id`);