/**
 * Any short list of events against the real daemon, tmux and SQLite, with the oracle as judge. A few of them, the same ones each time;
 * a failure says how the shortest list that fails is played again. `npm run chaos` is for long ones.
 */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { buildPages } from '../server/testing/build-for-tests.ts';
import { run } from './run.ts';
import { kindsOn, toRuntime } from './schedule.ts';
import { toCommand, toStory } from './story.ts';

const RUNTIME = toRuntime();
const SEED = 16;
const RUNS = 2;
/** One that fails is shrunk for as long as this. */
const SHRINK_LIMIT_MS = 240_000;

beforeAll(buildPages);

/** Those that want a browser or a disk of their own are left to the long runs. */
const kind = fc.constantFrom(...kindsOn(RUNTIME).filter((one) => one !== 'browser' && one !== 'disk-full'));

it('whatever happens in whatever order, what is found is what was predicted', { timeout: SHRINK_LIMIT_MS + 60_000 }, async () => {
  let played = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { minLength: 3, maxLength: 5 }), async (kinds) => {
      const story = toStory(kinds);
      const { happened, kept } = await run({ seed: SEED, story, privileged: 'no', runtime: RUNTIME, onEvent: () => undefined });
      if (kept !== null) throw new Error(`${JSON.stringify(happened.at(-1))}\nagain: ${toCommand(SEED, story, RUNTIME)}`);
      played += happened.length;
    }),
    { seed: SEED, numRuns: RUNS, skipAllAfterTimeLimit: SHRINK_LIMIT_MS },
  );
  expect(played).toBeGreaterThanOrEqual(3 * RUNS);
});
