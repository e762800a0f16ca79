/** Paired devices in SQLite. */
import { eq, isNull, sql } from 'drizzle-orm';
import { devices } from '../../../../drizzle/schema/devices.ts';
import type { Device, DeviceStore } from '../../../ports/store.ts';
import type { Connection } from './connection.ts';
import { createRowReader } from './row-reader.ts';
import { deviceNotFound } from './store-errors.ts';

export function createDeviceStore(connection: Connection): DeviceStore {
  const { db, read, write } = connection;
  const rows = createRowReader({ table: devices, tableName: 'devices', named: 'id', path: connection.path });
  const byId = rows.query(() =>
    db
      .select()
      .from(devices)
      .where(eq(devices.id, sql.placeholder('id')))
      .prepare(),
  );
  const all = rows.query(() => db.select().from(devices).orderBy(sql`rowid`).prepare());

  const existing = (id: string): Device => {
    const device = byId.first({ id });
    if (device === null) throw deviceNotFound(id);
    return device;
  };

  return {
    insert: (device) =>
      write(() => {
        db.insert(devices).values(device).run();
        return existing(device.id);
      }),
    get: (id) => read(() => byId.first({ id })),
    list: () => read(() => all.all()),
    recordSeen: (id, atMs) =>
      write(() => {
        existing(id);
        db.update(devices).set({ lastSeenAtMs: atMs }).where(eq(devices.id, id)).run();
        return existing(id);
      }),
    revoke: (id, atMs) =>
      write(() => {
        existing(id);
        db.update(devices)
          .set({ revokedAtMs: atMs })
          .where(sql`${eq(devices.id, id)} and ${isNull(devices.revokedAtMs)}`)
          .run();
        return existing(id);
      }),
  };
}
