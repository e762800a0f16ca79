/**
 * A refusal the way the whole product words it: what and why, then the exact next step. Free of dependencies and of
 * syntax newer than Node 16, because it must be able to speak on a Node that is too old for everything else.
 */
export class Problem extends Error {
  constructor({ code, message, hint }) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Prints a caught error for a person and returns the exit code. */
export function reportProblem(caught) {
  if (caught instanceof Problem) {
    console.error(`\n${caught.code}: ${caught.message}\n  → ${caught.hint.split('\n').join('\n    ')}`);
  } else {
    console.error(caught);
  }
  return caught.code === 'INTERRUPTED' ? 130 : 1;
}
