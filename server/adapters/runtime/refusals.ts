/** The ways in which any runtime refuses, worded once. */
import { AppError } from '../../core/errors.ts';

export function runtimeNotFound(name: string, why: string): AppError {
  return new AppError({
    code: 'RUNTIME_NOT_FOUND',
    message: `The terminal of ${name} cannot be used: ${why}.`,
    hint: 'See how it stands with `ao ls --all`.',
  });
}

export function handleTaken(name: string, why: string): AppError {
  return new AppError({
    code: 'RUNTIME_HANDLE_TAKEN',
    message: `A terminal cannot be created as ${name}: ${why}.`,
    hint: 'Another name is taken by itself; see `ao ls --all`.',
  });
}

export function badInput(what: string, hint: string): AppError {
  return new AppError({ code: 'BAD_INPUT', message: what, hint });
}
