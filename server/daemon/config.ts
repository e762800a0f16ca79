/**
 * The daemon's configuration, from the environment alone. Pure; nothing is opened before it has parsed. Every bad value is
 * named in one `BAD_ENV`: which variable, its value, why, and what is allowed.
 *
 * All times are milliseconds, `AO_LINK_DEADLINE` and `AO_SHUTDOWN_TIMEOUT` included; for those two a suffix `s` or `ms` is
 * understood too. The rules for `AO_DATA_DIR` and `AO_RUN_FILE` are those of `contract/environment.ts`.
 */
import { resolve as resolvePosix } from 'node:path/posix';
import { resolve as resolveWindows } from 'node:path/win32';
import { describeProblems, type Environment, type EnvironmentProblem, parseLocations, readInteger } from '../contract/environment.ts';
import { normalizeAllowedHost, normalizeAllowedOrigin } from '../core/access/allowlist.ts';
import { AppError } from '../core/errors.ts';
import { FAULT_POINTS, type FaultPoint, parseFaultPoint } from '../core/fault-points.ts';
import type { Owner } from '../core/liveness/owner.ts';
import type { RetentionLimits } from '../core/recording/retention.ts';
import { RUNTIME_KINDS, type RuntimeKind } from '../core/session/session.ts';

export type Config = {
  /** The port to try first. */
  readonly port: number;
  readonly uiPort: number;
  readonly dataDir: string;
  readonly runFile: string;
  /** As asked for: `persistent` with `AO_KEEP_DAEMON`, else `AO_OWNER`, else `headless`, which never stops by itself. */
  readonly owner: Owner;
  readonly graceMs: number;
  readonly lossGraceMs: number;
  readonly linkDeadlineMs: number;
  readonly shutdownTimeoutMs: number;
  /** Normalized `host` or `host:port`. */
  readonly allowedHosts: readonly string[];
  /** Normalized, as a browser writes them. */
  readonly allowedOrigins: readonly string[];
  /** As asked for; `null`: by what is there (`runtime-choice.ts`). */
  readonly runtime: RuntimeKind | null;
  /** How much of the recorded sessions is kept. */
  readonly recording: RetentionLimits;
  /** The point at which a test wants this process to die; always `null` in a build without fault points. */
  readonly fault: FaultPoint | null;
};

export type ConfigContext = {
  readonly cwd: string;
  readonly homedir: string;
  readonly platform: NodeJS.Platform;
  /** The build constant `__AO_FAULTS__`. */
  readonly faults: 'compiled_in' | 'left_out';
};

const MEGABYTE = 1_048_576;
const DAY_MS = 86_400_000;
/** setTimeout takes 2^31 - 1 ms; a week is far below it and beyond every use. */
const MAX_DURATION_MS = 7 * 24 * 3_600_000;

export function parseConfig(env: Environment, context: ConfigContext): Config {
  const locations = parseLocations(env, {
    cwd: context.cwd,
    homedir: context.homedir,
    resolve: context.platform === 'win32' ? resolveWindows : resolvePosix,
  });
  const problems: EnvironmentProblem[] = [...locations.problems];
  const duration = (variable: string, fallback: number): number =>
    readInteger({ [variable]: plainMs(variable, env[variable]) }, { variable, min: 0, max: MAX_DURATION_MS, fallback }, problems);
  const whole = (variable: string, fallback: number): number => readInteger(env, { variable, min: 1, max: 1_000_000, fallback }, problems);
  const config: Config = {
    ...locations.value,
    owner: readOwner(env, problems),
    graceMs: duration('AO_GRACE_MS', 5_000),
    lossGraceMs: duration('AO_LOSS_GRACE_MS', 600_000),
    linkDeadlineMs: duration('AO_LINK_DEADLINE', 60_000),
    shutdownTimeoutMs: duration('AO_SHUTDOWN_TIMEOUT', 10_000),
    allowedHosts: readList(env, { variable: 'AO_ALLOWED_HOSTS', parse: normalizeAllowedHost, allowed: HOSTS_RULE }, problems),
    allowedOrigins: readList(env, { variable: 'AO_ALLOWED_ORIGINS', parse: normalizeAllowedOrigin, allowed: ORIGINS_RULE }, problems),
    runtime:
      env['AO_RUNTIME'] === undefined ? null : readWord(env, { variable: 'AO_RUNTIME', words: RUNTIME_KINDS, fallback: 'tmux' }, problems),
    recording: {
      perSessionBytes: MEGABYTE * whole('AO_RECORD_MAX_MB', 64),
      inAllBytes: MEGABYTE * whole('AO_RECORD_TOTAL_MB', 2_048),
      maxAgeMs: DAY_MS * whole('AO_RECORD_MAX_DAYS', 14),
    },
    fault: readFault(env, context, problems),
  };
  if (problems.length > 0) {
    const variables = [...new Set(problems.map(({ variable }) => variable))];
    throw new AppError({
      code: 'BAD_ENV',
      message: describeProblems(problems),
      hint: `Correct or unset ${variables.join(', ')}, then try again: \`ao start\`.`,
    });
  }
  return config;
}

const HOSTS_RULE = 'host names or host:port, separated by commas; "*" and "null" are refused';
const ORIGINS_RULE = 'origins such as https://example.org, separated by commas; "*" and "null" are refused';

/** `10s` and `500ms` as plain milliseconds; anything else is left for the number rule to judge. */
function plainMs(variable: string, value: string | undefined): string | undefined {
  if (value === undefined || variable.endsWith('_MS')) return value;
  const seconds = /^([0-9]{1,9})s$/.exec(value)?.[1];
  return seconds === undefined ? value.replace(/^([0-9]+)ms$/, '$1') : String(Number(seconds) * 1_000);
}

function readOwner(env: Environment, problems: EnvironmentProblem[]): Owner {
  const owner = readWord(env, { variable: 'AO_OWNER', words: ['app', 'headless'] as const, fallback: 'headless' }, problems);
  const keep = readWord(env, { variable: 'AO_KEEP_DAEMON', words: ['0', '1', 'true', 'false'] as const, fallback: '0' }, problems);
  return keep === '1' || keep === 'true' ? 'persistent' : owner;
}

function readWord<const Word extends string>(
  env: Environment,
  rule: { readonly variable: string; readonly words: readonly Word[]; readonly fallback: NoInfer<Word> },
  problems: EnvironmentProblem[],
): Word {
  const value = env[rule.variable];
  if (value === undefined) return rule.fallback;
  const word = rule.words.find((known) => known === value);
  if (word !== undefined) return word;
  problems.push({ variable: rule.variable, value, why: 'it is none of the known words', allowed: rule.words.join(', ') });
  return rule.fallback;
}

type ListRule = { readonly variable: string; readonly parse: (entry: string) => string | null; readonly allowed: string };

function readList(env: Environment, rule: ListRule, problems: EnvironmentProblem[]): readonly string[] {
  const value = env[rule.variable];
  if (value === undefined) return [];
  const accepted: string[] = [];
  for (const entry of value
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')) {
    const parsed = rule.parse(entry);
    if (parsed === null)
      problems.push({ variable: rule.variable, value: entry, why: 'this entry would not name exactly one place', allowed: rule.allowed });
    else accepted.push(parsed);
  }
  return accepted;
}

function readFault(env: Environment, context: ConfigContext, problems: EnvironmentProblem[]): FaultPoint | null {
  const value = env['AO_FAULT'];
  if (value === undefined) return null;
  const point = parseFaultPoint(value);
  if (context.faults === 'compiled_in' && point !== null) return point;
  const why = context.faults === 'compiled_in' ? 'it names no fault point' : 'this build has no fault points';
  problems.push({
    variable: 'AO_FAULT',
    value,
    why,
    allowed: context.faults === 'compiled_in' ? FAULT_POINTS.join(', ') : 'nothing (unset it)',
  });
  return null;
}
