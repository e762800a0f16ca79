/** The figures of the README are there, written by the command, and every count in them is zero. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MARKS, problemsOf, README, toBlock } from './readme.ts';
import { toReport } from './report.ts';
import type { Happened, Run } from './run.ts';
import { RUNTIME_KINDS } from './schedule.ts';

const GOOD: Happened = { number: 1, kind: 'reboot', effect: { seen: 'gone' }, findings: [], recoveryMs: 700, tookMs: 900 };
type Change = { readonly commit?: string; readonly seeds?: number; readonly events?: number; readonly one?: Partial<Happened> };
function readmeOf({ commit = 'abc1234', seeds = 5, events = 1_000, one = {} }: Change): string {
  const happened = Array.from({ length: events }, () => ({ ...GOOD, ...one }));
  const runs = Array.from({ length: seeds }, (_, index): Run => ({ seed: index + 1, happened, limits: [], tookMs: 1_000, kept: null }));
  return `text\n${MARKS.tmux.begin}\n\n${toBlock(toReport(runs), commit)}\n\n${MARKS.tmux.end}\n`;
}

it.each(RUNTIME_KINDS)('the README says what chaos found on %s: nothing', (runtime) => {
  expect(problemsOf(readFileSync(README, 'utf8'), runtime)).toEqual([]);
});

it.each([
  ['no block', 'text'],
  ['an empty block', `${MARKS.tmux.begin}\n\n${MARKS.tmux.end}`],
  ['no commit', readmeOf({ commit: '' })],
  ['four seeds', readmeOf({ seeds: 4 })],
  ['999 events a seed', readmeOf({ events: 999 })],
  ['a loss', readmeOf({ one: { findings: [{ count: 'filesLost', what: 'a file' }] } })],
  ['an event without effect', readmeOf({ one: { effect: null } })],
  ['a recovery that takes two seconds', readmeOf({ one: { recoveryMs: 2_000 } })],
])('would not do with %s', (_what, readme) => {
  expect(problemsOf(readme, 'tmux')).not.toEqual([]);
});

it('would do with zeros', () => {
  expect(problemsOf(readmeOf({}), 'tmux')).toEqual([]);
});
