import { defineConfig } from 'vitest/config';

/** In the place of what `scripts/build.mjs` writes into bundles: tests run from source and may arm fault points. */
const define = { __AO_FAULTS__: 'true', __AO_VERSION__: JSON.stringify('0.0.0-test') };

/** A test that waited for a real process on a busy machine is slow, not wrong. */
const PATIENT = { testTimeout: 60_000, hookTimeout: 60_000 };
const VERY_PATIENT = { testTimeout: 180_000, hookTimeout: 180_000 };

export default defineConfig({
  define,
  test: {
    projects: [
      {
        define,
        test: {
          name: 'unit',
          include: ['server/**/*.test.ts', 'app/**/*.test.ts', 'chaos/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.mjs'],
          exclude: ['server/**/*.int.test.ts', 'server/stories/**', 'chaos/**/*.story.test.ts'],
          testTimeout: 60_000,
        },
      },
      { define, test: { name: 'integration', include: ['server/**/*.int.test.ts'], ...PATIENT } },
      {
        define,
        test: {
          name: 'stories',
          include: ['server/stories/**/*.story.test.ts', 'chaos/**/*.story.test.ts'],
          globalSetup: ['server/testing/build-for-tests.ts'],
          ...VERY_PATIENT,
        },
      },
    ],
  },
});
