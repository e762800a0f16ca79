/**
 * Writes the V8 code cache beside a CommonJS bundle: after its top level has run, so that what start-up compiles is in it.
 * In a process of its own, since running a bundle changes the process it runs in.
 *
 *   node scripts/lib/code-cache.mjs <bundle.cjs>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, resolve } from 'node:path';
import { constants, Script } from 'node:vm';

const path = resolve(process.argv[2]);
const text = readFileSync(path, 'latin1');
// It is read back as Latin-1.
if (/[^\0-\x7f]/.test(text)) throw new Error(`${path} is not ASCII`);
const script = new Script(Module.wrap(text), {
  filename: path,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const bundle = { exports: {} };
script.runInThisContext().call(bundle.exports, bundle.exports, createRequire(path), bundle, path, dirname(path));
writeFileSync(`${path}.cache`, script.createCachedData());
