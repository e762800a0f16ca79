/** Many sessions at once: making them, finding them again, what they weigh, and one that floods among them. */
import { spawnSync, spawn as start } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toTmuxConfig } from '../../server/adapters/runtime/tmux/config-text.ts';
import type { Bench, Context } from '../harness/context.ts';
import { median, quantile } from '../harness/figures.ts';
import { cpuMs, inTurns, pause, pssKb, startChild } from '../harness/processes.ts';
import { ECHO, endlessProgram } from '../harness/programs.ts';
import type { Measured } from '../harness/report.ts';
import { type BenchSession, clientsOf, detachAll, makeStand, type Stand } from '../harness/stand.ts';
import { echo } from './echo.ts';

const SPAWNED = 100;
const LIVE = 200;
const VIEWED = 10;
const SPAWNS_AT_ONCE = 8;
const CTRL_C = '\u0003';

function run(stand: Stand, command: string, args: readonly string[]): number {
  const beganMs = performance.now();
  const { status, stderr } = spawnSync(command, [...args], { env: stand.world.env, cwd: stand.world.repo, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${stderr}`);
  return performance.now() - beganMs;
}

async function spawn(context: Context): Promise<Measured> {
  const stand = await context.crowd();
  const wanted = stand.slept().length + SPAWNED;
  const trees = join(stand.world.root, 'bare-trees');
  mkdirSync(trees);
  const beganMs = performance.now();
  await inTurns(SPAWNED, SPAWNS_AT_ONCE, async (index) => {
    const child = start('git', ['worktree', 'add', '--quiet', '-b', `bare-${index}`, join(trees, String(index)), 'HEAD'], {
      cwd: stand.world.repo,
      env: stand.world.env,
      stdio: 'ignore',
    });
    await new Promise((resolve) => child.once('exit', resolve));
  });
  const worktreesMs = performance.now() - beganMs;
  const socket = join(stand.world.root, 'bare.sock');
  const config = join(stand.world.root, 'bare.conf');
  writeFileSync(config, toTmuxConfig());
  const each = (index: number): string[] => ['new-session', '-d', '-s', `bare-${index}`, '-x', '100', '-y', '30', 'exec sleep 100000', ';'];
  run(stand, 'tmux', ['-S', socket, '-f', config, 'new-session', '-d', '-s', 'first', 'exec sleep 100000']);
  const pipelinedMs = run(stand, 'tmux', [
    '-S',
    socket,
    ...Array.from({ length: SPAWNED }, (_, index) => each(index))
      .flat()
      .slice(0, -1),
  ]);
  run(stand, 'tmux', ['-S', socket, 'kill-server']);
  const spawnedMs = await stand.fill(wanted);
  rmSync(trees, { recursive: true, force: true });
  run(stand, 'git', ['worktree', 'prune']);
  const beyondMs = spawnedMs - worktreesMs;
  return {
    runs: `once, ${SPAWNS_AT_ONCE} at a time, worktrees likewise`,
    checks: [{ what: 'beyond the worktrees', value: beyondMs / pipelinedMs, sense: 'at most', limit: 3, unit: '×' }],
    figures: {
      'spawned ms': spawnedMs,
      'worktrees alone ms': worktreesMs,
      'one pipelined call ms': pipelinedMs,
      'ms a session': spawnedMs / SPAWNED,
    },
  };
}

async function besideFlood(context: Context): Promise<Measured> {
  const stand = await context.crowd();
  await stand.fill(SPAWNED - 2);
  const [turns, keys] = context.quick ? [2, 40] : [5, 100];
  const [typed, flooded] = [await stand.run(ECHO), await stand.run(endlessProgram(stand))];
  const viewer = await stand.view(typed.id);
  const watcher = startChild(new URL('../harness/viewer.child.ts', import.meta.url), {
    origin: stand.origin(),
    credential: stand.credential(),
    session: flooded.id,
  });
  try {
    await viewer.attach();
    await viewer.until('ready');
    await watcher.line();
    const took: Record<'idle' | 'flood', number[]> = { idle: [], flood: [] };
    const stalls = { idle: [] as number[], flood: [] as number[] };
    const press = async (into: 'idle' | 'flood'): Promise<void> => {
      await stand.probe('watch');
      for (let key = 0; key < keys; key += 1) took[into].push(await echo(viewer, key));
      stalls[into].push((await stand.probe('tell')).maxMs);
    };
    for (let key = 0; key < 30; key += 1) await echo(viewer, key);
    for (let turn = 0; turn < turns; turn += 1) {
      await press('idle');
      stand.tmux('send-keys', '-t', `=${flooded.tmuxName}:`, `turn-${turn}`, 'Enter');
      await pause(500);
      await press('flood');
      stand.tmux('send-keys', '-t', `=${flooded.tmuxName}:`, CTRL_C);
      await pause(500);
    }
    const ratio = (share: number): number => quantile(took.flood, share) / quantile(took.idle, share);
    return {
      runs: `${turns * keys} keys each, in ${turns} turns; the flood is watched too, ${SPAWNED} sessions`,
      checks: [
        { what: 'p95', value: ratio(0.95), sense: 'at most', limit: 3, unit: '×' },
        { what: 'p99', value: ratio(0.99), sense: 'at most', limit: 5, unit: '×' },
        { what: 'event-loop stall', value: Math.max(...stalls.flood), sense: 'at most', limit: 50, unit: 'ms' },
      ],
      figures: {
        'idle p50 ms': median(took.idle),
        'idle p95 ms': quantile(took.idle, 0.95),
        'idle p99 ms': quantile(took.idle, 0.99),
        'flood p50 ms': median(took.flood),
        'flood p95 ms': quantile(took.flood, 0.95),
        'flood p99 ms': quantile(took.flood, 0.99),
        'longest stall while idle ms': Math.max(...stalls.idle),
      },
    };
  } finally {
    stand.tmux('send-keys', '-t', `=${flooded.tmuxName}:`, CTRL_C);
    await viewer.close();
    await watcher.end();
    // Its history would be weighed among the sleeping ones.
    for (const { id } of [typed, flooded]) await stand.call('sessions.kill', { id });
  }
}

async function tuis(context: Context): Promise<Measured> {
  const stand = await context.crowd();
  await stand.fill(SPAWNED);
  const [rounds, partMs] = context.quick ? [2, 3_000] : [4, 6_000];
  const sessions = stand.slept().slice(0, SPAWNED);
  const ttys = stand
    .tmux('list-panes', '-a', '-F', '#{session_name} #{pane_tty}')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const names = new Set(sessions.map(({ tmuxName }) => tmuxName));
  const driver = startChild(new URL('../harness/tui-driver.child.ts', import.meta.url), {
    ttys: ttys.filter(([name]) => names.has(name ?? '')).map(([, tty]) => tty),
    perSecond: 10,
  });
  const viewed = sessions.slice(0, VIEWED);
  try {
    await driver.line();
    let bytes = 0;
    const used: Record<'none' | 'viewed', number[]> = { none: [], viewed: [] };
    const spend = async (): Promise<number> => {
      await pause(500);
      const [cpu, fromMs] = [cpuMs([stand.world.tmuxPid()]), performance.now()];
      await pause(partMs);
      return ((cpuMs([stand.world.tmuxPid()]) - cpu) / (performance.now() - fromMs)) * 100;
    };
    for (let round = 0; round < rounds; round += 1) {
      used.none.push(await spend());
      const viewers = await Promise.all(viewed.map(({ id }) => stand.view(id)));
      for (const viewer of viewers) await viewer.attach();
      used.viewed.push(await spend());
      bytes += viewers.reduce((sum, viewer) => sum + viewer.bytes(), 0);
      for (const viewer of viewers) await viewer.close();
      detachAll(stand, viewed);
    }
    return {
      runs: `${rounds} times ${partMs / 1_000} s each, in turn`,
      checks: [{ what: 'tmux CPU', value: median(used.viewed) / median(used.none), sense: 'at most', limit: 1.4, unit: '×' }],
      figures: {
        'nothing watched, % of a core': median(used.none),
        '10 watched, % of a core': median(used.viewed),
        'KB a second to a viewer': bytes / VIEWED / rounds / (partMs + 500),
      },
    };
  } finally {
    await driver.end();
  }
}

async function boot(context: Context): Promise<Measured> {
  const stand = await context.crowd();
  await stand.fill(LIVE);
  const rounds = context.quick ? 5 : 15;
  const took: Record<'node' | 'ready', number[]> = { node: [], ready: [] };
  await stand.stopDaemon();
  for (let round = -1; round < rounds; round += 1) {
    const node = run(stand, process.execPath, ['-e', '0']);
    const ready = await stand.startDaemon('plain');
    await stand.stopDaemon();
    // The first fills the disk's cache.
    if (round < 0) continue;
    took.node.push(node);
    took.ready.push(ready);
  }
  await stand.startDaemon('probed');
  return {
    runs: `${rounds} starts each, in turn`,
    checks: [{ what: 'to ready', value: median(took.ready) / median(took.node), sense: 'at most', limit: 2.5, unit: '×' }],
    figures: { 'ready ms': median(took.ready), '`node -e 0` ms': median(took.node), 'best ready ms': Math.min(...took.ready) },
  };
}

async function reconcile(context: Context): Promise<Measured> {
  const stand = await context.crowd();
  await stand.fill(LIVE);
  const rounds = context.quick ? 5 : 15;
  const took: Record<'list' | 'reconcile', number[]> = { list: [], reconcile: [] };
  const format = '#{session_name} #{pane_pid} #{pane_dead} #{pane_dead_status} #{@ao_launch}';
  for (let round = -1; round < rounds; round += 1) {
    const list = run(stand, 'tmux', ['-S', stand.world.tmuxSocket(), 'list-panes', '-a', '-F', format]);
    await stand.stopDaemon();
    await stand.startDaemon('plain');
    if (round < 0) continue;
    took.list.push(list);
    took.reconcile.push(await stand.reconcileMs());
  }
  await stand.stopDaemon();
  await stand.startDaemon('probed');
  return {
    runs: `${rounds} times each, in turn; at boot, as the daemon logs it`,
    checks: [{ what: 'reconcile', value: median(took.reconcile) / median(took.list), sense: 'at most', limit: 5, unit: '×' }],
    figures: { 'reconcile ms': median(took.reconcile), 'one list-panes -a ms': median(took.list) },
  };
}

async function memory(context: Context): Promise<Measured> {
  const stand = await context.crowd();
  await stand.fill(LIVE);
  await using empty = await makeStand('tmux');
  // tmux runs with its first session.
  await empty.fill(1);
  const settle = async (on: Stand): Promise<{ readonly daemon: number; readonly tmux: number }> => {
    await on.stopDaemon();
    await on.startDaemon('probed');
    // A few looks of the reaper, and what the boot left behind collected.
    await pause(4_000);
    await on.probe('collect');
    await on.probe('collect');
    return { daemon: pssKb([on.daemonPid()]), tmux: pssKb([on.world.tmuxPid()]) };
  };
  const none = await settle(empty);
  const full = await settle(stand);
  const sessions = stand.tmux('list-sessions').trim().split('\n').length - 1;
  const perSession = (full.daemon + full.tmux - none.daemon - none.tmux) / (sessions - 1);
  const viewed = stand.slept().slice(0, 1 + VIEWED);
  const viewers: Awaited<ReturnType<Stand['view']>>[] = [];
  const weighWith = async (more: readonly BenchSession[]): Promise<{ readonly daemon: number; readonly tmux: number }> => {
    for (const { id } of more) {
      const viewer = await stand.view(id);
      viewers.push(viewer);
      await viewer.attach();
    }
    await pause(1_000);
    await stand.probe('collect');
    await stand.probe('collect');
    const clients = viewed.flatMap(({ tmuxName }) => clientsOf(stand, tmuxName));
    return { daemon: pssKb([stand.daemonPid()]), tmux: pssKb([stand.world.tmuxPid(), ...clients]) };
  };
  // The first that is viewed loads what viewing takes, once: shown, and no part of what each takes.
  const one = await weighWith(viewed.slice(0, 1));
  const watched = await weighWith(viewed.slice(1));
  for (const viewer of viewers) await viewer.close();
  detachAll(stand, viewed);
  const perViewed = (watched.daemon + watched.tmux - one.daemon - one.tmux) / VIEWED / 1_024;
  return {
    runs: `${sessions} sessions, a fresh daemon each, proportional set size after a garbage collection; then one of them viewed, and ${VIEWED} more`,
    checks: [
      { what: 'a session', value: perSession, sense: 'at most', limit: 30, unit: 'KB' },
      { what: 'a viewed one', value: perViewed, sense: 'at most', limit: 0.8, unit: 'MB' },
    ],
    figures: {
      'daemon with none MB': none.daemon / 1_024,
      'daemon KB a session': (full.daemon - none.daemon) / (sessions - 1),
      'tmux KB a session': (full.tmux - none.tmux) / (sessions - 1),
      'viewed: daemon KB': (watched.daemon - one.daemon) / VIEWED,
      'viewed: tmux and its client KB': (watched.tmux - one.tmux) / VIEWED,
      'the first one viewed: daemon MB': (one.daemon - full.daemon) / 1_024,
    },
  };
}

export const CROWD_ROWS: readonly Bench[] = [
  {
    name: 'spawn',
    subject: 'spawn of 100 sessions',
    baseline: '100 in one pipelined call',
    target: '≤ 3 × beyond the worktrees',
    measure: spawn,
  },
  {
    name: 'echo-flood',
    subject: 'echo while 1 of 100 sessions floods',
    baseline: 'echo idle, same run',
    target: 'p95 ≤ 3 ×, p99 ≤ 5 ×; no event-loop stall over 50 ms',
    measure: besideFlood,
  },
  {
    name: 'tuis',
    subject: '100 sessions at 10 Hz, 10 viewed: tmux CPU',
    baseline: 'nothing watched',
    target: '≤ 1.4 ×',
    measure: tuis,
  },
  { name: 'boot', subject: 'daemon start to ready, 200 live sessions', baseline: '`node -e 0`', target: '≤ 2.5 ×', measure: boot },
  { name: 'reconcile', subject: 'reconcile of 200 live sessions', baseline: 'one `list-panes -a`', target: '≤ 5 ×', measure: reconcile },
  {
    name: 'memory',
    subject: 'memory: daemon + tmux with 200 idle sessions',
    baseline: 'with none',
    target: '≤ +30 KB a session; a viewed one ≤ 0.8 MB',
    measure: memory,
  },
];
