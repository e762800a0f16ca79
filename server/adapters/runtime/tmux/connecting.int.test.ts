import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { eventually, makeTempDir } from '../../../testing/resources.ts';
import { createSystemClock } from '../../system/clock.ts';
import { createConnector } from './connecting.ts';

it('L6: a control client comes only once nothing is being changed: an older tmux would crash, and every session with it', async () => {
  await using dir = await makeTempDir();
  const journal = join(dir.path, 'journal');
  const happened = (): string[] => readFileSync(journal, 'utf8').trim().split('\n');
  // In the place of tmux: says that it came.
  writeFileSync(join(dir.path, 'tmux'), `#!/bin/sh\necho connecting >> '${journal}'\n`);
  chmodSync(join(dir.path, 'tmux'), 0o755);
  writeFileSync(journal, 'asked\n');
  const unused = () => Promise.reject(new Error('not to be asked'));
  const connector = createConnector({
    socket: join(dir.path, 's.sock'),
    env: { PATH: `${dir.path}:/usr/bin:/bin` },
    cwd: dir.path,
    host: { look: unused, start: unused, reviveKeeper: unused, record: unused, recordOf: unused },
    process: { run: () => Promise.resolve({ outcome: 'ok', text: 'session ao-keeper ' }), start: unused },
    ownViewers: () => new Set(),
    clock: createSystemClock(),
    log: createRecordingLog(),
  });
  let changed: () => void = () => undefined;
  const change = new Promise<void>((resolve) => {
    changed = resolve;
  });
  const connecting = connector.connect(async () => {
    appendFileSync(journal, 'waiting\n');
    await change;
    appendFileSync(journal, 'changed\n');
  });
  await eventually('it is under way', () => happened().length > 1);
  changed();
  expect(await connecting).toEqual({ state: 'failed' });
  await eventually('it came', () => happened().includes('connecting'));
  expect(happened()).toEqual(['asked', 'waiting', 'changed', 'connecting']);
});
