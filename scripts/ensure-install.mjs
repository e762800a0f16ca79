/**
 * Makes node_modules what the lock file says, once, and otherwise costs a few milliseconds. Free of dependencies, since it
 * runs before there are any. Whoever wants packages imports this first and everything else dynamically afterwards.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { Problem, reportProblem } from './lib/problem.mjs';
import { ROOT } from './lib/root.mjs';
import { run, versionOf } from './lib/run.mjs';

export const MINIMUM_NODE = '20.19.0';

const MODULES = join(ROOT, 'node_modules');
const LOCK_FILE = join(ROOT, 'package-lock.json');
/** Written by npm as the last act of an install: missing means none, or one that was cut off. */
const HIDDEN_LOCK_FILE = join(MODULES, '.package-lock.json');
const MARKER = join(MODULES, '.ao-install.json');

function isAtLeast(version, minimum) {
  const [a, b] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) if (a[i] !== b[i]) return a[i] > b[i];
  return true;
}

export function assertNodeVersion(version = process.versions.node) {
  if (isAtLeast(version, MINIMUM_NODE)) return;
  throw new Problem({
    code: 'NODE_TOO_OLD',
    message: `Node.js ${version} is too old: Agent Orchestrator needs 20.19 or newer (this one is ${process.execPath}).`,
    hint: 'Install a newer one, for example `nvm install 20 && nvm use 20`, or from https://nodejs.org, and run the command again.',
  });
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What an install depends on: the lock file, and the binary interface that better-sqlite3 was compiled for. */
function wantedState() {
  const lock = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
  return { lock, abi: process.versions.modules, platform: `${process.platform}-${process.arch}` };
}

function markedState() {
  try {
    return readJson(MARKER);
  } catch {
    return null;
  }
}

/** For a tree that `npm ci` made without us: the same packages in the same versions, but for optional ones of other platforms. */
function isInstalledAsLocked() {
  try {
    const have = readJson(HIDDEN_LOCK_FILE).packages;
    return Object.entries(readJson(LOCK_FILE).packages).every(([path, wanted]) => {
      if (path === '') return true;
      const found = have[path];
      return found === undefined ? wanted.optional === true || wanted.devOptional === true : found.version === wanted.version;
    });
  } catch {
    return false;
  }
}

/** `nothing`, `rebuild` (another Node than the one the native modules were compiled for) or `install`. */
export function installNeed() {
  const wanted = wantedState();
  const marked = markedState();
  if (!existsSync(HIDDEN_LOCK_FILE)) return 'install';
  if (marked === null) return isInstalledAsLocked() ? 'rebuild-check' : 'install';
  if (marked.lock !== wanted.lock) return isInstalledAsLocked() ? 'rebuild-check' : 'install';
  return marked.abi === wanted.abi && marked.platform === wanted.platform ? 'nothing' : 'rebuild-check';
}

/** In a process of its own: a native module of another ABI can only be tried. */
async function nativeModulesLoad() {
  const probe = "const Database = require('better-sqlite3'); new Database(':memory:').close();";
  const { code } = await run(process.execPath, ['-e', probe], { stdio: 'ignore' });
  return code === 0;
}

function npm(args) {
  // npm's output goes to stderr: what we print on stdout is for whoever reads our result.
  const options = { stdio: ['ignore', process.stderr, process.stderr] };
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return run(process.execPath, [cli, ...args], options);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options);
}

async function missingBuildTools() {
  const tools = { python3: ['--version'], make: ['--version'], 'g++': ['--version'] };
  const found = await Promise.all(Object.entries(tools).map(async ([tool, args]) => [tool, await versionOf(tool, args)]));
  return found.filter(([, version]) => version === null).map(([tool]) => tool);
}

async function installFailure(what) {
  const missing = process.platform === 'win32' ? [] : await missingBuildTools();
  if (missing.length === 0) {
    return new Problem({
      code: 'INSTALL_FAILED',
      message: `\`${what}\` failed; what npm said is above.`,
      hint: 'Check the network and the registry (`npm ping`), then run the command again.',
    });
  }
  const install =
    process.platform === 'darwin'
      ? 'xcode-select --install'
      : 'sudo apt-get install -y python3 make g++   (Fedora: sudo dnf install python3 make gcc-c++)';
  return new Problem({
    code: 'COMPILER_MISSING',
    message: `\`${what}\` failed, and better-sqlite3 could not have been compiled: ${missing.join(', ')} not found on PATH.`,
    hint: `${install}\nthen run the command again.`,
  });
}

async function runNpm(args) {
  const what = `npm ${args[0]}`;
  const { code, signal } = await npm(args);
  if (signal !== null || code >= 128)
    throw new Problem({ code: 'INTERRUPTED', message: `\`${what}\` was interrupted.`, hint: 'Run the command again.' });
  if (code !== 0) throw await installFailure(what);
}

async function settle(need) {
  if (need === 'install') {
    console.error('Installing the packages of package-lock.json (npm ci) …');
    // Whatever NODE_ENV says: building and testing need the development packages too.
    await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  }
  if (!(await nativeModulesLoad())) {
    console.error(`Compiling better-sqlite3 for Node ${process.versions.node} (about two minutes) …`);
    await runNpm(['rebuild', 'better-sqlite3']);
    if (!(await nativeModulesLoad())) throw await installFailure('npm rebuild better-sqlite3');
  }
  writeFileSync(MARKER, `${JSON.stringify(wantedState())}\n`);
}

/** Resolves with whether anything had to be done. */
export async function ensureInstall() {
  assertNodeVersion();
  if (installNeed() === 'nothing') return false;
  return withLock('install', { onWait: (pid) => console.error(`Waiting for another install (pid ${pid}) …`) }, async () => {
    const need = installNeed();
    if (need === 'nothing') return false;
    await settle(need);
    return true;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await ensureInstall();
  } catch (error) {
    process.exitCode = reportProblem(error);
  }
}
