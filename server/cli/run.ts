/**
 * One run of the command: parse, carry out, print, and an exit code (0 ok, 1 failure, 2 usage). With `--json` there is exactly one
 * JSON value on stdout, also for a failure.
 */
import { CommanderError } from 'commander';
import { AppError, type AppErrorFacts, toAppError } from '../core/errors.ts';
import type { CliContext, VerbResult } from './context.ts';
import { createProgram } from './program.ts';
import { toPlain, toPlainLines } from './table.ts';

export type CliOutput = { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void };

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

export async function runCli(
  argv: readonly string[],
  { context, output }: { readonly context: CliContext; readonly output: CliOutput },
): Promise<number> {
  const json = wantsJson(argv);
  let exitCode = EXIT_OK;
  const usage: string[] = [];
  const print = ({ value, text }: VerbResult): void => output.stdout(json ? `${JSON.stringify(value)}\n` : text === '' ? '' : `${text}\n`);
  const program = createProgram(async (verb) => {
    const result = await verb(context);
    print(result);
    await result.until;
    if (result.verdict === 'bad') exitCode = EXIT_FAILURE;
  });
  forEachCommand(program, (command) => {
    command.exitOverride().configureOutput({
      writeOut: (text) => output.stdout(text),
      writeErr: (text) => (json ? usage.push(text) : output.stderr(text)),
      outputError: (text, write) => write(text),
    });
    if (command === program || command.commands.length > 0) command.showHelpAfterError('(`ao help` lists the commands)');
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (caught) {
    if (caught instanceof CommanderError) {
      // Help that was asked for is an answer; help instead of an answer is not.
      if (caught.exitCode === 0) return EXIT_OK;
      if (json) printFailure(toUsageError(caught, usage), { json, output });
      return EXIT_USAGE;
    }
    printFailure(await toFailure(caught), { json, output });
    return EXIT_FAILURE;
  }
}

/** Before anything is parsed: a usage error has to know it too. What follows `--` is text. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json');
}

function forEachCommand(command: ReturnType<typeof createProgram>, act: (command: ReturnType<typeof createProgram>) => void): void {
  act(command);
  for (const child of command.commands) forEachCommand(child as ReturnType<typeof createProgram>, act);
}

function toUsageError(error: CommanderError, printed: readonly string[]): AppErrorFacts {
  const message = error.code === 'commander.help' ? 'A command is missing.' : error.message.replace(/^error: /, '').replace(/\n.*/s, '');
  const suggestion = /\(Did you mean [^)]*\)/.exec(printed.join(''))?.[0];
  return {
    code: 'BAD_INPUT',
    message: suggestion === undefined ? message : `${message} ${suggestion}`,
    hint: '`ao help` lists the commands, `ao help <command>` its options.',
  };
}

async function toFailure(caught: unknown): Promise<AppError> {
  if (caught instanceof AppError) return caught;
  // Another bundle has an `AppError` class of its own.
  const { appErrorSchema } = await import('../contract/errors.ts');
  const facts = appErrorSchema.safeParse(caught);
  if (facts.success) return new AppError(facts.data, { cause: caught });
  const { fromClientError } = await import('./client.ts');
  return fromClientError(caught) ?? toAppError(caught);
}

function printFailure(
  { code, message, hint }: AppErrorFacts,
  { json, output }: { readonly json: boolean; readonly output: CliOutput },
): void {
  if (json) output.stdout(`${JSON.stringify({ error: { code, message, hint } })}\n`);
  else output.stderr(`error ${code}: ${toPlainLines(message)}\nnext: ${toPlain(hint)}\n`);
}
