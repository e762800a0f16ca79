/** `ao restore-backup [name]`: done by the daemon's program, which has the lock and the database, while no daemon runs. */
import type { z } from 'zod';
import { backupListSchema, restoredBackupSchema } from '../../contract/backup.ts';
import { runDaemonTask } from '../../launcher/daemon-task.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { formatTable } from '../table.ts';

export async function restoreBackup(context: CliContext, name: string | undefined): Promise<VerbResult> {
  return name === undefined ? list(context) : restore(context, name);
}

async function list(context: CliContext): Promise<VerbResult> {
  const { backups } = await ask(context, ['list-backups'], backupListSchema);
  if (backups.length === 0) return { value: backups, text: 'No backup yet: one is made before each change of the schema by an upgrade.' };
  const rows = backups.map(({ name, madeAt, bytes }) => [name, madeAt, `${Math.ceil(bytes / 1024)} KiB`]);
  return { value: backups, text: `${formatTable(['NAME', 'MADE', 'SIZE'], rows)}\nPut one back: ao stop && ao restore-backup NAME` };
}

async function restore(context: CliContext, name: string): Promise<VerbResult> {
  const value = await ask(context, ['restore-backup', name], restoredBackupSchema);
  const before = value.setAside === null ? '' : ` The database of before is ${value.setAside}.`;
  return { value, text: `Restored ${value.restored.name} of ${value.restored.madeAt}.${before}\nNext: ao start` };
}

async function ask<T>(context: CliContext, args: readonly string[], schema: z.ZodType<T>): Promise<T> {
  const { env, daemonEntry } = context;
  return schema.parse(JSON.parse(await runDaemonTask({ env, daemonEntry, args }, locate(context))));
}
