/**
 * Runs that came to their end without a finding, kept under what they ran: the built product, the seed, the number of events. With
 * `--resume` several seeds need not be played in one sitting; another build has none.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run } from './run.ts';
import type { RuntimeKind } from './schedule.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLES = ['ao.js', 'ao-hook.cjs', 'daemon.cjs', 'gateway.mjs', 'ptyhost.cjs'];

export type KeptRuns = {
  readonly find: (seed: number, events: number) => Run | null;
  readonly keep: (run: Run) => void;
};

export function openKeptRuns(
  runtime: RuntimeKind,
  build = join(ROOT, '.test-build'),
  folder = join(ROOT, '.tooling', 'chaos', 'runs'),
): KeptRuns {
  const hash = createHash('sha256');
  for (const bundle of BUNDLES) hash.update(readFileSync(join(build, bundle)));
  const product = hash.digest('hex').slice(0, 16);
  const fileOf = (seed: number, events: number): string => join(folder, `${product}-${runtime}-${events}-events-seed-${seed}.json`);
  return {
    find(seed, events) {
      const file = fileOf(seed, events);
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run) : null;
    },
    keep(run) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(fileOf(run.seed, run.happened.length), JSON.stringify(run));
    },
  };
}
