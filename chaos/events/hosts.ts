/** What can happen to pty hosts: killed, one or all of them, stopped, and without what the daemon finds them by. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../server/testing/resources.ts';
import { isRunning, signal } from '../../server/testing/world.ts';
import type { Expected } from '../model.ts';
import { daemonIsReady, type Effect, hold, killDaemon, liveOne, type Scene } from '../scene.ts';
import { stateOf } from './processes.ts';

type Host = { readonly session: Expected; readonly pid: number; readonly record: string };

const folderOf = ({ stand }: Scene): string => join(stand.world.dataDir, 'ptyhost');

function hostOf(scene: Scene, session: Expected): Host | null {
  const pane = scene.stand.world.panes().find(({ launchId }) => launchId === session.launchId);
  return pane?.host === undefined ? null : { session, pid: pane.host, record: join(folderOf(scene), `${pane.name}.json`) };
}

async function anyHost(scene: Scene): Promise<Host> {
  const session = await liveOne(scene);
  return await eventually(`the host of ${session.id}`, () => hostOf(scene, session));
}

const allHosts = ({ stand }: Scene): readonly number[] => stand.world.panes().flatMap(({ host }) => (host === undefined ? [] : [host]));

async function untilGone(pids: readonly number[]): Promise<void> {
  await eventually(`hosts ${pids.join(', ')} to be gone`, () => !pids.some(isRunning));
}

/** In some of them the host of an orchestrator, or of a session whose agent has exited already, which stays so. */
export async function killAHost(scene: Scene): Promise<Effect> {
  const open = scene.model.sessions().filter(({ phase }) => phase !== 'terminated');
  const others = open.filter(({ kind, phase }) => kind === 'orchestrator' || phase === 'exited');
  const other = others.length > 0 && scene.random.chance(40) ? hostOf(scene, scene.random.pick(others)) : null;
  const { session, pid } = other ?? (await anyHost(scene));
  signal(pid, 'SIGKILL');
  await untilGone([pid]);
  scene.model.hostGone(session.id);
  scene.faultEnds();
  return { seen: `host ${pid} of ${session.id} gone, which was ${session.phase}` };
}

export async function killTheHosts(scene: Scene): Promise<Effect> {
  const pids = allHosts(scene);
  for (const pid of pids) signal(pid, 'SIGKILL');
  await untilGone(pids);
  scene.model.hostsGone();
  scene.faultEnds();
  return { seen: `${pids.length} hosts gone` };
}

/** One or all; in half of them the daemon is killed meanwhile: it has to start without their answer. */
export async function stopAHost(scene: Scene): Promise<Effect> {
  const pids = scene.random.chance(50) ? [(await anyHost(scene)).pid] : allHosts(scene);
  const daemonToo = scene.random.chance(50);
  try {
    for (const pid of pids) signal(pid, 'SIGSTOP');
    await eventually('the hosts to be stopped', () => pids.every((pid) => stateOf(pid) === 'T'));
    if (daemonToo) {
      await killDaemon(scene);
      await daemonIsReady(scene);
    }
    await hold(200 + scene.random.below(2_500));
  } finally {
    for (const pid of pids) signal(pid, 'SIGCONT');
  }
  scene.faultEnds();
  return { seen: `${pids.length} hosts stopped${daemonToo ? ', the daemon killed meanwhile' : ''}` };
}

export async function loseRecord(scene: Scene): Promise<Effect> {
  return await hurtRecord(scene, 'lost', (path) => rmSync(path));
}

export async function damageRecord(scene: Scene): Promise<Effect> {
  return await hurtRecord(scene, 'damaged', (path) => {
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, scene.random.pick(['', '{}', text.slice(0, text.length / 2), text.replace('"name"', '"mane"')]));
  });
}

/** With a daemon that knows the host, with none, or under one that starts: its host makes it anew. */
async function hurtRecord(scene: Scene, how: string, hurt: (path: string) => void): Promise<Effect> {
  const { session, record } = await anyHost(scene);
  const sound = readFileSync(record, 'utf8');
  const daemon = scene.random.pick(['known to the daemon', 'then the daemon killed', 'the daemon killed before'] as const);
  if (daemon === 'the daemon killed before') await killDaemon(scene);
  hurt(record);
  if (daemon === 'then the daemon killed') await killDaemon(scene);
  scene.faultEnds();
  await eventually(`the record of ${session.id} to be made anew`, () => existsSync(record) && readFileSync(record, 'utf8') === sound);
  return { seen: `record of ${session.id} ${how}, ${daemon}` };
}

/** Its host is asked for it again by the next daemon; the one that is connected does not need it. */
export async function loseSocket(scene: Scene): Promise<Effect> {
  const { session, record } = await anyHost(scene);
  const { socket } = JSON.parse(readFileSync(record, 'utf8')) as { readonly socket: string };
  const path = join(folderOf(scene), socket);
  // It may be lost already: only the next daemon wants it.
  rmSync(path, { force: true });
  const daemonToo = scene.random.chance(70);
  if (daemonToo) await killDaemon(scene);
  scene.faultEnds();
  if (daemonToo) await eventually(`the socket of ${session.id} to be back`, () => existsSync(path), { limitMs: 30_000 });
  return { seen: `socket of ${session.id} lost${daemonToo ? ', then the daemon killed' : ''}` };
}
