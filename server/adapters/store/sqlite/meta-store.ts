/** Single facts of this data directory in SQLite: its identity, the last stop, the last boot, settings. */
import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { meta } from '../../../../drizzle/schema/meta.ts';
import { BRIEFING_CAUSES, type BriefingRecord } from '../../../core/briefing/briefing.ts';
import { type InstanceId, parseInstanceId, parseSessionId, type SessionId } from '../../../core/ids.ts';
import type { MetaStore, StopRecord } from '../../../ports/store.ts';
import type { Connection } from './connection.ts';
import { unusableDatabase } from './sqlite-errors.ts';

type Key = 'instance_id' | 'last_stop' | 'last_boot_id' | 'keep_daemon' | 'briefing';

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
    briefing: () => {
      const json = find('briefing');
      if (json === null) return null;
      const record = toBriefingRecord(json);
      if (record === null) throw damaged('briefing');
      return record;
    },
    setBriefing: (record) => put('briefing', JSON.stringify(record)),
  };
}

function toObject(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function toStopRecord(json: string): StopRecord | null {
  const { reason, atMs, pid } = toObject(json) ?? {};
  return typeof reason === 'string' && typeof atMs === 'number' && typeof pid === 'number' ? { reason, atMs, pid } : null;
}

function toBriefingRecord(json: string): BriefingRecord | null {
  const { cause: word, atMs, sessions: ids, dismissedAtMs = null } = toObject(json) ?? {};
  const cause = BRIEFING_CAUSES.find((known) => known === word);
  if (cause === undefined || typeof atMs !== 'number' || !Array.isArray(ids)) return null;
  if (dismissedAtMs !== null && typeof dismissedAtMs !== 'number') return null;
  const sessions = ids.map((id) => (typeof id === 'string' ? parseSessionId(id) : null)).filter((id): id is SessionId => id !== null);
  return { cause, atMs, sessions, dismissedAtMs };
}
