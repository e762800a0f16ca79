import { describe, expect, it } from 'vitest';
import { placeProblem, toFieldError } from './field-errors.ts';

describe('what the daemon says of a field', () => {
  it.each([
    ['The input is not accepted: env.1A: is not an environment variable name.', 'env', '1A: is not an environment variable name.'],
    ['The input is not accepted: symlinks.1: must be relative.', 'symlinks', 'Number 2 must be relative.'],
    ['The input is not accepted: name: must be one line.', 'name', 'must be one line.'],
    ['There is no branch "x".', 'base', 'There is no branch "x".'],
  ])('%s', (message, setting, said) => {
    expect(toFieldError(message, setting)).toBe(said);
  });
});

describe('a refusal', () => {
  const place = (code: string, message: string) =>
    placeProblem({ code, message, hint: 'Do this.' }, ['branch', 'title'], { BRANCH_INVALID: 'branch' });

  it('stands at the field that it names', () => {
    expect(place('BAD_INPUT', 'The input is not accepted: title: is too long.')).toEqual({ fields: { title: 'is too long.' }, rest: null });
  });

  it('stands at the field whose fault it is, with what to do', () => {
    expect(place('BRANCH_INVALID', 'No branch can be called a..b.').fields).toEqual({ branch: 'No branch can be called a..b. Do this.' });
  });

  it('is said of the whole where no field is to blame', () => {
    expect(place('WORKTREE_FAILED', 'The disk is full.')).toMatchObject({ fields: {}, rest: { code: 'WORKTREE_FAILED' } });
    expect(place('BAD_INPUT', 'The input is not accepted: other: is wrong.').rest).not.toBeNull();
  });

  it('that is none says nothing', () => {
    expect(placeProblem(null, ['branch'], {})).toEqual({ fields: {}, rest: null });
  });
});
