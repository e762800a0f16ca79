/**
 * "Stale" decided by content, never by time: a checkout, a branch switch or a copy changes times without changing anything,
 * and the other way round.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './root.mjs';

/** What a build is made of. Tests are not: editing one must not rebuild the product. */
const INPUTS = {
  server: ['server', 'drizzle', 'scripts/build.mjs', 'scripts/lib/stamp.mjs', 'package-lock.json', 'tsconfig.json'],
  pages: [
    'app',
    'public',
    'server/contract',
    'server/terminal-client',
    'server/core',
    'next.config.mjs',
    'postcss.config.mjs',
    'scripts/lib/build-pages.mjs',
    'package-lock.json',
    'tsconfig.json',
  ],
};
const NOT_BUILT = /\.(test|child)\.tsx?$|^server\/(testing|stories)\//;

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => filesBelow(join(path, entry.name)));
}

/** A digest of the name and content of everything that `part` (`server` or `pages`) is made of, and of `options`. */
export function contentStamp(part, options) {
  const files = INPUTS[part]
    .flatMap((input) => filesBelow(join(ROOT, input)))
    .map((path) => relative(ROOT, path).replaceAll('\\', '/'))
    .filter((name) => !NOT_BUILT.test(name))
    .sort((a, b) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(options));
  for (const name of files) {
    const content = readFileSync(join(ROOT, name));
    hash.update(`\0${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
