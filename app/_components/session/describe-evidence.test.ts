import { expect, it } from 'vitest';
import { describeExit, describeLook } from './describe-evidence.ts';

it.each([
  [{ state: 'alive', pid: 7, detail: null }, 'Process 7 runs'],
  [{ state: 'exited', pid: null, detail: 'code 3' }, 'Its agent has ended (code 3)'],
  [{ state: 'dead', pid: null, detail: 'its host answered without it' }, 'Its runtime is gone: its host answered without it'],
  [{ state: 'unknown', pid: null, detail: 'no answer within 2000 ms' }, 'It cannot be told: no answer within 2000 ms'],
] as const)('a look in words: %o', (look, text) => {
  expect(describeLook(look)).toBe(text);
});

it('an exit in words', () => {
  expect(describeExit({ code: 3, signal: null })).toBe('Code 3');
  expect(describeExit({ code: null, signal: 'SIGKILL' })).toBe('Ended by SIGKILL');
});
