/**
 * Adds to package-lock.json the native packages of the platforms that the registry it was written against does not carry.
 * npm leaves those out, and then `npm ci` refuses the lock file ("Missing: … from lock file"): here, and for everybody with
 * another platform. Their versions are known (the parent names them exactly); npm takes the rest from the registry it has.
 *
 *   node scripts/complete-lock.mjs [--check]     run it after every `npm install`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/root.mjs';

const PATH = join(ROOT, 'package-lock.json');
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'windows'];
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** `@scope/name-linux-arm64-musl` → what npm compares with the machine, so that it is skipped everywhere else. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.find((word) => OS.includes(word));
  const cpu = words.find((word) => CPU.includes(word));
  const libc = words.map((word) => LIBC[word]).find(Boolean);
  if (os === undefined && cpu === undefined) return null;
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(libc && os === 'linux' ? { libc: [libc] } : {}),
    ...(os ? { os: [os === 'windows' ? 'win32' : os] } : {}),
  };
}

/** Where node would find `name` from the package at `path`, nearest first. */
function isLocked(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

function missingEntries(packages) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev, optional }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, path, name))
      .flatMap(([name, version]) => {
        const platform = platformOf(name);
        if (platform === null || !/^\d+\.\d+\.\d+/.test(version)) return [];
        return [[`node_modules/${name}`, { version, ...platform, ...(dev || optional ? { dev: true } : {}), optional: true }]];
      }),
  );
}

const lock = JSON.parse(readFileSync(PATH, 'utf8'));
const missing = missingEntries(lock.packages);
if (missing.length === 0) {
  console.log('package-lock.json names the packages of every platform.');
} else if (process.argv.includes('--check')) {
  console.error(
    `package-lock.json lacks ${missing.map(([path]) => path.slice('node_modules/'.length)).join(', ')}.\n  → node scripts/complete-lock.mjs`,
  );
  process.exitCode = 1;
} else {
  const packages = Object.fromEntries([...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(PATH, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`Added ${missing.length} packages of other platforms to package-lock.json.`);
}
