/** The figures of the README are there, written by the command, and every count in them is zero. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BEGIN, END, problemsOf, README, toBlock } from './readme.ts';
import { toReport } from './report.ts';
import type { Happened, Run } from './run.ts';

const GOOD: Happened = { number: 1, kind: 'reboot', effect: { seen: 'gone' }, findings: [], recoveryMs: 700, tookMs: 900 };
const readmeOf = (happened: Happened, commit = 'abc1234'): string => {
  const run: Run = { seed: 1, happened: [happened], limits: [], tookMs: 1_000, kept: null };
  return `text\n${BEGIN}\n\n${toBlock(toReport([run]), commit)}\n\n${END}\n`;
};

it('the README says what chaos found: nothing', () => {
  expect(problemsOf(readFileSync(README, 'utf8'))).toEqual([]);
});

it.each([
  ['no block', 'text'],
  ['an empty block', `${BEGIN}\n\n${END}`],
  ['no commit', readmeOf(GOOD, '')],
  ['a loss', readmeOf({ ...GOOD, findings: [{ count: 'filesLost', what: 'a file' }] })],
  ['an event without effect', readmeOf({ ...GOOD, effect: null })],
])('would not do with %s', (_what, readme) => {
  expect(problemsOf(readme)).not.toEqual([]);
});

it('would do with zeros', () => {
  expect(problemsOf(readmeOf(GOOD))).toEqual([]);
});
