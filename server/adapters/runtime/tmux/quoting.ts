/**
 * How arguments reach tmux unharmed, by either way. tmux has three layers that could misread one: the parser of the
 * control channel (a newline there starts a new command), the `;` that separates commands on a command line, and formats
 * (`#{…}`, and `#(…)` which runs a program) in the few arguments that are expanded. Pure.
 */

/** Name and arguments of one tmux command. */
export type TmuxCommand = readonly [string, ...string[]];
/** Run one after the other; the first that fails ends the list. */
export type TmuxCommands = readonly TmuxCommand[];

const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

export function quoteArgument(argument: string): string {
  if (CONTROL_CHARACTER.test(argument)) throw new Error('a control character can never be part of a tmux command');
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

/** One line for the control channel, without its newline; also the form of a command inside `if-shell`. */
export function toControlLine(commands: TmuxCommands): string {
  return commands.map(([name, ...rest]) => [name, ...rest.map(quoteArgument)].join(' ')).join(' ; ');
}

/** Arguments for a tmux process: a trailing `;` would be taken for a separator. */
export function toProcessArguments(commands: TmuxCommands): string[] {
  return commands.flatMap((command, index) => {
    const args = command.map((argument) => {
      if (CONTROL_CHARACTER.test(argument)) throw new Error('a control character can never be part of a tmux command');
      return argument.endsWith(';') ? `${argument.slice(0, -1)}\\;` : argument;
    });
    return index === 0 ? args : [';', ...args];
  });
}

/** For arguments that tmux expands as formats, such as the path of `load-buffer`. */
export function escapeFormat(text: string): string {
  return text.replaceAll('#', '##');
}

/** A single-quoted word of POSIX sh: every character but NUL stands for itself. */
export function quoteForShell(text: string): string {
  if (text.includes('\0')) throw new Error('a NUL can never be part of a program argument');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
