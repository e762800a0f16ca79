/** What stories about a daemon that dies share: arming a point, and what has to be found afterwards. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { FaultPoint } from '../core/fault-points.ts';
import { eventually } from './resources.ts';
import { isRunning, makeWorld, type SessionJson, type World } from './world.ts';

/** A daemon that dies at `point`; the call that meets it fails, and the daemon is gone. */
export async function dieAt(world: World, point: FaultPoint, args: readonly string[]): Promise<void> {
  await world.ok(['start'], { env: { AO_FAULT: point } });
  const pid = world.daemonPid();
  const ran = await world.ao(args);
  await eventually(`the daemon to die at ${point}`, () => !isRunning(pid));
  // `send` is acknowledged before anything is delivered; every other call is cut off.
  if (args[0] !== 'send') expect(ran.code).toBe(1);
}

/** Nothing of the session is left: row, runtime, worktree, branch. */
export async function expectNoResidue(world: World, id: string): Promise<void> {
  expect((await world.ok<SessionJson[]>(['ls', '--all'])).map((session) => session.id)).not.toContain(id);
  expect(world.panes().map((pane) => pane.name)).not.toContain(id);
  const folder = join(world.dataDir, 'worktrees', 'app');
  expect(existsSync(folder) ? readdirSync(folder) : []).not.toContain(id);
  expect(world.git(['branch', '--list', `ao/${id}`])).toBe('');
  expect(world.git(['worktree', 'list', '--porcelain'])).not.toContain(`/${id}\n`);
}

export async function expectLive(world: World, id: string): Promise<void> {
  const session = await world.status(id, 'running');
  const panes = world.panes().filter((pane) => pane.name === id);
  expect(panes).toMatchObject([{ dead: false, launchId: session.launchId }]);
  expect(existsSync(session.workspacePath)).toBe(true);
  expect((await world.ok<{ id: string }>(['logs', id])).id).toBe(id);
}

export const settled = (world: World) =>
  eventually('everything to be settled', async () =>
    (await world.ok<SessionJson[]>(['ls'])).every((session) => !['spawning', 'recovering', 'unknown'].includes(session.status)),
  );

export async function newWorld(): Promise<World> {
  const world = await makeWorld();
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
  await world.ok(['stop']);
  return world;
}

/** A start that meets `point` by itself, sooner or later. */
export async function startDyingAt(world: World, point: FaultPoint): Promise<void> {
  await world.ao(['start'], { env: { AO_FAULT: point } });
  await eventually(`the daemon to die at ${point}`, () => !isRunning(world.daemonPid()));
}
