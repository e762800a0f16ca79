import { expect, it } from 'vitest';
import { freshLines } from './fresh-lines.ts';

it('leaves out what was on an earlier screen, and what stands there twice', () => {
  expect(freshLines(['$ make', 'error', 'error', 'done'], [['$ make'], ['building']])).toEqual(['error', 'done']);
});

it('takes a line that was gone for new', () => {
  expect(freshLines(['error'], [['$ ls'], ['$ pwd']])).toEqual(['error']);
});
