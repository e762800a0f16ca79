/** The machine under it all: commands that start and stop the daemon, a reboot, a full disk, no descriptors, a real browser. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { eventually } from '../../server/testing/resources.ts';
import { fillDisk } from '../../server/testing/small-disk.ts';
import { isRunning, processesOf, signal } from '../../server/testing/world.ts';
import { adopt, daemonIsReady, type Effect, hold, isFinal, killDaemon, makeRoom, pickRole, type Scene, spawnInput } from '../scene.ts';

type Started = { readonly pid: number; readonly already: boolean; readonly owner: string };

/** Deliberate: the tabs that are sent away must not bring it back before the user does. */
export async function aoStopStart(scene: Scene): Promise<Effect> {
  const { world } = scene.stand;
  const pid = await daemonIsReady(scene);
  await world.ok(['stop']);
  if (isRunning(pid)) scene.violated('orphanDaemons', `daemon ${pid} runs after ao stop`);
  await hold(scene.random.below(500));
  if (existsSync(world.runFile)) scene.violated('unpredicted', 'somebody brought a daemon back after ao stop');
  const started = await world.ok<Started>(['start']);
  scene.faultEnds();
  return { seen: `daemon ${pid} stopped, ${started.pid} started as ${started.owner}` };
}

export async function aoStartBeside(scene: Scene): Promise<Effect> {
  const pid = await daemonIsReady(scene);
  const started = await scene.stand.world.ok<Started>(['start']);
  if (started.pid !== pid || !started.already) scene.violated('orphanDaemons', `beside daemon ${pid} there is ${started.pid}`);
  return { seen: `still daemon ${pid}, now ${started.owner}` };
}

/** After `ao stop` two of them race; after a kill the gateway races with both. */
export async function twoStarts(scene: Scene): Promise<Effect> {
  const { world } = scene.stand;
  const pid = await daemonIsReady(scene);
  const beside = scene.random.chance(50) ? 'the gateway' : 'nobody';
  if (beside === 'nobody') await world.ok(['stop']);
  else await killDaemon(scene);
  const both = await Promise.all([world.ok<Started>(['start']), world.ok<Started>(['start'])]);
  const pids = [...new Set(both.map((started) => started.pid))];
  if (pids.length > 1) scene.violated('orphanDaemons', `two starts made ${pids.join(' and ')}`);
  scene.faultEnds();
  return { seen: `${pid} gone, two starts beside ${beside} made ${pids.join(' and ')}` };
}

export async function reboot(scene: Scene): Promise<Effect> {
  const { stand } = scene;
  const before = stand.bootId?.() ?? null;
  const ours = [...processesOf(stand.world.dataDir), ...stand.tabs().map(({ pid }) => pid)];
  for (const { pid } of stand.tabs()) signal(pid, 'SIGKILL');
  await stand.world.reboot();
  // The tabs are of another machine, as it were, and not among what the world ends and waits for.
  for (const tab of stand.tabs()) await eventually('the tab to be gone', () => tab.isGone());
  stand.newBoot();
  const left = ours.filter((pid) => isRunning(pid));
  if (left.length > 0) throw new Error(`${left.join(', ')} outlived the reboot`);
  if (before !== null && stand.bootId?.() === before) throw new Error('the boot id is the same');
  scene.model.hostsGone();
  await stand.up();
  scene.faultEnds();
  return { seen: `${ours.length} processes gone${before === null ? '' : ', another boot id'}` };
}

const FILLER = 'filler';

/** While it lasts the daemon answers, refuses what it cannot write, and loses nothing. */
export async function diskFull(scene: Scene): Promise<Effect> {
  const { stand } = scene;
  if (stand.smallDisk === 'no') return { impossible: 'no small disk' };
  await makeRoom(scene);
  const pid = await daemonIsReady(scene);
  const filler = join(stand.world.dataDir, FILLER);
  let seen: string;
  try {
    fillDisk(filler);
    const { bavail } = statfsSync(stand.world.dataDir);
    const spawned = await stand.api.mutate('sessions.spawn', spawnInput(scene, pickRole(scene)));
    const listed = await stand.api.query('sessions.list', {});
    if (listed.kind !== 'ok') scene.violated('unsettled', `no list while the disk is full: ${JSON.stringify(listed)}`);
    if (spawned.kind === 'ok') throw new Error(`a spawn succeeded on a full disk (${bavail} blocks free)`);
    scene.model.spawnCutOff();
    seen = `${bavail} blocks free, a spawn ${spawned.kind === 'refused' ? `refused with ${spawned.code}` : 'cut off'}`;
    if (!isRunning(pid)) scene.violated('unsettled', `daemon ${pid} died of a full disk`);
    if (scene.random.chance(30)) {
      await killDaemon(scene);
      seen += ', the daemon killed meanwhile';
    }
    await hold(scene.random.below(300));
  } finally {
    rmSync(filler, { force: true });
  }
  scene.faultEnds();
  return { seen };
}

/** No descriptor more than it has: nobody new gets in, nobody who is in is lost, and nothing ends. */
export async function noDescriptors(scene: Scene): Promise<Effect> {
  const { stand } = scene;
  await makeRoom(scene);
  const pid = await daemonIsReady(scene);
  const before = limitOf(pid);
  const spare = scene.random.below(4);
  const used = lowestFree(pid);
  if (!setLimit(pid, `${used + spare}:${before.hard}`)) return { impossible: 'prlimit is missing' };
  let refused = 0;
  try {
    const answers = await Promise.all([
      stand.api.mutate('sessions.spawn', spawnInput(scene, pickRole(scene)), 3_000),
      ...Array.from({ length: 6 }, () => stand.api.query('sessions.list', {}, 3_000)),
    ]);
    const [spawned] = answers;
    if (spawned.kind === 'ok') await adopt(scene, spawned.value);
    else scene.model.spawnCutOff();
    refused = answers.filter((answer) => !isFinal(answer) || answer.kind === 'refused').length;
  } finally {
    setLimit(pid, `${before.soft}:${before.hard}`);
  }
  scene.faultEnds();
  if (refused === 0) throw new Error(`nothing was refused at ${used}+${spare} descriptors`);
  if ((await daemonIsReady(scene)) !== pid) scene.violated('unsettled', `daemon ${pid} died of having no descriptors`);
  return { seen: `${used}+${spare} descriptors, ${refused} of 7 requests refused or cut off` };
}

/** The limit is on the number of a new descriptor, which is always the lowest that is free. */
function lowestFree(pid: number): number {
  const taken = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let free = 0;
  while (taken.has(free)) free += 1;
  return free;
}

function setLimit(pid: number, nofile: string): boolean {
  return spawnSync('prlimit', ['--pid', String(pid), `--nofile=${nofile}`]).status === 0;
}

function limitOf(pid: number): { readonly soft: string; readonly hard: string } {
  const [, soft = '1024', hard = '4096'] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
  return { soft, hard };
}

const BROWSERS = [process.env['AO_TEST_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A tab in a real Chromium, which is killed once the daemon has told it whether it counts. */
export async function browser(scene: Scene): Promise<Effect> {
  const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) return { impossible: 'there is no Chromium' };
  await daemonIsReady(scene);
  const { url } = await scene.stand.world.ok<{ readonly url: string }>(['pair']);
  const server = await chromium.launchServer({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
  });
  const chrome = server.process();
  let verdict: string | null = null;
  try {
    const connected = await chromium.connect(server.wsEndpoint());
    const page = await connected.newPage();
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        verdict = /"verdict":"(counted|not_counted)"/.exec(payload.toString())?.[1] ?? verdict;
      }),
    );
    await page.goto(url, { waitUntil: 'commit' });
    await eventually('the page to hear whether it counts', () => verdict, { limitMs: 60_000 });
  } finally {
    await server.kill();
  }
  if (chrome.pid === undefined || isRunning(chrome.pid)) throw new Error('Chromium lives on');
  scene.faultEnds();
  return { seen: `Chromium ${chrome.pid} heard ${verdict}, then gone` };
}
