/** Which field of a form a refusal is about, and what it says there. Pure. */
import type { AppErrorCode } from '../../server/core/errors.ts';
import type { Problem } from '../_ui/inline-error.tsx';

/** What the daemon said of one field, without what the field's place says already: "env.1A: is not …" becomes "1A: is not …". */
export function toFieldError(message: string, field: string): string {
  const said = message.replace(/^The input is not accepted: /, '');
  return said
    .split('; ')
    .map((part) => (part.startsWith(`${field}: `) ? part.slice(field.length + 2) : part))
    .map((part) => part.replace(new RegExp(`^${field}\\.(\\d+): `), (_, index: string) => `Number ${Number(index) + 1} `))
    .map((part) => (part.startsWith(`${field}.`) ? part.slice(field.length + 1) : part))
    .join('; ');
}

export type FieldErrors<Field extends string> = {
  readonly fields: Partial<Readonly<Record<Field, string>>>;
  /** What is about none of the fields, or about the whole. */
  readonly rest: Problem | null;
};

/** `byCode`: whose fault an error of ours is; one of the input names its field itself. */
export function placeProblem<Field extends string>(
  problem: Problem | null,
  fields: readonly Field[],
  byCode: Partial<Readonly<Record<AppErrorCode, Field>>>,
): FieldErrors<Field> {
  if (problem === null) return { fields: {}, rest: null };
  const named = fields.find((field) => new RegExp(`^The input is not accepted: ${field}[.:]`).test(problem.message));
  if (problem.code === 'BAD_INPUT' && named !== undefined) {
    return { fields: { [named]: toFieldError(problem.message, named) } as FieldErrors<Field>['fields'], rest: null };
  }
  const blamed = byCode[problem.code as AppErrorCode];
  if (blamed === undefined) return { fields: {}, rest: problem };
  return { fields: { [blamed]: `${problem.message} ${problem.hint ?? ''}`.trim() } as FieldErrors<Field>['fields'], rest: null };
}
