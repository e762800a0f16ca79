/**
 * Next's build of the pages, made beside the one in use and then put in its place within milliseconds: a dashboard that is being
 * served goes on, and one whose build fails keeps what it has. Browser files of the build before are kept once, for open pages.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { ROOT } from './root.mjs';
import { run } from './run.mjs';
import { contentStamp } from './stamp.mjs';

/** At the same depth as its final place: the bundles find their root relative to themselves. */
const STAGING = '.next-new';
const PAGES = join(ROOT, '.next');
const STAMP = join(PAGES, '.stamp');
/** Which browser files are this build's own, and not kept from the one before. */
const OWN_FILES = join(PAGES, '.own-files');
/** Next adds its own folders to the TypeScript configuration it is given: this copy is for that. */
const TSCONFIG = '.tooling/pages-tsconfig.json';
/** Of `next dev`, which may be running. */
const NOT_OURS = ['dev'];
/** Makes the next build faster, and stays where it is made. */
const CACHE = 'cache';

const readText = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

const isFresh = (stamp) => readText(STAMP) === stamp && existsSync(join(PAGES, 'BUILD_ID'));

/** Builds the pages unless those that are there were made from the same content. Resolves with whether it did. */
export async function ensurePagesBuilt({ force = 'no' } = {}) {
  const settings = { node: process.versions.node.split('.')[0] };
  if (force !== 'yes' && isFresh(contentStamp('pages', settings))) return false;
  const onWait = (pid) => console.error(`Waiting for another build of the pages (pid ${pid}) …`);
  return withLock('build-pages', { onWait }, async () => {
    const stamp = contentStamp('pages', settings);
    if (force !== 'yes' && isFresh(stamp)) return false;
    await buildStaging();
    assertRenderedOnRequest();
    publish(stamp);
    return true;
  });
}

async function buildStaging() {
  mkdirSync(join(ROOT, '.tooling'), { recursive: true });
  writeFileSync(
    join(ROOT, TSCONFIG),
    `${JSON.stringify({ extends: '../tsconfig.json', include: ['../app/**/*.ts', '../app/**/*.tsx'] })}\n`,
  );
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    AO_PAGES_DIR: STAGING,
    AO_PAGES_TSCONFIG: TSCONFIG,
  };
  const { code, signal, stdout } = await run(process.execPath, [join(ROOT, 'node_modules/next/dist/bin/next'), 'build'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (signal !== null)
    throw new Problem({ code: 'INTERRUPTED', message: 'Interrupted while the pages were built.', hint: 'npm run build' });
  if (code === 0) return;
  throw new Problem({
    code: 'BUILD_FAILED',
    message: `The pages could not be built.\n${stdout.trim()}`,
    hint: 'Mend that and run `npm run build`.',
  });
}

/** A page that was rendered beforehand has inline scripts without a nonce, which the gateway's CSP blocks: it would stay dead. */
function assertRenderedOnRequest() {
  const { routes } = JSON.parse(readFileSync(join(ROOT, STAGING, 'prerender-manifest.json'), 'utf8'));
  const offenders = Object.keys(routes).filter((route) => !route.startsWith('/_') && !/\.\w+$/.test(route));
  if (offenders.length === 0) return;
  throw new Problem({
    code: 'BUILD_FAILED',
    message: `These pages were rendered at build time, and their inline scripts would have no nonce: ${offenders.join(', ')}.`,
    hint: "Have them inherit `dynamic = 'force-dynamic'` from app/layout.tsx, then `npm run build`.",
  });
}

const filesBelow = (directory) =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(directory, join(entry.parentPath ?? entry.path, entry.name)))
    : [];

/** Their names carry their content, so files of two builds lie side by side. */
function keepFilesOfOpenPages(own) {
  const before = new Set(readText(OWN_FILES)?.split('\n') ?? []);
  for (const name of filesBelow(join(PAGES, 'static'))) {
    if (!before.has(name) || own.includes(name)) continue;
    mkdirSync(dirname(join(ROOT, STAGING, 'static', name)), { recursive: true });
    cpSync(join(PAGES, 'static', name), join(ROOT, STAGING, 'static', name));
  }
}

function publish(stamp) {
  const staging = join(ROOT, STAGING);
  const own = filesBelow(join(staging, 'static'));
  keepFilesOfOpenPages(own);
  mkdirSync(PAGES, { recursive: true });
  rmSync(STAMP, { force: true });
  for (const name of readdirSync(PAGES)) if (!NOT_OURS.includes(name)) rmSync(join(PAGES, name), { recursive: true, force: true });
  for (const name of readdirSync(staging)) if (name !== CACHE) renameSync(join(staging, name), join(PAGES, name));
  writeFileSync(OWN_FILES, own.join('\n'));
  writeFileSync(STAMP, stamp);
}
