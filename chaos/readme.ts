/** The blocks of the README that hold the figures, one a runtime: written by runs and by nothing else. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Report } from './report.ts';
import type { RuntimeKind } from './schedule.ts';

export const README = fileURLToPath(new URL('../README.md', import.meta.url));
type Marks = { readonly begin: string; readonly end: string };
export const MARKS: Readonly<Record<RuntimeKind, Marks>> = {
  tmux: { begin: '<!-- chaos: written by `npm run chaos -- --readme` -->', end: '<!-- end of chaos -->' },
  ptyhost: {
    begin: '<!-- chaos on ptyhost: written by `npm run chaos -- --runtime ptyhost --readme` -->',
    end: '<!-- end of chaos on ptyhost -->',
  },
};

export function writeReadme(report: Report, runtime: RuntimeKind): void {
  const text = readFileSync(README, 'utf8');
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  writeFileSync(README, replaceBlock(text, toBlock(report, commit), MARKS[runtime]));
}

export function replaceBlock(readme: string, block: string, { begin, end }: Marks): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md has no block between ${begin} and ${end}`);
  return `${before}${begin}\n\n${block}\n\n${end}${after}`;
}

export function toBlock(report: Report, commit: string): string {
  const { counts, recoveryMs } = report;
  const figures: readonly (readonly [string, number | string])[] = [
    ['sessions lost', counts.sessionsLost],
    ['duplicate orchestrators', counts.duplicateOrchestrators],
    ['false deaths', counts.falseDeaths],
    ['resurrected kills', counts.resurrectedKills],
    ['orphan runtimes', counts.orphanRuntimes],
    ['orphan daemons', counts.orphanDaemons],
    ['messages lost or doubled', counts.messagesLost + counts.messagesDoubled],
    ['uncommitted files lost', counts.filesLost],
    ['anything else unpredicted or unsettled', counts.unpredicted + counts.unsettled + report.withoutEffect],
    ['time to recover, p50 / p95 / max', `${recoveryMs.p50} / ${recoveryMs.p95} / ${recoveryMs.max} ms`],
  ];
  const width = Math.max(...figures.map(([name]) => name.length));
  const values = figures.map(([, value]) => String(value));
  const valueWidth = Math.max(...values.map((value) => value.length), 5);
  const line = (name: string, value: string): string => `| ${name.padEnd(width)} | ${value.padEnd(valueWidth)} |`;
  const limits = report.limits.length === 0 ? '' : ` (${report.limits.join('; ')})`;
  return [
    `${report.events} random faults and requests, seeds ${report.seeds.join(', ')}, at commit ${commit}${limits}:`,
    '',
    line('', 'count'),
    `| ${'-'.repeat(width)} | ${'-'.repeat(valueWidth)} |`,
    ...figures.map(([name], index) => line(name, values[index] ?? '')),
  ].join('\n');
}

/** What is missing in the README, too few, too slow, or not zero. */
export function problemsOf(readme: string, runtime: RuntimeKind): readonly string[] {
  const { begin, end } = MARKS[runtime];
  const least = LEAST[runtime];
  const block = readme.split(begin)[1]?.split(end)[0] ?? '';
  const problems: string[] = [];
  const [, events = '0', seeds = ''] =
    /^(\d+) random faults and requests, seeds (\d+(?:, \d+)*), at commit [0-9a-f]{7,}/m.exec(block) ?? [];
  const runs = new Set(seeds.split(', ')).size;
  if (seeds === '' || runs < least.seeds || Number(events) < runs * least.eventsPerSeed)
    problems.push(`it has not ${least.eventsPerSeed} events of each of ${least.seeds} seeds with their commit: ${least.again}`);
  const lines = [...block.matchAll(/^\| ([a-z][^|]*?) +\| (\d+) +\|$/gm)];
  if (lines.length !== ZEROS) problems.push(`it has ${lines.length} counts, not ${ZEROS}`);
  for (const [, name, count] of lines) if (count !== '0') problems.push(`${name}: ${count}`);
  const [, p95 = ''] = /^\| time to recover[^|]*\| \d+ \/ (\d+) \/ \d+ ms +\|$/m.exec(block) ?? [];
  if (p95 === '' || Number(p95) >= least.slowestP95Ms)
    problems.push(`p95 of the time to recover is ${p95 || 'not there'}, not below ${least.slowestP95Ms} ms`);
  return problems;
}

/** What the figures must be worth, at the least. */
const LEAST = {
  tmux: { seeds: 5, eventsPerSeed: 1_000, slowestP95Ms: 2_000, again: 'npm run chaos -- --events 1000 --seeds 1,2,3,4,5 --readme' },
  // The end of a host is seen at the next look, a second later at most.
  ptyhost: {
    seeds: 2,
    eventsPerSeed: 200,
    slowestP95Ms: 3_000,
    again: 'npm run chaos -- --runtime ptyhost --events 200 --seeds 1,2 --readme',
  },
};
/** Lines of the table that are counts. */
const ZEROS = 9;
