/** Whether git, and tmux where it is used, are here and new enough, and the exact command for what is not. Free of dependencies. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Problem, reportProblem } from './lib/problem.mjs';
import { versionOf } from './lib/run.mjs';

const GIT = { name: 'git', args: ['--version'], minimum: [2, 30], why: 'every worker session works in its own git worktree' };
const TMUX = {
  name: 'tmux',
  args: ['-V'],
  minimum: [3, 3],
  why: 'sessions live in a tmux server of their own, so that they outlive the daemon (or set AO_RUNTIME=ptyhost and do without)',
};

const INSTALL = {
  apt: (names) => `sudo apt-get update && sudo apt-get install -y ${names}`,
  dnf: (names) => `sudo dnf install -y ${names}`,
  pacman: (names) => `sudo pacman -S --needed ${names}`,
  zypper: (names) => `sudo zypper install ${names}`,
  apk: (names) => `sudo apk add ${names}`,
  brew: (names) => `brew install ${names}`,
};

const FAMILIES = [
  [/debian|ubuntu/, 'apt'],
  [/fedora|rhel|centos/, 'dnf'],
  [/arch/, 'pacman'],
  [/suse/, 'zypper'],
  [/alpine/, 'apk'],
];

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

/** The command that installs `names` on this system, or a sentence where we know of none. */
export function installCommand(names, { platform = process.platform, osRelease = readOsRelease() } = {}) {
  if (platform === 'darwin') return INSTALL.brew(names.join(' '));
  if (platform === 'win32') {
    return names.includes('tmux') ? 'unset AO_RUNTIME: tmux does not exist for Windows' : `winget install ${names.join(' ')}`;
  }
  const ids = osRelease
    .split('\n')
    .filter((line) => /^ID(_LIKE)?=/.test(line))
    .join(' ')
    .toLowerCase();
  const family = FAMILIES.find(([pattern]) => pattern.test(ids));
  return family ? INSTALL[family[1]](names.join(' ')) : `install ${names.join(' and ')} with your system’s package manager`;
}

/** `git version 2.39.5`, `tmux 3.3a`, `tmux next-3.5` → [2, 39] …; null where no number is found (a build from master). */
export function parseVersion(text) {
  const match = /(\d+)\.(\d+)/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

function isTooOld(version, minimum) {
  return version !== null && (version[0] < minimum[0] || (version[0] === minimum[0] && version[1] < minimum[1]));
}

/** Where a browser for the journeys may be; Playwright's own is looked for by Playwright. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/** For `npm test`: a Chromium, or the exact command to get one. */
export async function checkBrowser() {
  if (process.env.AO_TEST_CHROMIUM || process.platform === 'darwin') return;
  const found = await Promise.all(BROWSERS.map((name) => versionOf(name, ['--version'])));
  if (found.some((text) => text !== null)) return;
  throw new Problem({
    code: 'SYSTEM_INCOMPLETE',
    message: 'No Chromium was found on PATH; the journeys through the dashboard run in a real one.',
    hint: `${installCommand(['chromium'])}   (or set AO_TEST_CHROMIUM to one)`,
  });
}

/**
 * Which of what was found is not good enough. Pure. Without tmux sessions live in hosts of our own, so it may be missing unless it was
 * asked for; one that is there and too old would be used.
 */
export function findLacking(found, { runtime, platform }) {
  const uses = (name) => name !== 'tmux' || (runtime ?? (platform === 'win32' ? 'ptyhost' : 'tmux')) === 'tmux';
  const optional = (name) => name === 'tmux' && runtime === undefined;
  return found.filter(({ name, text, minimum }) => uses(name) && (text === null ? !optional(name) : isTooOld(parseVersion(text), minimum)));
}

/** Throws a Problem that names everything missing at once. `runtime`: the one that has to be there; by default whichever is. */
export async function checkSystem({ runtime = process.env.AO_RUNTIME } = {}) {
  const found = await Promise.all([GIT, TMUX].map(async (program) => ({ ...program, text: await versionOf(program.name, program.args) })));
  const bad = findLacking(found, { runtime, platform: process.platform });
  if (bad.length === 0) return;
  const lines = bad.map(({ name, text, minimum, why }) => {
    const state = text === null ? 'was not found on PATH' : `is too old (${text})`;
    return `${name} ${state}; ${minimum.join('.')} or newer is needed: ${why}.`;
  });
  throw new Problem({ code: 'SYSTEM_INCOMPLETE', message: lines.join(' '), hint: installCommand(bad.map(({ name }) => name)) });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await checkSystem();
  } catch (error) {
    process.exitCode = reportProblem(error);
  }
}
