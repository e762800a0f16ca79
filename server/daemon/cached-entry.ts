/**
 * What `dist/daemon.mjs` is: runs the daemon's bundle from its V8 code cache, which halves the time to ready. A cache that is
 * missing, or was made by another Node, costs the time it saves and nothing else. Knows nothing of the daemon but its `main`.
 */
import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';

const path = fileURLToPath(new URL('./daemon.cjs', import.meta.url));

function readCache(): Buffer | undefined {
  try {
    return readFileSync(`${path}.cache`);
  } catch {
    return undefined;
  }
}

const cachedData = readCache();
// The bundle is ASCII (scripts/build.mjs).
const script = new Script(Module.wrap(readFileSync(path, 'latin1')), {
  filename: path,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(cachedData === undefined ? {} : { cachedData }),
});
const bundle: { exports: { main?: () => Promise<void> } } = { exports: {} };
script.runInThisContext().call(bundle.exports, bundle.exports, createRequire(path), bundle, path, dirname(path));
await bundle.exports.main?.();
