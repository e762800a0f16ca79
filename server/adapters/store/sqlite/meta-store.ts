/** Single facts of this data directory in SQLite: its identity, the last stop, the last boot, settings. */
import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { meta } from '../../../../drizzle/schema/meta.ts';
import { type InstanceId, parseInstanceId } from '../../../core/ids.ts';
import type { MetaStore, StopRecord } from '../../../ports/store.ts';
import type { Connection } from './connection.ts';
import { unusableDatabase } from './sqlite-errors.ts';

type Key = 'instance_id' | 'last_stop' | 'last_boot_id' | 'keep_daemon';

export function createMetaStore(connection: Connection): MetaStore {
  const { db, read, write } = connection;
  const byKey = db
    .select({ value: meta.value })
    .from(meta)
    .where(eq(meta.key, sql.placeholder('key')))
    .prepare();

  const find = (key: Key): string | null => read(() => byKey.get({ key })?.value ?? null);
  const put = (key: Key, value: string): void =>
    write(() => {
      db.insert(meta).values({ key, value }).onConflictDoUpdate({ target: meta.key, set: { value } }).run();
    });
  const damaged = (key: Key): Error => unusableDatabase(connection.path, `"${key}" in table "meta" does not hold what it should`);

  const identify = (): InstanceId => {
    const text =
      find('instance_id') ??
      write(() => {
        db.insert(meta).values({ key: 'instance_id', value: randomUUID() }).onConflictDoNothing().run();
        return find('instance_id');
      });
    const id = text === null ? null : parseInstanceId(text);
    if (id === null) throw damaged('instance_id');
    return id;
  };

  return {
    instanceId: identify(),
    lastStop: () => {
      const json = find('last_stop');
      if (json === null) return null;
      const stop = toStopRecord(json);
      if (stop === null) throw damaged('last_stop');
      return stop;
    },
    recordStop: (stop) => put('last_stop', JSON.stringify(stop)),
    lastBootId: () => find('last_boot_id'),
    recordBootId: (bootId) => put('last_boot_id', bootId),
    keepDaemon: () => (find('keep_daemon') === 'on' ? 'on' : 'off'),
    setKeepDaemon: (value) => put('keep_daemon', value),
  };
}

function toStopRecord(json: string): StopRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('reason' in value) || !('atMs' in value) || !('pid' in value)) return null;
  const { reason, atMs, pid } = value;
  return typeof reason === 'string' && typeof atMs === 'number' && typeof pid === 'number' ? { reason, atMs, pid } : null;
}
