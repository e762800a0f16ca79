/** The bundle as it is built and started: its code cache halves the time to ready, and V8 passes it by without a word where it does not fit. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { DAEMON_NODE_FLAGS } from '../launcher/node-flags.ts';
import { AO } from '../testing/world.ts';

const IS_TAKEN = `
  const { readFileSync } = require('node:fs');
  const { Module } = require('node:module');
  const { constants, Script } = require('node:vm');
  const [filename] = process.argv.slice(-1);
  const { cachedDataRejected } = new Script(Module.wrap(readFileSync(filename, 'latin1')), {
    filename,
    cachedData: readFileSync(filename + '.cache'),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  process.stdout.write(cachedDataRejected ? 'rejected' : 'taken');
`;

it.each([
  { how: 'as it is started', flags: DAEMON_NODE_FLAGS, found: 'taken' },
  { how: 'under other flags', flags: ['--max-semi-space-size=3'], found: 'rejected' },
])('the daemon’s code cache is $found $how', ({ flags, found }) => {
  const bundle = join(dirname(AO), 'daemon.cjs');
  expect(execFileSync(process.execPath, [...flags, '-e', IS_TAKEN, bundle], { encoding: 'utf8' })).toBe(found);
});
