/** A flood of a known size: from the word typed to the word after it seen, and what it costs the agent, the daemon and tmux. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../server/testing/resources.ts';
import { attachCommand, startBare } from '../harness/bare.ts';
import type { Bench, Context } from '../harness/context.ts';
import { median } from '../harness/figures.ts';
import { cpuMs } from '../harness/processes.ts';
import { floodProgram, MEGABYTE } from '../harness/programs.ts';
import type { Measured } from '../harness/report.ts';
import { clientsOf, type Stand, type StandKind } from '../harness/stand.ts';
import type { BenchViewer } from '../harness/viewer.ts';

const MEGABYTES = 12;
const VIEWERS = 10;
let words = 0;

type Flooded = { type: (text: string) => void; until: (words: string) => Promise<number> };

/** Milliseconds from the word typed until the end was seen by all. */
async function flood(on: readonly [Flooded, ...Flooded[]]): Promise<number> {
  words += 1;
  const word = `w${words}x`;
  const sentMs = performance.now();
  const seen = Promise.all(on.map((each) => each.until(`<${word}>`)));
  on[0].type(`${word}\r`);
  return Math.max(...(await seen)) - sentMs;
}

const tookOf = (file: string): { readonly word: string; readonly ms: number } => {
  const [word = '', ns = ''] = readFileSync(file, 'utf8').split(' ');
  return { word, ms: Number(ns) / 1e6 };
};

const rate = (ms: number): number => MEGABYTES / (ms / 1_000);

async function measure(context: Context, kind: StandKind): Promise<Measured> {
  const stand = await context.stand(kind);
  const rounds = context.quick ? 3 : 7;
  const files = ['watched', 'bare', 'alone'].map((name) => join(stand.world.root, `took-${kind}-${name}`)) as [string, string, string];
  const program = (file: string): string => floodProgram(stand, MEGABYTES * MEGABYTE, file);
  const ours = await stand.run(program(files[0]));
  const theirs = kind === 'tmux' ? await stand.run(program(files[1])) : null;
  const alone = kind === 'tmux' ? await stand.run(program(files[2])) : null;
  const bare = await startBare(stand, theirs === null ? ['sh', '-c', program(files[1])] : attachCommand(stand, theirs.tmuxName));
  const viewer = await stand.view(ours.id);
  try {
    await viewer.attach();
    await Promise.all([viewer.until('ready'), bare.until('ready')]);
    const took = { product: [] as number[], bare: [] as number[], watched: [] as number[], alone: [] as number[] };
    let [ourBytes, theirBytes] = [0, 0];
    for (let round = -1; round < rounds; round += 1) {
      const from = [viewer.bytes(), bare.bytes()] as const;
      const product = await flood([viewer]);
      const baseline = await flood([bare]);
      if (alone !== null) await floodUnwatched(stand, alone.tmuxName, files[2]);
      if (round < 0) continue;
      took.product.push(product);
      took.bare.push(baseline);
      took.watched.push(tookOf(files[0]).ms);
      if (alone !== null) took.alone.push(tookOf(files[2]).ms);
      ourBytes += viewer.bytes() - from[0];
      theirBytes += bare.bytes() - from[1];
    }
    const ratio = median(took.bare) / median(took.product);
    const slowed = median(took.watched) / median(took.alone);
    return {
      runs: `${rounds} floods of ${MEGABYTES} MB each, in turn`,
      checks: [
        { what: 'throughput', value: ratio, sense: 'at least', limit: kind === 'tmux' ? 0.9 : 0.8, unit: '×' },
        ...(kind === 'tmux' ? [{ what: 'agent slowed', value: slowed, sense: 'at most', limit: 1.3, unit: '×' } as const] : []),
      ],
      figures: {
        'MB/s': rate(median(took.product)),
        'baseline MB/s': rate(median(took.bare)),
        'MB sent a flood': ourBytes / rounds / MEGABYTE,
        'baseline MB sent a flood': theirBytes / rounds / MEGABYTE,
        'agent ms': median(took.watched),
        ...(kind === 'tmux' ? { 'agent unwatched ms': median(took.alone) } : {}),
      },
    };
  } finally {
    await viewer.close();
    await bare.end();
  }
}

/** Nobody looks: the word goes in by tmux, and the file says when it is over. */
async function floodUnwatched(stand: Stand, tmuxName: string, file: string): Promise<void> {
  words += 1;
  const word = `w${words}x`;
  stand.tmux('send-keys', '-t', `=${tmuxName}:`, word, 'Enter');
  const isOver = (): boolean => {
    try {
      return tookOf(file).word === word;
    } catch {
      return false;
    }
  };
  await eventually('the unwatched flood is over', isOver, { limitMs: 60_000 });
}

async function fanOut(context: Context): Promise<Measured> {
  const stand = await context.stand('tmux');
  const rounds = context.quick ? 2 : 4;
  const ours = await stand.run(floodProgram(stand, MEGABYTES * MEGABYTE, join(stand.world.root, 'took-fan')));
  const first = await stand.view(ours.id);
  const others: BenchViewer[] = [];
  try {
    await first.attach();
    await first.until('ready');
    const server = [stand.daemonPid(), stand.world.tmuxPid()];
    const clients = clientsOf(stand, ours.tmuxName);
    const cost = { one: [] as number[], ten: [] as number[], daemonOne: [] as number[], daemonTen: [] as number[] };
    const run = async (into: 'one' | 'ten', on: readonly [BenchViewer, ...BenchViewer[]]): Promise<void> => {
      const before = [cpuMs([...server, ...clients]), cpuMs([stand.daemonPid()])] as const;
      await flood(on);
      cost[into].push((cpuMs([...server, ...clients]) - before[0]) / MEGABYTES);
      cost[into === 'one' ? 'daemonOne' : 'daemonTen'].push((cpuMs([stand.daemonPid()]) - before[1]) / MEGABYTES);
    };
    await flood([first]);
    for (let round = 0; round < rounds; round += 1) {
      await run('one', [first]);
      while (others.length < VIEWERS - 1) {
        const other = await stand.view(ours.id);
        others.push(other);
        await other.attach();
      }
      await run('ten', [first, ...others]);
      for (const other of others.splice(0)) await other.close();
    }
    return {
      runs: `${rounds} floods of ${MEGABYTES} MB to one viewer and to ${VIEWERS}, in turn; daemon, tmux and its client`,
      checks: [{ what: 'CPU per MB', value: median(cost.ten) / median(cost.one), sense: 'at most', limit: 2, unit: '×' }],
      figures: {
        'CPU ms/MB to one': median(cost.one),
        'CPU ms/MB to ten': median(cost.ten),
        'daemon alone ms/MB to one': median(cost.daemonOne),
        'daemon alone ms/MB to ten': median(cost.daemonTen),
      },
    };
  } finally {
    for (const viewer of [first, ...others]) await viewer.close();
  }
}

export const THROUGHPUT_ROWS: readonly Bench[] = [
  {
    name: 'throughput-ptyhost',
    subject: 'throughput to one viewer, ptyhost',
    baseline: 'bare pty → socket.io',
    target: '≥ 0.8 ×',
    measure: (context) => measure(context, 'ptyhost'),
  },
  {
    name: 'throughput-tmux',
    subject: 'throughput to one viewer, tmux',
    baseline: '`tmux attach` → socket.io',
    target: '≥ 0.9 ×; the agent slowed ≤ 1.3 × against unwatched',
    measure: (context) => measure(context, 'tmux'),
  },
  { name: 'fan-out', subject: 'fan-out to 10 viewers', baseline: '1 viewer', target: 'CPU per MB ≤ 2 ×', measure: fanOut },
];
