/** What `ao restore-backup` and the daemon's offline tasks say of the copies of the database. Times are ISO 8601. */
import { z } from 'zod';

export const backupSchema = z.object({
  name: z.string(),
  path: z.string(),
  bytes: z.number(),
  /** Schema changes that it has; more than a version knows means that a newer one made it. */
  schema: z.number().int(),
  madeAt: z.string(),
});
export type BackupView = z.infer<typeof backupSchema>;

export const backupListSchema = z.object({ backups: z.array(backupSchema) });
export type BackupList = z.infer<typeof backupListSchema>;

export const restoredBackupSchema = z.object({
  restored: backupSchema,
  /** Where the database of before is now; `null` when there was none. */
  setAside: z.string().nullable(),
});
export type RestoredBackup = z.infer<typeof restoredBackupSchema>;
