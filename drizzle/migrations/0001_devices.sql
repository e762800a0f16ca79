CREATE TABLE `devices` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`last_seen_at_ms` integer NOT NULL,
	`revoked_at_ms` integer,
	CONSTRAINT "devices_secret_hash_set" CHECK(secret_hash <> '')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `devices_secret_hash` ON `devices` (`secret_hash`);