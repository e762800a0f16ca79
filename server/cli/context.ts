/** What a verb gets from the process it runs in, so that tests can give something else. */
import { resolve } from 'node:path';
import { describeProblems, type Environment, type LocationConfig, parseLocations } from '../contract/environment.ts';
import { AppError } from '../core/errors.ts';
import type { OwnTerminal } from './own-terminal.ts';

export type CliContext = {
  readonly env: Environment;
  readonly cwd: string;
  readonly homedir: string;
  readonly platform: NodeJS.Platform;
  /** The daemon's bundle, which `ao start` runs. */
  readonly daemonEntry: string;
  /** The bundle of `ao attach`. */
  readonly attachEntry: string;
  /** The gateway's bundle, which `ao up` runs in its own process, and the folder with the built pages. */
  readonly gatewayEntry: string;
  readonly pagesRoot: string;
  /** Whether a person looks at stdout. */
  readonly stdout: 'terminal' | 'file';
  /** Resolves with the first of these signals. */
  readonly untilSignal: (signals: readonly NodeJS.Signals[]) => Promise<NodeJS.Signals>;
  /** The terminal that somebody sits at, or which of the two streams is none. */
  readonly findTerminal: () => OwnTerminal | { readonly missing: string };
  readonly readStdin: () => Promise<string>;
  /** A line for people, on stderr. */
  readonly note: (line: string) => void;
};

/** What a verb answers: one value for scripts, and the same for people. */
export type VerbResult = {
  readonly value: unknown;
  readonly text: string;
  /** A verb that stays in the foreground after it has said what there is to say. */
  readonly until?: Promise<void>;
  /** `bad`: what was asked was answered, and the answer is a failure. */
  readonly verdict?: 'good' | 'bad';
};

/** Where the daemon is looked for. Throws `BAD_ENV`. */
export function locate(context: CliContext): LocationConfig {
  const { value, problems } = parseLocations(context.env, { cwd: context.cwd, homedir: context.homedir, resolve });
  if (problems.length === 0) return value;
  const variables = [...new Set(problems.map(({ variable }) => variable))].join(', ');
  throw new AppError({ code: 'BAD_ENV', message: describeProblems(problems), hint: `Correct or unset ${variables}, then try again.` });
}

/** A text argument; `-` means standard input, whose last line end is not part of it. */
export async function readText(argument: string, context: CliContext): Promise<string> {
  return argument === '-' ? (await context.readStdin()).replace(/\r?\n$/, '') : argument;
}
