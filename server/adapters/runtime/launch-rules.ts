/** What a launch and a size must be before any runtime is asked. Pure. */
import { isAbsolute } from 'node:path';
import type { LaunchSpec, TerminalSize } from '../../ports/runtime.ts';
import { badInput } from './refusals.ts';

const MIN_SIZE = 2;
const MAX_SIZE = 1_000;

export function assertSize(size: TerminalSize): void {
  for (const value of [size.cols, size.rows]) {
    if (!Number.isInteger(value) || value < MIN_SIZE || value > MAX_SIZE) {
      throw badInput(`${size.cols} × ${size.rows} is no size for a terminal.`, `Use whole numbers from ${MIN_SIZE} to ${MAX_SIZE}.`);
    }
  }
}

export function assertLaunchable(spec: LaunchSpec): void {
  assertSize(spec.size);
  if (!isAbsolute(spec.cwd)) throw badInput('The directory of a session must be an absolute path.', 'Give the whole path.');
  if (spec.argv[0] === '' || spec.argv[0].startsWith('-'))
    throw badInput(`"${spec.argv[0]}" is no program.`, 'Give the path of the program.');
  if ([...spec.argv, spec.cwd, ...Object.entries(spec.env).flat()].some((text) => text.includes('\0'))) {
    throw badInput('A NUL character cannot be part of a program argument, its environment or its directory.', 'Remove it.');
  }
}
