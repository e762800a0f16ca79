/** One run: the events of a story, one after the other, and after each the question whether everything is as it must be. */
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processesOf, signal } from '../server/testing/world.ts';
import { EVENTS } from './events/all.ts';
import { look } from './look.ts';
import { createModel, type Model } from './model.ts';
import { type Finding, judge, type Seen } from './oracle.ts';
import { createRandom } from './random.ts';
import { adopt, daemonIsReady, type Effect, hold, must, type Scene, spawnOne, tabsAreHeld } from './scene.ts';
import type { EventKind, RuntimeKind } from './schedule.ts';
import { openStand, PROJECT, type Stand } from './stand.ts';
import type { Story } from './story.ts';

/** A relaunch of everything on a busy machine takes seconds; what is not settled by then never is. */
const SETTLE_LIMIT_MS = 45_000;
const LOOK_EVERY_MS = 25;
const TABS = 2;

export type Happened = {
  readonly number: number;
  readonly kind: EventKind;
  readonly effect: Effect | null;
  readonly findings: readonly Finding[];
  /** From the end of the fault until every session had settled; `null` for what is no fault. */
  readonly recoveryMs: number | null;
  readonly tookMs: number;
};

export type RunOptions = {
  readonly seed: number;
  readonly story: Story;
  readonly privileged: 'yes' | 'no';
  readonly runtime: RuntimeKind;
  readonly onEvent: (happened: Happened) => void;
};

export type Run = {
  readonly seed: number;
  readonly happened: readonly Happened[];
  readonly limits: readonly string[];
  readonly tookMs: number;
  /** Where the logs of a failed run are kept. */
  readonly kept: string | null;
};

export async function run(options: RunOptions): Promise<Run> {
  const { seed } = options;
  const startedMs = performance.now();
  await using stand = await openStand(options);
  const model = createModel();
  const happened: Happened[] = [];
  await furnish(stand, model, seed);
  for (const step of options.story) {
    const one = await happen(stand, model, { ...step, seed });
    happened.push(one);
    options.onEvent(one);
    if (one.findings.length > 0 || one.effect === null) break;
  }
  const failed = happened.some(({ findings, effect }) => findings.length > 0 || effect === null);
  if (!failed) {
    const orphans = await endOfRun(stand);
    const last = happened.at(-1);
    if (orphans !== null && last !== undefined) happened[happened.length - 1] = { ...last, findings: [orphans] };
  }
  const kept = happened.some(({ findings, effect }) => findings.length > 0 || effect === null)
    ? keepLogs(stand, seed, happened.length)
    : null;
  return { seed, happened, limits: stand.limits, tookMs: performance.now() - startedMs, kept };
}

/** A project, an orchestrator, a worker of each kind, two tabs. */
async function furnish(stand: Stand, model: Model, seed: number): Promise<void> {
  await stand.up();
  for (let n = 0; n < TABS; n += 1) stand.openTab();
  await daemonIsReady({ stand });
  must(
    await stand.api.mutate('projects.add', { path: stand.world.repo, id: PROJECT, agent: 'shell', orchestratorAgent: 'shell' }),
    'project',
  );
  const scene: Scene = { stand, model, random: createRandom(seed, -1), number: 0, faultEnds: () => undefined, violated: () => undefined };
  const ensured = must<{ readonly session: unknown }>(await stand.api.mutate('orchestrator.ensure', { projectId: PROJECT }), 'ensure');
  await adopt(scene, ensured.session);
  for (const role of ['shell', 'keeper', 'talker', 'stubborn'] as const) await spawnOne(scene, role);
}

type What = { readonly kind: EventKind; readonly number: number; readonly seed: number };

async function happen(stand: Stand, model: Model, { kind, number, seed }: What): Promise<Happened> {
  const startedMs = performance.now();
  const findings: Finding[] = [];
  let faultEndedMs: number | null = null;
  const scene: Scene = {
    stand,
    model,
    random: createRandom(seed, number),
    number,
    faultEnds: () => {
      faultEndedMs ??= performance.now();
    },
    violated: (count, what) => void findings.push({ count, what }),
  };
  let effect: Effect | null = null;
  let recoveryMs: number | null = null;
  try {
    effect = await EVENTS[kind](scene);
    // As a user who wants to look at the board again.
    stand.sweepTabs();
    while (stand.tabs().length < TABS) stand.openTab();
    const settled = await settle(stand, model);
    findings.push(...settled.findings);
    if (faultEndedMs !== null) recoveryMs = Math.max(0, settled.atMs - faultEndedMs);
    if (findings.length === 0) await tabsAreHeld(scene);
  } catch (caught) {
    findings.push({ count: 'unsettled', what: caught instanceof Error ? caught.message : String(caught) });
  }
  return { number, kind, effect, findings, recoveryMs, tookMs: performance.now() - startedMs };
}

/** Looks until nothing is due any more; whatever is seen broken on the way counts, even if it passes. */
async function settle(stand: Stand, model: Model): Promise<{ readonly findings: readonly Finding[]; readonly atMs: number }> {
  const deadlineMs = performance.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const seen = await look(stand, model);
    const verdict = judge(model, seen);
    const atMs = performance.now();
    if (verdict.broken.length > 0) return { findings: verdict.broken, atMs };
    if (verdict.due.length === 0) {
      await learn(stand, model, seen);
      return { findings: [], atMs };
    }
    if (atMs > deadlineMs) return { findings: verdict.due, atMs };
    await hold(LOOK_EVERY_MS);
  }
}

/** What was due has come: from now on it has to stay. */
async function learn(stand: Stand, model: Model, { rows, panes }: Seen): Promise<void> {
  for (const { id } of model.sessions().filter(({ due }) => due === 'end')) model.change(id, { due: 'nothing', phase: 'terminated' });
  for (const { id } of model.sessions().filter(({ due }) => due === 'relaunch')) {
    const launchId = rows.find((row) => row.id === id)?.launchId ?? '';
    model.change(id, { due: 'nothing', launchId, panePid: panes?.find((pane) => pane.launchId === launchId)?.pid ?? 0 });
  }
  for (const row of rows.filter(({ id }) => model.find(id) === null)) await adopt({ stand, model }, row);
  model.closeSpawns();
}

/** Without gateway and tabs nothing of ours may stay but the sessions and their host. */
async function endOfRun(stand: Stand): Promise<Finding | null> {
  for (const { pid } of stand.tabs()) signal(pid, 'SIGTERM');
  signal(stand.gatewayPid(), 'SIGTERM');
  await stand.world.ao(['stop']);
  const daemons = (): readonly number[] => processesOf(stand.world.dataDir).filter((pid) => isNode(pid));
  for (let tries = 0; tries < 200 && daemons().length > 0; tries += 1) await hold(50);
  return daemons().length === 0 ? null : { count: 'orphanDaemons', what: `after the end ${daemons().join(', ')} run` };
}

function isNode(pid: number): boolean {
  try {
    return /daemon\.mjs|ao\.js/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

function keepLogs(stand: Stand, seed: number, number: number): string {
  const kept = fileURLToPath(new URL(`../.tooling/chaos/seed-${seed}-event-${number}`, import.meta.url));
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const { dataDir, root, runFile } = stand.world;
  for (const path of [
    join(dataDir, 'logs'),
    join(dataDir, 'ao.db'),
    join(dataDir, 'ao.db-wal'),
    join(dataDir, 'tmux'),
    join(dataDir, 'ptyhost'),
    join(root, 'gateway.err'),
    runFile,
  ]) {
    if (existsSync(path))
      cpSync(path, join(kept, basename(path)), {
        recursive: true,
        filter: (source) => !source.endsWith('.sock') && !lstatSync(source).isSocket(),
      });
  }
  return kept;
}
