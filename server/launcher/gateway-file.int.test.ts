import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createProcessTable } from '../adapters/system/process-table.ts';
import type { GatewayFileEntry } from '../contract/gateway.ts';
import { makeTempDir } from '../testing/resources.ts';
import { readGatewayFile, removeGatewayFile, writeGatewayFile } from './gateway-file.ts';

const processes = createProcessTable({ clock: createSystemClock() });
const ours: GatewayFileEntry = {
  pid: process.pid,
  processStartedAt: processes.identify(process.pid)?.startedAt ?? '',
  bootId: processes.bootId(),
  port: 3_000,
};

it('L2: the file of a second gateway is not removed by the first one when that ends', async () => {
  await using dir = await makeTempDir();
  const runFile = join(dir.path, 'running.json');
  const first = { ...ours, processStartedAt: '1', port: 2_999 };
  writeGatewayFile(runFile, first);
  writeGatewayFile(runFile, ours);
  removeGatewayFile(runFile, first);
  expect(readGatewayFile(runFile)).toEqual(ours);
  removeGatewayFile(runFile, ours);
  expect(readGatewayFile(runFile)).toBeNull();
});

it('L2: a gateway whose process is gone, whose pid somebody else has, or that is of an earlier boot is none; nor is half a file', async () => {
  await using dir = await makeTempDir();
  const runFile = join(dir.path, 'running.json');
  for (const stale of [{ pid: 2 ** 22 - 7 }, { processStartedAt: '1' }, { bootId: 'another' }]) {
    writeGatewayFile(runFile, { ...ours, ...stale });
    expect(readGatewayFile(runFile), JSON.stringify(stale)).toBeNull();
  }
  writeFileSync(join(dir.path, 'gateway.json'), JSON.stringify(ours).slice(0, 20));
  expect(readGatewayFile(runFile)).toBeNull();
});
