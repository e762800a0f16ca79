import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempDir } from '../../../testing/resources.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { assertTmuxInstalled } from './installed.ts';

const runner = createProcessRunner();

it('L6: tmux that is missing, or too old, is said so with the command to install it', async () => {
  await using dir = await makeTempDir();
  await expect(assertTmuxInstalled({ runner, env: { PATH: dir.path } })).rejects.toMatchObject({
    code: 'RUNTIME_MISSING',
    hint: expect.stringContaining('tmux'),
  });
  await writeFile(join(dir.path, 'tmux'), '#!/bin/sh\necho "tmux 3.2a"\n');
  await chmod(join(dir.path, 'tmux'), 0o755);
  await expect(assertTmuxInstalled({ runner, env: { PATH: dir.path } })).rejects.toMatchObject({
    code: 'RUNTIME_MISSING',
    message: expect.stringContaining('found "tmux 3.2a"'),
  });
});

it('the tmux of this machine will do', async () => {
  await assertTmuxInstalled({ runner, env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' } });
});
