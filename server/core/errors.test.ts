import { expect, it } from 'vitest';
import { AppError, dataDirUnusable, isUnwritable } from './errors.ts';

const failure = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

it.each([
  ['ENOSPC', 'is full', 'df -h /data'],
  ['EDQUOT', 'is full', 'df -h /data'],
  ['EROFS', 'is read-only', '`mount`'],
  ['EACCES', 'cannot be used', 'AO_DATA_DIR'],
])('L9: a data directory that fails with %s is said to be unusable, why, and what helps', (code, why, help) => {
  const error = dataDirUnusable(failure(code), '/data');
  expect(error).toMatchObject({ code: 'DATA_DIR_UNUSABLE', message: expect.stringContaining(why) as string });
  expect(error.message).toContain(`${code}: no`);
  expect(error.hint).toContain(help);
});

it('takes nothing but a disk that is full or read-only for one', () => {
  expect(['ENOSPC', 'EROFS', 'EACCES', 'ENOENT'].map((code) => isUnwritable(failure(code)))).toEqual([true, true, false, false]);
  expect(isUnwritable(new AppError({ code: 'DATA_DIR_UNUSABLE', message: 'm', hint: 'h' }))).toBe(false);
  expect(isUnwritable('ENOSPC')).toBe(false);
});
