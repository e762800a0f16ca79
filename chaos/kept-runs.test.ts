import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempDir } from '../server/testing/resources.ts';
import { openKeptRuns } from './kept-runs.ts';
import type { Run } from './run.ts';

const RUN: Run = {
  seed: 3,
  happened: [{ number: 1, kind: 'reboot', effect: { seen: 'gone' }, findings: [], recoveryMs: 7, tookMs: 9 }],
  limits: [],
  tookMs: 9,
  kept: null,
};

it('finds a run again by its seed and length, and only with the product and the runtime that it was a run of', async () => {
  await using dir = await makeTempDir();
  const build = (ao: string): string => {
    const path = join(dir.path, 'build');
    mkdirSync(path, { recursive: true });
    for (const file of ['ao.js', 'ao-hook.cjs', 'daemon.cjs', 'gateway.mjs', 'ptyhost.cjs'])
      writeFileSync(join(path, file), file === 'ao.js' ? ao : file);
    return path;
  };
  const runs = join(dir.path, 'runs');
  openKeptRuns('tmux', build('one'), runs).keep(RUN);
  const again = openKeptRuns('tmux', build('one'), runs);
  expect([again.find(3, 1), again.find(3, 2), again.find(4, 1)]).toEqual([RUN, null, null]);
  expect(openKeptRuns('tmux', build('two'), runs).find(3, 1)).toBeNull();
  expect(openKeptRuns('ptyhost', build('one'), runs).find(3, 1)).toBeNull();
});
