/** Whether tmux is here and new enough, and how to install it if not. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { ProcessRunner } from '../../../ports/process-runner.ts';

const MIN_VERSION = [3, 3] as const;
const VERSION_LIMIT_MS = 5_000;

type Deps = { readonly runner: ProcessRunner; readonly env: Readonly<Record<string, string>> };

/** Throws `RUNTIME_MISSING`. A tmux that would do is not asked for its version again while it is the same file. */
export function createInstalledCheck(deps: Deps): () => Promise<void> {
  let fine: string | null = null;
  return async () => {
    const found = await identifyTmux(deps.env['PATH']);
    if (found !== null && found === fine) return;
    await assertTmuxInstalled(deps);
    fine = found;
  };
}

async function identifyTmux(path = ''): Promise<string | null> {
  for (const folder of path.split(':')) {
    const file = await stat(join(folder, 'tmux')).catch(() => null);
    if (file?.isFile() === true && (file.mode & 0o111) !== 0) return [folder, file.dev, file.ino, file.size, file.mtimeMs].join(' ');
  }
  return null;
}

async function assertTmuxInstalled(deps: Deps): Promise<void> {
  const result = await deps.runner.run({ command: 'tmux', args: ['-V'], env: deps.env, timeoutMs: VERSION_LIMIT_MS });
  if (result.outcome === 'exited' && result.code === 0) {
    const said = result.stdout.trim();
    if (isNewEnough(said)) return;
    throw missing(`tmux is too old: found "${said}", needed is ${MIN_VERSION.join('.')} or newer.`, await installHint());
  }
  if (result.outcome === 'timed_out') throw missing('tmux did not tell its version in time.', 'Try `tmux -V` in a terminal.');
  throw missing(
    `tmux, in which sessions live, is not installed or not on PATH (${result.stderr.trim() || `tmux -V exited with ${result.code}`}).`,
    await installHint(),
  );
}

/** `tmux 3.3a`, `tmux next-3.6`, `tmux openbsd-7.4`; development builds without a number are taken to be new. */
export function isNewEnough(said: string): boolean {
  if (/openbsd/.test(said)) return true;
  const match = /(\d+)\.(\d+)/.exec(said);
  if (match === null) return said.startsWith('tmux ');
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
}

async function installHint(): Promise<string> {
  const osRelease = process.platform === 'linux' ? await readFile('/etc/os-release', 'utf8').catch(() => '') : '';
  return toInstallHint(process.platform, osRelease);
}

const COMMANDS: readonly (readonly [RegExp, string])[] = [
  [/debian|ubuntu/, 'sudo apt-get install tmux'],
  [/fedora|rhel|centos/, 'sudo dnf install tmux'],
  [/arch/, 'sudo pacman -S tmux'],
  [/suse/, 'sudo zypper install tmux'],
  [/alpine/, 'sudo apk add tmux'],
];

/** `osRelease` is the text of /etc/os-release; its `ID` and `ID_LIKE` name the family. */
export function toInstallHint(platform: string, osRelease: string): string {
  if (platform === 'darwin') return 'Install it with `brew install tmux`.';
  const family = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)]
    .map((match) => match[1])
    .join(' ')
    .toLowerCase();
  const known = COMMANDS.find(([pattern]) => pattern.test(family));
  if (known !== undefined) return `Install it with \`${known[1]}\`.`;
  return 'Install it with your package manager, e.g. `sudo apt-get install tmux`, `sudo dnf install tmux` or `sudo pacman -S tmux`.';
}

function missing(message: string, hint: string): AppError {
  return new AppError({ code: 'RUNTIME_MISSING', message, hint });
}
