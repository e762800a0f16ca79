/**
 * The environment variables that the daemon and its clients both read, parsed once and in one way. Pure: the caller gives
 * the environment, its directories, and the platform's `path.resolve`. A problem names the variable, its value, why it is
 * refused, and what is allowed; all of them are collected, so that a user mends them in one go.
 *
 * Run file: `AO_RUN_FILE`, else `<AO_DATA_DIR>/running.json` where `AO_DATA_DIR` is set, else `~/.ao/running.json`. A second
 * instance that was given only a data directory of its own must not take the run file of the first.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

export type EnvironmentContext = {
  readonly cwd: string;
  readonly homedir: string;
  /** `path.resolve` of the platform. */
  readonly resolve: (...segments: string[]) => string;
};

export type EnvironmentProblem = { readonly variable: string; readonly value: string; readonly why: string; readonly allowed: string };

export type LocationConfig = {
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute. */
  readonly runFile: string;
  /** The port the daemon tries first; the run file has the one it got. */
  readonly port: number;
  readonly uiPort: number;
};

export const DEFAULT_PORT = 3_001;
export const DEFAULT_UI_PORT = 3_000;

const PATH_RULE = 'a path, absolute or relative to the working directory, without control characters and without "~"';

export function parseLocations(
  env: Environment,
  context: EnvironmentContext,
): { readonly value: LocationConfig; readonly problems: readonly EnvironmentProblem[] } {
  const problems: EnvironmentProblem[] = [];
  const home = context.resolve(context.homedir, '.ao');
  const givenDataDir = readPath(env, 'AO_DATA_DIR', context, problems);
  const givenRunFile = readPath(env, 'AO_RUN_FILE', context, problems);
  return {
    value: {
      dataDir: givenDataDir ?? context.resolve(home, 'data'),
      runFile: givenRunFile ?? context.resolve(givenDataDir ?? home, 'running.json'),
      port: readInteger(env, { variable: 'AO_PORT', min: 1, max: 65_535, fallback: DEFAULT_PORT }, problems),
      uiPort: readInteger(env, { variable: 'AO_UI_PORT', min: 1, max: 65_535, fallback: DEFAULT_UI_PORT }, problems),
    },
    problems,
  };
}

type IntegerRule = { readonly variable: string; readonly min: number; readonly max: number; readonly fallback: number };

export function readInteger(env: Environment, rule: IntegerRule, problems: EnvironmentProblem[]): number {
  const value = env[rule.variable];
  if (value === undefined) return rule.fallback;
  const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= rule.min && number <= rule.max) return number;
  const why = Number.isNaN(number) ? 'it is not a whole number' : 'it is out of range';
  problems.push({ variable: rule.variable, value, why, allowed: `a whole number from ${rule.min} to ${rule.max}` });
  return rule.fallback;
}

function readPath(env: Environment, variable: string, context: EnvironmentContext, problems: EnvironmentProblem[]): string | null {
  const value = env[variable];
  if (value === undefined) return null;
  const why = whyNoPath(value);
  if (why === null) return context.resolve(context.cwd, value);
  problems.push({ variable, value, why, allowed: PATH_RULE });
  return null;
}

function whyNoPath(value: string): string | null {
  if (value.trim() === '') return 'it is empty';
  if (/\p{Cc}/u.test(value)) return 'it has control characters';
  if (value === '~' || value.startsWith('~/')) return '"~" is expanded by a shell, not here';
  return null;
}

/** One sentence a problem, for the message of `BAD_ENV`. Control characters of the value are shown escaped. */
export function describeProblems(problems: readonly EnvironmentProblem[]): string {
  return problems
    .map(({ variable, value, why, allowed }) => `${variable}=${JSON.stringify(value.slice(0, 120))}: ${why}; allowed: ${allowed}.`)
    .join(' ');
}
