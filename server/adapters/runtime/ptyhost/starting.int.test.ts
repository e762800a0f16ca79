/** How a host is started, as seen by its starter: in a scope where there is one, fenced, with its last words where it fails. */
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LaunchId } from '../../../core/ids.ts';
import { newLaunchId } from '../../../testing/contracts/runtime.contract.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { bundlePtyHost } from '../../../testing/ptyhost-bundle.ts';
import { makeTempDir } from '../../../testing/resources.ts';
import { createSystemClock } from '../../system/clock.ts';
import { createHostRecords } from './records.ts';
import { createStarting, type StartingDeps } from './starting.ts';

async function stand(patch: (folder: string) => Promise<Partial<StartingDeps>>) {
  const temp = await makeTempDir('ao-start-');
  await mkdir(join(temp.path, 'ptyhost'), { mode: 0o700 });
  const records = createHostRecords(temp.path);
  const log = createRecordingLog();
  const program = await bundlePtyHost();
  const env = { PATH: process.env['PATH'] ?? '', AO_DATA_DIR: temp.path };
  const deps = { program, env, cwd: temp.path, scope: [], records, clock: createSystemClock(), log, ...(await patch(temp.path)) };
  return { start: createStarting(deps), log, records, [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose]() };
}

/** Neither has a launch file: what is started says so and goes. */
const LAUNCH: LaunchId = newLaunchId();
const WITHDRAWN = { state: 'refused', refusal: 'withdrawn', why: 'this launch was withdrawn; nothing was started' };

it('a launch that was fenced before its host got to it starts nothing and leaves no record', async () => {
  await using host = await stand(async () => ({}));
  expect(await host.start('app-1', LAUNCH)).toEqual(WITHDRAWN);
  expect(await readdir(host.records.directory)).toEqual([]);
});

it('L11: is started through the scope of a service', async () => {
  await using host = await stand(async (folder) => {
    const scope = join(folder, 'scope');
    await writeFile(scope, '#!/bin/sh\ntouch "$1"; shift\nexec "$@"\n');
    await chmod(scope, 0o755);
    return { scope: [scope, join(folder, 'used')] };
  });
  expect(await host.start('app-1', LAUNCH)).toEqual(WITHDRAWN);
  expect(await readdir(join(host.records.directory, '..'))).toContain('used');
  expect(host.log.lines).toEqual([]);
});

it.each([
  ['cannot be asked', ['/bin/sh', '-c', 'echo "Failed to connect to bus: No medium found" >&2; exit 1']],
  ['is not there', ['no-such-systemd-run']],
])('L11: is started without one, and that is said, where the service manager %s', async (_what, scope) => {
  await using host = await stand(async () => ({ scope }));
  expect(await host.start('app-1', LAUNCH)).toEqual(WITHDRAWN);
  expect(host.log.lines.map(({ level }) => level)).toEqual(['warn']);
});

it('says why a host did not come up, in its own last words', async () => {
  await using host = await stand(async (folder) => {
    const program = join(folder, 'broken.cjs');
    await writeFile(program, "throw new Error('no native module here');");
    return { program };
  });
  expect(await host.start('app-1', LAUNCH)).toMatchObject({
    state: 'refused',
    refusal: 'not-started',
    why: expect.stringContaining('no native module here') as string,
  });
});
