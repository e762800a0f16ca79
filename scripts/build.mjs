/**
 * Builds the product. The server: the daemon with its code cache, the gateway, `ao.js`, `ao-attach.mjs`, `ao-hook.cjs`, the pty host
 * and the migrations, one file each, because a file that is not read costs nothing at start, and because an `ao` in use must not lose a
 * chunk to a rebuild.
 * The pages: Next's own build in `.next` (lib/build-pages.mjs). Each is built only when its own content has changed.
 *
 *   node scripts/build.mjs [--if-stale] [--only server|pages] [--with-fault-points --out-dir .test-build]
 *
 * A build into another folder is one of the server only: the pages are the same for both.
 *
 * `__AO_FAULTS__` is true only in a build for tests: a release build cannot be told by its environment to kill itself.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensurePagesBuilt } from './lib/build-pages.mjs';
import { withLock } from './lib/lock.mjs';
import { Problem, reportProblem } from './lib/problem.mjs';
import { ROOT } from './lib/root.mjs';
import { contentStamp } from './lib/stamp.mjs';

/** The oldest Node we run on; newer syntax is lowered. */
const TARGET = 'node20.19';
const STAMP = '.stamp';
const OUTPUTS = [
  'daemon.mjs',
  'daemon.cjs',
  'daemon.cjs.cache',
  'gateway.mjs',
  'ao.js',
  'ao-attach.mjs',
  'ao-hook.cjs',
  'ptyhost.cjs',
  'migrations',
];
/** Native, or optional parts of a package that are not installed: they stay out of the bundles. */
const EXTERNAL = ['better-sqlite3', 'node-pty', 'bufferutil', 'utf-8-validate'];

/** Bundled CommonJS (pino) calls `require` for node's own modules, which an ES module does not have. */
const REQUIRE_BANNER =
  "import { createRequire as __aoCreateRequire } from 'node:module';\nconst require = __aoCreateRequire(import.meta.url);";
const SHEBANG = '#!/usr/bin/env node\n';

/** An ES module's own address, which CommonJS has not. */
const CJS_URL = (define) => ({
  define: { ...define, 'import.meta.url': '__aoModuleUrl' },
  banner: { js: "const __aoModuleUrl = require('node:url').pathToFileURL(__filename).href;" },
});

/** zod's namespace holds on to error texts in fifty languages, 400 KB that no bundler may drop. We use one. */
const ENGLISH_ONLY = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: dirname(path),
    }));
  },
};

function entries(define) {
  const common = {
    plugins: [ENGLISH_ONLY],
    bundle: true,
    platform: 'node',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'none',
    define,
    logLevel: 'silent',
  };
  const esm = { ...common, format: 'esm', banner: { js: REQUIRE_BANNER } };
  return [
    { out: 'daemon.mjs', options: { ...esm, banner: {}, entryPoints: ['server/daemon/cached-entry.ts'] } },
    // CommonJS, because only a script can be run from a code cache. Names
    // and lines are kept for the logs' stack traces; what is read and kept
    // at each start is smaller by a third, which is 6 MB of the daemon.
    {
      out: 'daemon.cjs',
      options: {
        ...common,
        ...CJS_URL(define),
        format: 'cjs',
        entryPoints: ['server/main.ts'],
        external: EXTERNAL,
        keepNames: true,
        minifyWhitespace: true,
        minifySyntax: true,
        lineLimit: 160,
        // Read as Latin-1, which V8 takes as it is: no decoding, and half the memory of a text with one character beyond it.
        charset: 'ascii',
        // What is loaded late is loaded by `require`: an import from a script of `node:vm` prints a warning of Node's.
        supported: { 'dynamic-import': false },
      },
    },
    // Next stays in node_modules: it finds its own files there.
    { out: 'gateway.mjs', options: { ...esm, entryPoints: ['server/gateway/main.ts'] } },
    // qrcode is wanted by one command only.
    { out: 'ao.js', shebang: true, options: { ...esm, entryPoints: ['server/cli/main.ts'], external: ['qrcode'] } },
    // A socket client and a terminal emulator: as much code as all other commands together.
    { out: 'ao-attach.mjs', options: { ...esm, entryPoints: ['server/cli/verbs/attach.ts'], external: EXTERNAL } },
    // One runs for each session: what is not in it takes no memory.
    {
      out: 'ptyhost.cjs',
      options: {
        ...common,
        format: 'cjs',
        entryPoints: ['server/pty-host/main.ts'],
        external: EXTERNAL,
        minify: true,
        // One character beyond Latin-1, and V8 keeps the whole text at two bytes each.
        charset: 'ascii',
      },
    },
    { out: 'ao-hook.cjs', options: { ...common, format: 'cjs', entryPoints: ['server/hook-client/main.ts'], minify: true } },
  ];
}

async function bundle({ out, shebang, options }, directory) {
  const { build } = await import('esbuild');
  const outfile = join(directory, out);
  await build({ ...options, absWorkingDir: ROOT, outfile });
  if (!shebang) return;
  const text = readFileSync(outfile, 'utf8').replace(/^#!.*\n/, '');
  writeFileSync(outfile, SHEBANG + text);
  chmodSync(outfile, 0o755);
}

const filesBelow = (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath ?? entry.path, entry.name)));

/** File by file, each in one step: an `ao` or a hook that runs meanwhile finds the old or the new one, never none. */
function publish(from, to) {
  mkdirSync(to, { recursive: true });
  const fresh = filesBelow(from);
  for (const name of fresh) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    renameSync(join(from, name), join(to, name));
  }
  const kept = new Set([...fresh, STAMP]);
  for (const name of filesBelow(to)) if (!kept.has(name)) rmSync(join(to, name));
}

/** So that `npx ao` in a checkout is this one, found at once and never looked up in a registry. */
function linkCommand() {
  if (process.platform === 'win32') return;
  const link = join(ROOT, 'node_modules/.bin/ao');
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync('../../dist/ao.js', link);
}

function isFresh(outDir, stamp) {
  try {
    return readFileSync(join(outDir, STAMP), 'utf8') === stamp && OUTPUTS.every((name) => existsSync(join(outDir, name)));
  } catch {
    return false;
  }
}

/**
 * Builds into `outDir` (relative to the checkout) unless what is there was made from the same content.
 * Resolves with whether it built. `force` builds anyway.
 */
export async function ensureBuilt({ outDir = 'dist', faultPoints = 'off', force = 'no' } = {}) {
  if (faultPoints === 'on' && outDir === 'dist') {
    throw new Problem({
      code: 'BAD_INPUT',
      message: 'A build with fault points is for tests and may not be put where the product is.',
      hint: 'node scripts/build.mjs --with-fault-points --out-dir .test-build',
    });
  }
  const target = join(ROOT, outDir);
  if (outDir === 'dist') linkCommand();
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const settings = { version, faultPoints, target: TARGET };
  if (force !== 'yes' && isFresh(target, contentStamp('server', settings))) return false;
  const onWait = (pid) => console.error(`Waiting for another build (pid ${pid}) …`);
  return withLock(`build-${outDir.replace(/\W/g, '')}`, { onWait }, async () => {
    const stamp = contentStamp('server', settings);
    if (force !== 'yes' && isFresh(target, stamp)) return false;
    const staging = join(ROOT, '.tooling', `${outDir.replace(/\W/g, '')}.new`);
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging, { recursive: true });
    try {
      const define = { __AO_VERSION__: JSON.stringify(version), __AO_FAULTS__: String(faultPoints === 'on') };
      await Promise.all(entries(define).map((entry) => bundle(entry, staging)));
      // V8 takes no code cache that was made under other flags than the daemon's (server/launcher/node-flags.ts).
      const cache = ['--max-semi-space-size=2', join(ROOT, 'scripts/lib/code-cache.mjs'), join(staging, 'daemon.cjs')];
      execFileSync(process.execPath, cache, { stdio: 'pipe' });
      cpSync(join(ROOT, 'drizzle/migrations'), join(staging, 'migrations'), { recursive: true });
      rmSync(join(target, STAMP), { force: true });
      publish(staging, target);
      writeFileSync(join(target, STAMP), stamp);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
    return true;
  });
}

/** esbuild's own messages carry file, line and text; its stack would only bury them. */
function toProblem(error) {
  if (!Array.isArray(error?.errors)) return error;
  const texts = error.errors.map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text));
  return new Problem({
    code: 'BUILD_FAILED',
    message: `The build failed. ${texts.join('; ')}`,
    hint: 'Mend that and run `npm run build`.',
  });
}

/** Both parts side by side; `only` leaves the other one out. */
async function buildParts({ outDir, faultPoints, force, only }) {
  const parts = [];
  if (only !== 'pages') parts.push(ensureBuilt({ outDir, faultPoints, force }));
  if (only === 'pages' || (only !== 'server' && outDir === 'dist')) parts.push(ensurePagesBuilt({ force }));
  // All of them settle before one failure is told: a build that goes on would print into it.
  const settled = await Promise.allSettled(parts);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return settled.some(({ value }) => value);
}

export async function main(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      'if-stale': { type: 'boolean' },
      'with-fault-points': { type: 'boolean' },
      'out-dir': { type: 'string', default: 'dist' },
      only: { type: 'string' },
    },
  });
  const startedMs = performance.now();
  const outDir = values['out-dir'];
  try {
    const built = await buildParts({
      outDir,
      only: values.only,
      faultPoints: values['with-fault-points'] ? 'on' : 'off',
      force: values['if-stale'] ? 'no' : 'yes',
    });
    const what = values.only === 'pages' ? 'the pages' : outDir;
    console.error(built ? `Built ${what} in ${Math.round(performance.now() - startedMs)} ms.` : `Up to date: ${what}.`);
    return 0;
  } catch (error) {
    return reportProblem(toProblem(error));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
