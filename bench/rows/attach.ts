/** From the click to the first correct screen of a session with a long history, and a page of that history. */
import { spawn } from 'node-pty';
import { attachCommand } from '../harness/bare.ts';
import type { Bench, Context } from '../harness/context.ts';
import { median, quantile } from '../harness/figures.ts';
import { pause } from '../harness/processes.ts';
import { historyProgram } from '../harness/programs.ts';
import type { Measured } from '../harness/report.ts';
import { type BenchSession, detachAll, type Stand } from '../harness/stand.ts';
import { createTextWatch } from '../harness/text-watch.ts';
import { SIZE } from '../harness/viewer.ts';

const LINES = 10_000;
const PAGE_ROWS = 1_000;

/** A `tmux attach` of its own until it has drawn the last words. */
async function bareAttach(stand: Stand, { tmuxName }: BenchSession): Promise<number> {
  const [command, ...args] = attachCommand(stand, tmuxName);
  const watch = createTextWatch();
  const beganMs = performance.now();
  // Its window is the session's for as long as it looks, as for us.
  const pty = spawn(command, args, { name: 'xterm-256color', ...SIZE, env: stand.world.env, cwd: stand.world.root, encoding: null });
  (pty.onData as unknown as (listener: (data: Uint8Array) => void) => void)(watch.push);
  const gone = new Promise((resolve) => pty.onExit(resolve));
  const tookMs = (await watch.until('the-end')) - beganMs;
  pty.kill('SIGHUP');
  await gone;
  return tookMs;
}

async function ourAttach(stand: Stand, { id }: BenchSession): Promise<number> {
  const viewer = await stand.view(id);
  const beganMs = performance.now();
  const seen = viewer.until('the-end');
  const attached = viewer.attach();
  const tookMs = (await seen) - beganMs;
  await attached;
  await viewer.close();
  return tookMs;
}

async function pages(stand: Stand, { id }: BenchSession, count: number): Promise<readonly number[]> {
  const viewer = await stand.view(id);
  const took: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const beganMs = performance.now();
    const answer = await viewer.wire.history({ session: id, from: 1_000 + (turn % 5) * PAGE_ROWS, rows: PAGE_ROWS, anchor: null });
    took.push(performance.now() - beganMs);
    if (!answer.ok || answer.value.rows !== PAGE_ROWS)
      throw new Error(`no page of ${PAGE_ROWS} rows: ${JSON.stringify(answer).slice(0, 300)}`);
    await pause(20);
  }
  await viewer.close();
  return took;
}

function bareCapture(stand: Stand, tmuxName: string): number {
  const beganMs = performance.now();
  stand.tmux('capture-pane', '-p', '-e', '-S', '-2000', '-E', '-1001', '-t', `=${tmuxName}:`);
  return performance.now() - beganMs;
}

async function measure({ stand, quick }: Context): Promise<Measured> {
  const on = await stand('tmux');
  const rounds = quick ? 5 : 15;
  // The first session of all starts the server.
  await on.run('exec cat');
  // Ours keeps 5,000 lines; these are kept in full, as the target has it.
  on.tmux('set', '-g', 'history-limit', String(LINES));
  const sessions: BenchSession[] = [];
  for (let index = 0; index < 3; index += 1) sessions.push(await on.run(historyProgram(LINES)));
  const took: Record<'cold' | 'second' | 'bare', number[]> = { cold: [], second: [], bare: [] };
  for (let round = -1; round < rounds; round += 1) {
    const session = sessions[Math.abs(round) % sessions.length];
    if (session === undefined) throw new Error('sessions were made');
    const bare = await bareAttach(on, session);
    const cold = await ourAttach(on, session);
    const second = await ourAttach(on, session);
    detachAll(on, [session]);
    await pause(100);
    // The first of all starts the daemon's part of it.
    if (round < 0) continue;
    took.bare.push(bare);
    took.cold.push(cold);
    took.second.push(second);
  }
  const captured = sessions.flatMap(({ tmuxName }) => Array.from({ length: 5 }, () => bareCapture(on, tmuxName)));
  const paged = sessions[0] === undefined ? [] : await pages(on, sessions[0], quick ? 10 : 30);
  return {
    runs: `${rounds} attaches each, in turn; ${paged.length} pages`,
    checks: [
      { what: 'to the first screen', value: median(took.cold) / median(took.bare), sense: 'at most', limit: 2, unit: '×' },
      { what: `page of ${PAGE_ROWS} lines`, value: median(paged), sense: 'at most', limit: 10, unit: 'ms' },
    ],
    figures: {
      'first viewer ms': median(took.cold),
      'another viewer ms': median(took.second),
      'baseline ms': median(took.bare),
      'page p95 ms': quantile(paged, 0.95),
      'best page ms': Math.min(...paged),
      'the same by a `tmux capture-pane` of its own ms': median(captured),
    },
  };
}

export const ATTACH_ROWS: readonly Bench[] = [
  {
    name: 'attach',
    subject: 'attach to first correct screen, 10,000 lines of history',
    baseline: '`tmux attach` first paint',
    target: '≤ 2 ×; a page of 1,000 lines ≤ 10 ms',
    measure,
  },
];
