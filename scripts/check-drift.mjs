/**
 * Whether the migrations are what the schema says. `drizzle-kit check` misses drift, so `generate` is run against a copy of
 * `drizzle/`: anything it would write is drift. The checkout itself is not touched, whatever state it is in.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/root.mjs';
import { run } from './lib/run.mjs';

/** What `drizzle.config.ts` and the schema can reach. */
const COPIED = ['drizzle', 'drizzle.config.ts', 'server/core', 'server/ports', 'package.json', 'tsconfig.json'];

const filesBelow = (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1));

function differences(before, after) {
  const [old, fresh] = [filesBelow(before), filesBelow(after)];
  const added = fresh.filter((name) => !old.includes(name)).map((name) => `would add ${name}`);
  const gone = old.filter((name) => !fresh.includes(name)).map((name) => `would remove ${name}`);
  const changed = old
    .filter((name) => fresh.includes(name) && !readFileSync(join(before, name)).equals(readFileSync(join(after, name))))
    .map((name) => `would change ${name}`);
  return [...added, ...gone, ...changed];
}

/** Inside the checkout, so that node_modules is found from there; the folder is ignored by git. */
const copy = join(ROOT, '.tooling', `drift-${process.pid}`);
process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
rmSync(copy, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const name of COPIED) if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');

// No terminal on stdin: a question (was this column renamed?) is an error instead of a wait, one after which drizzle-kit 0.31
// exits with 0. So silence proves nothing: it has to say that there is nothing to do.
const kit = join(ROOT, 'node_modules/drizzle-kit/bin.cjs');
const { code, stdout } = await run(process.execPath, [kit, 'generate', '--name', 'drift'], {
  cwd: copy,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const drift = differences(join(ROOT, 'drizzle/migrations'), join(copy, 'drizzle/migrations'));
const ok = code === 0 && drift.length === 0 && stdout.includes('No schema changes');

if (!ok) {
  console.error(stdout.trim());
  const what = drift.length > 0 ? `generate ${drift.join(', ')}` : 'drizzle-kit did not get as far as comparing them';
  console.error(`drizzle/schema and drizzle/migrations differ: ${what}.`);
  console.error('  → npx drizzle-kit generate --name <what-changed>   (it may ask about renames), then commit drizzle/');
}
process.exitCode = ok ? 0 : 1;
