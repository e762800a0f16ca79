/** Viewers behind slow lines and viewers that do not read: what a flood does to Ctrl-C, to others, and to memory. */

import { eventually } from '../../server/testing/resources.ts';
import { attachCommand, type Bare, startBare } from '../harness/bare.ts';
import type { Bench, Context } from '../harness/context.ts';
import { median } from '../harness/figures.ts';
import { pause, pssKb } from '../harness/processes.ts';
import { endlessProgram } from '../harness/programs.ts';
import type { Measured } from '../harness/report.ts';
import { type LineKind, openSlowLine, type SlowLine } from '../harness/slow-line.ts';
import { clientsOf, type Stand } from '../harness/stand.ts';
import type { BenchViewer } from '../harness/viewer.ts';

type Typed = Pick<Bare, 'until' | 'forget' | 'type'>;

const CTRL_C = '\u0003';
const FLOOD_MS = 1_500;
/** Of one read-ahead: what a careful `tmux attach` over a line has on its way. */
const WINDOW_BYTES = 65_536;
const LINES: readonly (LineKind & { readonly name: string })[] = [
  { name: '1 MB/s', bytesPerSecond: 1_000_000, latencyMs: 50 },
  { name: '125 kB/s', bytesPerSecond: 125_000, latencyMs: 50 },
];
let words = 0;

/** Lets it flood for a while, and answers how long after Ctrl-C the flood was seen to be over. */
async function interrupt(on: Typed): Promise<number> {
  words += 1;
  const word = `stopped-${words}x`;
  on.forget();
  on.type(`${word}\r`);
  await pause(FLOOD_MS);
  const seen = on.until(`<${word}>`);
  const sentMs = performance.now();
  on.type(CTRL_C);
  return (await seen) - sentMs;
}

async function overLine(stand: Stand, line: LineKind, rounds: number) {
  const [ours, theirs] = [await stand.run(endlessProgram(stand)), await stand.run(endlessProgram(stand))];
  const daemonPort = Number(new URL(stand.origin()).port);
  const lines: SlowLine[] = [await openSlowLine(daemonPort, line)];
  const bare = await startBare(stand, attachCommand(stand, theirs.tmuxName), {
    windowBytes: WINDOW_BYTES,
    async through(port) {
      const slow = await openSlowLine(port, line);
      lines.push(slow);
      return slow.port;
    },
  });
  const viewer = await stand.view(ours.id, { origin: `http://127.0.0.1:${lines[0]?.port}`, host: `127.0.0.1:${daemonPort}` });
  try {
    const ready = viewer.until('ready');
    await viewer.attach();
    await Promise.all([ready, bare.until('ready')]);
    const took: Record<'product' | 'bare', number[]> = { product: [], bare: [] };
    for (let round = 0; round < rounds; round += 1) {
      took.bare.push(await interrupt(bare));
      took.product.push(await interrupt(viewer));
    }
    return { product: median(took.product), bare: median(took.bare), worst: Math.max(...took.product), bareWorst: Math.max(...took.bare) };
  } finally {
    await viewer.close();
    await bare.end();
    for (const each of lines) await each.close();
  }
}

async function ctrlC({ stand, quick }: Context): Promise<Measured> {
  const on = await stand('tmux');
  const rounds = quick ? 3 : 7;
  const found = [];
  for (const line of LINES) found.push({ ...line, ...(await overLine(on, line, rounds)) });
  return {
    runs: `${rounds} floods of ${FLOOD_MS / 1_000} s each a line, in turn; the baseline keeps to ${WINDOW_BYTES / 1_024} KiB unacknowledged`,
    checks: found.map(({ name, product, bare }) => ({ what: name, value: product / bare, sense: 'at most', limit: 1.5, unit: '×' })),
    figures: Object.fromEntries(
      found.flatMap(({ name, product, bare, worst, bareWorst }) => [
        [`${name} ms`, product],
        [`${name} baseline ms`, bare],
        [`${name} worst ms`, worst],
        [`${name} baseline worst ms`, bareWorst],
      ]),
    ),
  };
}

async function neverReading({ stand, quick }: Context): Promise<Measured> {
  const on = await stand('tmux');
  const [rounds, partMs] = quick ? [2, 4_000] : [6, 10_000];
  const ours = await on.run(endlessProgram(on));
  const fast = await on.view(ours.id);
  let slow: BenchViewer | null = null;
  try {
    await fast.attach();
    await fast.until('ready');
    const pids = [on.daemonPid(), on.world.tmuxPid(), ...clientsOf(on, ours.tmuxName)];
    const flow = async (forMs: number): Promise<number> => {
      const [fromBytes, fromMs] = [fast.bytes(), performance.now()];
      await pause(forMs);
      return (fast.bytes() - fromBytes) / (performance.now() - fromMs);
    };
    fast.type('over-it-is\r');
    // The history fills, the code gets warm.
    await flow(4_000);
    const rates = { alone: [] as number[], beside: [] as number[] };
    const besideKb: number[] = [];
    await on.probe('collect');
    const beforeKb = pssKb(pids);
    for (let round = 0; round < rounds; round += 1) {
      rates.alone.push(await flow(partMs / 2));
      slow = await on.view(ours.id, { screen: 'drawn', mode: 'stuck' });
      await slow.attach();
      rates.beside.push(await flow(partMs));
      besideKb.push(pssKb(pids));
      if (round < rounds - 1) await slow.close();
    }
    await on.probe('collect');
    const afterKb = pssKb(pids);
    const stopped = fast.until('<over-it-is>');
    fast.type(CTRL_C);
    await stopped;
    slow?.read();
    const wanted = on
      .tmux('capture-pane', '-p', '-t', `=${ours.tmuxName}:`)
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
    const isRight = await eventually('the slow one shows what tmux shows', () => slow?.text() === wanted, { limitMs: 20_000 }).catch(
      () => false,
    );
    return {
      runs: `${(rounds * partMs) / 1_000} s of flood beside one that acknowledges nothing, in ${rounds} parts in turn with ${(rounds * partMs) / 2_000} s alone`,
      checks: [
        { what: 'the fast one', value: median(rates.beside) / median(rates.alone), sense: 'at least', limit: 0.9, unit: '×' },
        { what: 'memory', value: (afterKb - beforeKb) / 1_024, sense: 'at most', limit: 16, unit: 'MB more' },
        { what: 'the slow one, once it reads, shows what tmux shows', value: isRight ? 1 : 0, sense: 'at least', limit: 1, unit: 'of 1' },
      ],
      figures: {
        'alone MB/s': median(rates.alone) / 1_000,
        'beside MB/s': median(rates.beside) / 1_000,
        'most memory while it flooded, MB more': (Math.max(...besideKb) - beforeKb) / 1_024,
        'daemon, tmux and its client before, MB': beforeKb / 1_024,
      },
    };
  } finally {
    await fast.close();
    await slow?.close();
  }
}

export const SLOW_ROWS: readonly Bench[] = [
  {
    name: 'ctrl-c',
    subject: 'Ctrl-C to visible effect, flood, 1 MB/s and 125 kB/s, 50 ms each way',
    baseline: '`tmux attach` through the same line',
    target: '≤ 1.5 ×',
    measure: ctrlC,
  },
  {
    name: 'never-reading',
    subject: 'never-reading viewer beside a fast one, 60 s of flood',
    baseline: 'the fast one alone',
    target: 'fast ≥ 0.9 ×; daemon + tmux ≤ +16 MB',
    measure: neverReading,
  },
];
