import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeStoreContract } from '../../../testing/contracts/store.contract.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { openStore } from './open-store.ts';

const migrationsDir = fileURLToPath(new URL('../../../../drizzle/migrations', import.meta.url));

describeStoreContract('SQLite', ({ nowMs }) => {
  const directory = mkdtempSync(join(tmpdir(), 'ao-store-'));
  const store = openStore({ path: join(directory, 'ao.db'), migrationsDir, nowMs, log: createRecordingLog() });
  return {
    store,
    dispose: () => {
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});
