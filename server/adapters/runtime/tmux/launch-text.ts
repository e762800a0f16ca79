/**
 * The two sh texts between tmux and an agent. Pure.
 *
 * tmux runs `sh launcher <launch id>`: nothing of the user's is on that command line. The launcher claims the launch file by
 * renaming it, which only one can do once: a launch that was revoked meanwhile (its file deleted), or that a stopped server
 * executes twice, runs nothing. Then it starts over with an empty environment and lets the launch file, itself sh text, set
 * the agent's, go to its directory and become the agent.
 */
import { quoteForShell } from './quoting.ts';

/** Exit codes of ours, as seen when no agent was started. */
export const EXIT_REVOKED = 125;
export const EXIT_NO_DIRECTORY = 126;
export const EXIT_NO_PROGRAM = 127;

/** tmux 3.3a drops what is printed in the very moment of an exit (3 of 100 on a busy machine): our own messages wait for it. */
const LAST_WORDS = 'command -p sleep 0.2';

/** `env -i` takes away what tmux and its server leave in the environment: `TMUX`, `TMUX_PANE`, `TERM_PROGRAM`, and the server's own. */
export function toLauncherText(launchDir: string): string {
  return `# Written by ao at each start of its tmux server.
file=${quoteForShell(launchDir)}/"$1"
mv -f -- "$file" "$file.claimed" 2>/dev/null || {
  echo 'ao: this launch was withdrawn; nothing was started.' >&2
  ${LAST_WORDS}
  exit ${EXIT_REVOKED}
}
exec /usr/bin/env -i PATH="$PATH" TERM="$TERM" COLORTERM=truecolor /bin/sh "$file.claimed"
`;
}

export type LaunchText = {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What the last launch left on the screen, to be pushed into the history first; `null` for a first launch. */
  readonly lastScreen: { readonly text: string; readonly rows: number } | null;
};

const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables that some /bin/sh (bash, dash) will not let itself be told. They hold no secrets, so `env` may set them. */
const SHELLS_OWN = new Set([
  'UID',
  'EUID',
  'PPID',
  'GROUPS',
  'SHELLOPTS',
  'BASHOPTS',
  'BASH_VERSINFO',
  'OPTIND',
  'LINENO',
  'RANDOM',
  'SECONDS',
  'FUNCNAME',
  'DIRSTACK',
  'HISTCMD',
  'BASHPID',
  'SRANDOM',
]);

/** The runtime's to say, or the shell's as it changes directory. */
const NOT_TAKEN_OVER = new Set(['TERM', 'COLORTERM', 'PWD', 'OLDPWD', '_', 'SHLVL']);

/**
 * Names that sh cannot export at all (`BASH_FUNC_x%%`, `npm_config_//host/:_authToken`). They are left out: the only other way
 * would put their values on a command line for everyone to see.
 */
export function inexpressibleNames(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(env).filter((name) => !SHELL_NAME.test(name));
}

export function toLaunchText({ argv, env, cwd, lastScreen }: LaunchText): string {
  const entries = Object.entries(env).filter(([name]) => SHELL_NAME.test(name) && !NOT_TAKEN_OVER.has(name));
  const exports = entries.filter(([name]) => !SHELLS_OWN.has(name)).map(([name, value]) => `export ${name}=${quoteForShell(value)}`);
  const prefix = entries.filter(([name]) => SHELLS_OWN.has(name)).map(([name, value]) => quoteForShell(`${name}=${value}`));
  const command = [...(prefix.length > 0 ? ['/usr/bin/env', ...prefix] : []), ...argv.map(quoteForShell)];
  return [
    'rm -f -- "$0"',
    ...(lastScreen === null ? [] : [toScreenReplay(lastScreen)]),
    'unset PATH OLDPWD SHLVL',
    // A shell that finds fault with a locale says so; that must not be the first line an agent's user sees.
    '{ :',
    ...exports,
    '} 2>/dev/null',
    `cd -- ${quoteForShell(cwd)} || ${refusal(`its directory ${cwd} cannot be entered`, EXIT_NO_DIRECTORY)}`,
    `command -v ${quoteForShell(argv[0])} >/dev/null 2>&1 || ${refusal(`there is no program ${argv[0]}`, EXIT_NO_PROGRAM)}`,
    'unset OLDPWD',
    `exec ${command.join(' ')}`,
    '',
  ].join('\n');
}

function refusal(why: string, exitCode: number): string {
  return `{ printf '%s\\n' ${quoteForShell(`ao: the agent was not started: ${why}.`)} >&2; ${LAST_WORDS}; exit ${exitCode}; }`;
}

/**
 * `respawn-pane` drops the visible screen (FACTS). Printing it again at the top of the new one and scrolling by the height of
 * the screen less one puts exactly those lines into the history and leaves the cursor at home.
 */
function toScreenReplay({ text, rows }: NonNullable<LaunchText['lastScreen']>): string {
  return `printf '%s\\n' ${quoteForShell(text)}\nprintf '\\033[0m${'\\n'.repeat(Math.max(0, rows - 1))}\\033[H'`;
}
