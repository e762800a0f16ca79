/**
 * Breaks a real installation in every way we know of, at random, and asks after each whether the promise still holds.
 *
 *   npm run chaos -- [--events N] [--only kind,…] [--story kind,kind:number,…] [--seed S | --seeds A,B,…] [--resume] [--shrink] [--json]
 *                    [--runtime tmux|ptyhost] [--readme]
 *
 * As root it runs in a mount namespace of its own, so that a reboot has another boot id and a disk can be full.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openKeptRuns } from './kept-runs.ts';
import { writeReadme } from './readme.ts';
import { toReport } from './report.ts';
import { type Happened, type Run, run } from './run.ts';
import { kindsOn, planEvents, toRuntime, usualEvents } from './schedule.ts';
import { shrinkStory } from './shrink.ts';
import { parseStory, runtimeOption, type Story, toCommand, toKind, toStory } from './story.ts';

const NAMESPACE = 'CHAOS_NAMESPACE';
const LAST_SHOWN = 10;
const SHRINK_LIMIT_MS = 15 * 60_000;

const { values } = parseArgs({
  options: {
    events: { type: 'string' },
    runtime: { type: 'string' },
    seed: { type: 'string' },
    seeds: { type: 'string' },
    only: { type: 'string' },
    story: { type: 'string' },
    resume: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
  },
});

const runtime = toRuntime(values.runtime);
const events = values.events === undefined ? usualEvents(runtime) : Number(values.events);
const seeds = (values.seeds ?? values.seed ?? '1').split(',').map(Number);
const told = values.story === undefined ? null : parseStory(values.story);
const kinds = values.only?.split(',').map(toKind) ?? kindsOn(runtime);
const elsewhere = [...kinds, ...(told ?? []).map(({ kind }) => kind)].find((kind) => !kindsOn(runtime).includes(kind));
if (elsewhere !== undefined) throw new Error(`${elsewhere} cannot happen on ${runtime}: --runtime`);
if (!Number.isInteger(events) || events < 1 || seeds.some((seed) => !Number.isInteger(seed))) {
  throw new Error('--events and --seed want whole numbers');
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (process.getuid?.() === 0 && process.env[NAMESPACE] === undefined && canHaveNamespace()) {
  const args = ['--mount', '--propagation', 'private', process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)];
  const { status } = spawnSync('unshare', [...args, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [NAMESPACE]: 'own' },
  });
  process.exitCode = status ?? 1;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const runs: Run[] = [];
  // Of whole schedules alone: what was picked out is soon played again.
  const whole = told === null && values.only === undefined ? openKeptRuns(runtime) : null;
  for (const seed of seeds) {
    const earlier = values.resume ? (whole?.find(seed, events) ?? null) : null;
    if (earlier !== null) {
      say(`seed ${seed}: ${events} events of this build were played before`);
      runs.push(earlier);
      continue;
    }
    const story = told ?? toStory(planEvents(events, seed, kinds));
    const one = await play(seed, story);
    runs.push(one);
    if (one.kept === null) {
      whole?.keep(one);
      continue;
    }
    const played = story.slice(0, one.happened.length);
    say(`\nseed ${seed} failed at event ${played.length} of ${story.length}; again: ${toAgain(seed, story)}`);
    for (const happened of one.happened.slice(-LAST_SHOWN)) say(toLine(seed, happened));
    say(`logs and database are kept in ${one.kept}`);
    if (!values.shrink) continue;
    const fails = async (shorter: Story): Promise<boolean> => {
      say(`\nwith ${shorter.length} of ${played.length} events`);
      return (await play(seed, shorter)).kept !== null;
    };
    const shrunk = await shrinkStory(played, { fails, limitMs: SHRINK_LIMIT_MS });
    say(`\nshrunk from ${played.length} events to ${shrunk.length}; again: ${toCommand(seed, shrunk, runtime)}`);
  }
  const report = toReport(runs);
  process.stdout.write(`${JSON.stringify(report, null, values.json ? 0 : 2)}\n`);
  if (values.readme) writeReadme(report, runtime);
  return report.failed === 0 ? 0 : 1;
}

function play(seed: number, story: Story): Promise<Run> {
  const privileged = process.env[NAMESPACE] === 'own' ? 'yes' : 'no';
  return run({ seed, story, privileged, runtime, onEvent: (happened) => say(toLine(seed, happened)) });
}

/** As it was asked for: shorter than the whole list. */
function toAgain(seed: number, story: Story): string {
  if (told !== null) return toCommand(seed, story, runtime);
  return `npm run chaos -- ${runtimeOption(runtime)}--events ${events}${values.only === undefined ? '' : ` --only ${values.only}`} --seed ${seed}`;
}

function toLine(seed: number, { number, kind, effect, findings, recoveryMs, tookMs }: Happened): string {
  const what = effect === null ? 'no effect' : 'seen' in effect ? effect.seen : `impossible here: ${effect.impossible}`;
  const recovery = recoveryMs === null ? '' : `, recovered in ${Math.round(recoveryMs)} ms`;
  const found = findings.map(({ count, what: text }) => `\n    ${count}: ${text}`).join('');
  return `${seed}:${number} ${kind}: ${what}${recovery} (${Math.round(tookMs)} ms)${found}`;
}

function canHaveNamespace(): boolean {
  return spawnSync('unshare', ['--mount', '--propagation', 'private', 'true'], { stdio: 'ignore' }).status === 0;
}
