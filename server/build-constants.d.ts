/**
 * Constants that `scripts/build.mjs` writes into the bundles and `vitest.config.ts` into tests. Run from source (tsx) they do
 * not exist: guard with `typeof __AO_FAULTS__ !== 'undefined'`.
 */

/** Whether this build obeys the fault-point environment variable. False in every release. */
declare const __AO_FAULTS__: boolean | undefined;

/** The version of package.json. */
declare const __AO_VERSION__: string | undefined;
