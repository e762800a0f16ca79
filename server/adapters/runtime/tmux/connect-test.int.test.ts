import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempDir } from '../../../testing/resources.ts';
import { createSystemClock } from '../../system/clock.ts';
import { testConnect } from './connect-test.ts';

it('L2: asks nobody at a path that the system would cut short: somebody else may listen there', async () => {
  await using dir = await makeTempDir();
  const cut = join(dir.path, 's'.repeat(107 - Buffer.byteLength(dir.path) - 1));
  const somebody = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve) => somebody.listen(`${cut}-and-more`, resolve));
  // The very trap: it listens under another name than it was given.
  expect(readdirSync(dir.path).map((name) => `${cut}-and-more`.startsWith(join(dir.path, name)))).toEqual([true]);
  expect(readdirSync(dir.path)).not.toContain(basename(`${cut}-and-more`));
  expect(await testConnect(`${cut}-of-ours`, { limitMs: 5_000, clock: createSystemClock() })).toMatchObject({ state: 'unclear' });
  await new Promise((resolve) => somebody.close(resolve));
});
