import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempDir } from '../../testing/resources.ts';
import { createSecretFile, readSecretFile } from './secret-file.ts';

it('L2: of two that make one in the same instant the first one stays, unless it is to be replaced', async () => {
  await using dir = await makeTempDir();
  const path = join(dir.path, 'secret');
  const first = createSecretFile(path, 'keep_first');
  // Both had found none; this one comes a moment later.
  expect(createSecretFile(path, 'keep_first')).toBeNull();
  expect(readSecretFile(path)?.text).toBe(first);
  expect(readSecretFile(path)?.text).not.toBe(createSecretFile(path, 'replace'));
});
