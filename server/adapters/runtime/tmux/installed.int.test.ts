import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempDir } from '../../../testing/resources.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createInstalledCheck } from './installed.ts';

const runner = createProcessRunner();

async function install(dir: string, version: string): Promise<void> {
  await rm(join(dir, 'tmux'), { force: true });
  await writeFile(join(dir, 'tmux'), `#!/bin/sh\necho "tmux ${version}"\n`);
  await chmod(join(dir, 'tmux'), 0o755);
}

it('L6: tmux that is missing, or too old, is said so with the command to install it', async () => {
  await using dir = await makeTempDir();
  const assertInstalled = createInstalledCheck({ runner, env: { PATH: dir.path } });
  await expect(assertInstalled()).rejects.toMatchObject({ code: 'RUNTIME_MISSING', hint: expect.stringContaining('tmux') });
  await install(dir.path, '3.2a');
  await expect(assertInstalled()).rejects.toMatchObject({
    code: 'RUNTIME_MISSING',
    message: expect.stringContaining('found "tmux 3.2a"'),
  });
});

it('a tmux that would do is asked once, another one in its place again, and none is missed at once', async () => {
  await using dir = await makeTempDir();
  const asked: (readonly string[])[] = [];
  const counting: typeof runner = {
    run(request) {
      asked.push(request.args);
      return runner.run(request);
    },
  };
  const assertInstalled = createInstalledCheck({ runner: counting, env: { PATH: `${dir.path}/nowhere:${dir.path}` } });
  await install(dir.path, '3.4');
  await assertInstalled();
  await assertInstalled();
  expect(asked).toEqual([['-V']]);
  await install(dir.path, '3.1 ');
  await expect(assertInstalled()).rejects.toMatchObject({ code: 'RUNTIME_MISSING' });
  await install(dir.path, '3.5a');
  await assertInstalled();
  await rm(join(dir.path, 'tmux'));
  await expect(assertInstalled()).rejects.toMatchObject({ code: 'RUNTIME_MISSING' });
});

it('the tmux of this machine will do', async () => {
  await createInstalledCheck({ runner, env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' } })();
});
