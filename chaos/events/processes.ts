/** Processes killed and stopped: daemon, gateway, session host, agent, tab. */
import { readFileSync } from 'node:fs';
import { eventually } from '../../server/testing/resources.ts';
import { isRunning, signal } from '../../server/testing/world.ts';
import type { Expected } from '../model.ts';
import { daemonIsReady, type Effect, endAgent, hold, killDaemon, liveOne, type Scene, supervisors, tabsAreHeld } from '../scene.ts';
import { isGone } from '../stand.ts';

export async function killTheDaemon(scene: Scene): Promise<Effect> {
  const pid = await killDaemon(scene);
  scene.faultEnds();
  return { seen: `daemon ${pid} gone` };
}

/** The user starts it again; its tabs come back by themselves. */
export async function killTheGateway(scene: Scene): Promise<Effect> {
  const pid = scene.stand.gatewayPid();
  signal(pid, 'SIGKILL');
  await isGone(pid);
  await scene.stand.up();
  scene.faultEnds();
  return { seen: `gateway ${pid} gone` };
}

export async function killTmux(scene: Scene): Promise<Effect> {
  const pid = scene.stand.world.tmuxPid();
  signal(pid, 'SIGKILL');
  await isGone(pid);
  scene.model.hostsGone();
  scene.faultEnds();
  return { seen: `tmux server ${pid} gone` };
}

export async function killAnAgent(scene: Scene): Promise<Effect> {
  const session = await liveOne(scene);
  await endAgent(scene, session);
  scene.faultEnds();
  return { seen: `process ${session.panePid} of ${session.id} gone` };
}

export async function killATab(scene: Scene): Promise<Effect> {
  const tab = scene.random.pick(scene.stand.tabs());
  const before = await supervisors(scene);
  signal(tab.pid, 'SIGKILL');
  await eventually('the tab to be gone', () => tab.isGone());
  if (before.owner === 'app')
    await eventually('the daemon to miss it', async () => (await supervisors(scene)).supervisors < before.supervisors);
  scene.faultEnds();
  return { seen: `tab ${tab.pid} gone, ${before.supervisors} held the daemon before` };
}

/** Stopped for a while, with nothing else happening to it. */
async function stopFor(scene: Scene, { pid, name }: { readonly pid: number; readonly name: string }): Promise<string> {
  const durationMs = 200 + scene.random.below(800);
  signal(pid, 'SIGSTOP');
  try {
    await eventually(`${name} to be stopped`, () => stateOf(pid) === 'T');
    await hold(durationMs);
  } finally {
    signal(pid, 'SIGCONT');
  }
  return `${name} ${pid} stopped for ${durationMs} ms`;
}

export async function stopTheDaemon(scene: Scene): Promise<Effect> {
  const seen = await stopFor(scene, { pid: await daemonIsReady(scene), name: 'daemon' });
  scene.faultEnds();
  return { seen };
}

export async function stopTheGateway(scene: Scene): Promise<Effect> {
  const seen = await stopFor(scene, { pid: scene.stand.gatewayPid(), name: 'gateway' });
  scene.faultEnds();
  return { seen };
}

/** In half of them the daemon is killed meanwhile: it has to start without an answer of the host. */
export async function stopTmux(scene: Scene): Promise<Effect> {
  const pid = scene.stand.world.tmuxPid();
  const daemonToo = scene.random.chance(50);
  signal(pid, 'SIGSTOP');
  try {
    await eventually('tmux to be stopped', () => stateOf(pid) === 'T');
    if (daemonToo) {
      await killDaemon(scene);
      await daemonIsReady(scene);
    }
    await hold(200 + scene.random.below(2_500));
  } finally {
    signal(pid, 'SIGCONT');
  }
  scene.faultEnds();
  return { seen: `tmux ${pid} stopped${daemonToo ? ', the daemon killed meanwhile' : ''}` };
}

export async function stopAnAgent(scene: Scene): Promise<Effect> {
  const session = await liveOne(scene);
  if (scene.stand.runtime === 'tmux') return await stopAnAgentOfTmux(scene, session);
  const seen = await stopFor(scene, { pid: session.panePid, name: `the agent of ${session.id}` });
  scene.faultEnds();
  return { seen };
}

/** tmux continues a child that stops: it is stopped again and again, and seen to be once, while tmux cannot interfere. */
async function stopAnAgentOfTmux(scene: Scene, { panePid, id }: Expected): Promise<Effect> {
  const tmux = scene.stand.world.tmuxPid();
  const durationMs = 200 + scene.random.below(500);
  signal(tmux, 'SIGSTOP');
  try {
    await eventually('tmux to be stopped', () => stateOf(tmux) === 'T');
    signal(panePid, 'SIGSTOP');
    await eventually(`the agent of ${id} to be stopped`, () => stateOf(panePid) === 'T');
  } finally {
    signal(tmux, 'SIGCONT');
  }
  const until = performance.now() + durationMs;
  while (performance.now() < until) {
    signal(panePid, 'SIGSTOP');
    await hold(10);
  }
  signal(panePid, 'SIGCONT');
  scene.faultEnds();
  return { seen: `process ${panePid} of ${id} stopped for ${durationMs} ms` };
}

export async function stopATab(scene: Scene): Promise<Effect> {
  const seen = await stopFor(scene, { pid: scene.random.pick(scene.stand.tabs()).pid, name: 'tab' });
  scene.faultEnds();
  return { seen };
}

/** Left with goodbyes or cut off: the daemon that a gateway started ends its grace, once, and the sessions do not notice. */
export async function lastTabLeaves(scene: Scene): Promise<Effect> {
  const { stand } = scene;
  if ((await supervisors(scene)).owner !== 'app') await killDaemon(scene);
  const pid = await daemonIsReady(scene);
  await tabsAreHeld(scene);
  const { supervisors: held } = await supervisors(scene);
  if (held !== stand.tabs().length) scene.violated('unsettled', `${stand.tabs().length} tabs are open and ${held} hold the daemon`);
  const how = scene.random.chance(50) ? 'SIGTERM' : 'SIGKILL';
  for (const tab of stand.tabs()) signal(tab.pid, how);
  try {
    await eventually('the daemon to end its grace', () => !isRunning(pid), { limitMs: 20_000 });
  } catch {
    scene.violated('orphanDaemons', `daemon ${pid} lives on without a tab`);
  }
  scene.faultEnds();
  return { seen: `${held} tabs gone by ${how}, daemon ${pid} ended` };
}

export function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return 'gone';
  }
}
