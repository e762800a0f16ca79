/** What is done to the data directory while no daemon has it, under the daemon's own lock. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { acquireInstanceLock } from '../adapters/lock/instance-lock.ts';
import { createRunFile } from '../adapters/run-file/run-file.ts';
import { type Backup, listBackups } from '../adapters/store/sqlite/backups.ts';
import { restoreBackup } from '../adapters/store/sqlite/restore-backup.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createProcessTable } from '../adapters/system/process-table.ts';
import type { BackupList, BackupView, RestoredBackup } from '../contract/backup.ts';
import { parseRunFile } from '../contract/run-file.ts';
import { AppError } from '../core/errors.ts';
import { parseConfig } from './config.ts';
import type { Installation } from './installation.ts';
import { lockHeld } from './presence.ts';

export type OfflineTask = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly installation: Installation;
  readonly task: string;
  readonly args: readonly string[];
};

/** `list-backups`, `restore-backup NAME`. */
export async function runOffline({ env, installation, task, args }: OfflineTask): Promise<BackupList | RestoredBackup> {
  const config = parseConfig(env, { cwd: process.cwd(), homedir: homedir(), platform: process.platform, faults: installation.faults });
  const path = join(config.dataDir, 'ao.db');
  const [name] = args;
  if (task === 'list-backups') return { backups: listBackups(path).map(toView) };
  if (task !== 'restore-backup' || name === undefined) {
    throw new AppError({
      code: 'BAD_INPUT',
      message: `The daemon has no task "${[task, ...args].join(' ')}".`,
      hint: '`ao help` lists the commands.',
    });
  }
  const clock = createSystemClock();
  const lock = acquireInstanceLock(join(config.dataDir, 'daemon.lock'));
  if (lock === 'held') throw lockHeld(createRunFile({ path: config.runFile, parse: parseRunFile }), createProcessTable({ clock }));
  try {
    const { backup, setAside } = restoreBackup({ path, migrationsDir: installation.migrationsDir, name, nowMs: clock.nowMs() });
    return { restored: toView(backup), setAside };
  } finally {
    lock.release();
  }
}

function toView({ name, path, bytes, schema, atMs }: Backup): BackupView {
  return { name, path, bytes, schema, madeAt: new Date(atMs).toISOString() };
}
