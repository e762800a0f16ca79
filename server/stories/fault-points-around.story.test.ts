/**
 * SIGKILL at the points around the great operations (L1): boot, migration, shutdown, what reconcile writes, what is undone after a
 * failure, and a delivery that goes on after an earlier crash. Several points share a world, one death after the other.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_POINTS, type FaultPoint } from '../core/fault-points.ts';
import { dieAt, expectLive, newWorld, settled, startDyingAt } from '../testing/crash-story.ts';
import { eventually } from '../testing/resources.ts';
import { isRunning, makeWorld, type SessionJson, signal, type World } from '../testing/world.ts';

const pointsOf = (what: string): readonly FaultPoint[] => FAULT_POINTS.filter((point) => point.startsWith(`${what}.`));
const READER = 'while read -r line; do echo "<$line>" >> got.txt; done';
type MessageJson = { readonly state: string; readonly reason: string | null };

const spawnReader = (world: World): Promise<SessionJson> =>
  world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', READER, '--prompt', 'read']);
const messagesOf = (world: World, id: string): Promise<readonly MessageJson[]> => world.ok<MessageJson[]>(['messages', id]);

async function stateOfFirst(world: World, id: string, wanted: string): Promise<void> {
  await eventually(`the message to ${id} to be ${wanted}`, async () => (await messagesOf(world, id))[0]?.state === wanted);
}

/** What a daemon said, in its own words. */
const logOf = (world: World, pid: number): readonly string[] =>
  readFileSync(join(world.dataDir, 'logs', 'daemon.log'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { readonly pid: number; readonly msg: string })
    .filter((line) => line.pid === pid)
    .map(({ msg }) => msg);

describe('boot and shutdown', () => {
  it('a first start that dies at any point of migration and boot leaves what the next one goes on with', async () => {
    await using world = await makeWorld();
    for (const point of [...pointsOf('migrate'), ...pointsOf('boot')]) {
      const { code } = await world.ao(['start'], { env: { AO_FAULT: point } });
      if (existsSync(world.runFile)) await eventually(`the daemon to die at ${point}`, () => !isRunning(world.daemonPid()));
      else expect(code, point).toBe(1);
    }
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
    await expectLive(world, (await world.ok<SessionJson>(['spawn', '--project', 'app'])).id);
  });

  it('a stop that dies at any of its points ends no session, and the next start adopts them (I1, I2)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const { id } = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    await world.ok(['stop']);
    const before = world.panes();
    for (const point of pointsOf('shutdown')) {
      await world.ok(['start'], { env: { AO_FAULT: point } });
      const pid = world.daemonPid();
      signal(pid, 'SIGTERM');
      await eventually(`the daemon to die at ${point}`, () => !isRunning(pid));
      expect(logOf(world, pid), point).toContain('stopping');
      expect(logOf(world, pid), point).not.toContain('stopped');
      expect(world.panes(), point).toEqual(before);
    }
    await world.ok(['start']);
    await expectLive(world, id);
    expect(world.panes()).toEqual(before);
  });
});

describe('reconcile', () => {
  it('dies at what it queues, adopts and finishes, and then does it', async () => {
    await using world = await newWorld();
    await dieAt(world, 'spawn.runtime', ['spawn', '--project', 'app']);
    await startDyingAt(world, 'reconcile.spawned');
    await world.ok(['start']);
    await expectLive(world, 'app-1');

    await world.reboot();
    await startDyingAt(world, 'reconcile.queued');
    await startDyingAt(world, 'recover.runtime');
    await startDyingAt(world, 'reconcile.adopted');
    await world.ok(['start']);
    await settled(world);
    await expectLive(world, 'app-1');
    expect(world.panes()).toHaveLength(1);
  });

  it('dies at the exit that it notes, and at the runtime that it ends for a restore that was cut off', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const { id } = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    await world.ok(['stop']);
    await dieAt(world, 'reconcile.exited', ['send', id, 'exit 5']);
    await world.ok(['start']);
    expect(await world.status(id, 'exited')).toMatchObject({ exitCode: 5 });

    await world.ok(['kill', id]);
    await world.ok(['stop']);
    await dieAt(world, 'recover.runtime', ['restore', id]);
    await startDyingAt(world, 'reconcile.reaped');
    await world.ok(['start']);
    await eventually('no runtime to be left', () => world.panes().length === 0);
    expect(await world.ok<SessionJson>(['get', id])).toMatchObject({ phase: 'terminated' });
    await world.ok(['restore', id]);
    await expectLive(world, id);
  });
});

describe('what fails, and dies while it is undone', () => {
  it('a relaunch and a resume whose agent cannot be set up leave the session as it was, and it comes back once it can', async () => {
    await using world = await newWorld();
    world.program('claude', '#!/bin/sh\nexec sh\n');
    await world.ok(['start']);
    const { id } = await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'claude-code', '--prompt', 'p']);
    const [folder, aside] = [join(world.dataDir, 'agents'), join(world.dataDir, 'aside')];
    const breakSetup = (): void => {
      renameSync(folder, aside);
      writeFileSync(folder, 'in the way');
    };
    const mendSetup = (): void => {
      rmSync(folder);
      renameSync(aside, folder);
    };

    await world.reboot();
    breakSetup();
    for (const point of ['recover.undo.fenced', 'recover.undo.runtime', 'recover.failed'] as const) await startDyingAt(world, point);
    mendSetup();
    await world.ok(['start']);
    await eventually('the session to be back', () => world.panes().some((pane) => pane.name === id && !pane.dead));
    await world.status(id, 'running').catch(() => world.status(id, 'no_signal'));

    process.kill(world.panes()[0]?.pid ?? 0, 'SIGKILL');
    await world.status(id, 'exited');
    await world.ok(['stop']);
    breakSetup();
    await dieAt(world, 'recover.exit-stands', ['resume', id]);
    mendSetup();
    await world.ok(['start']);
    await world.status(id, 'exited');
    expect(await world.ok<SessionJson>(['resume', id])).toMatchObject({ id, phase: 'live' });
  });

  it('a session that cannot come back is terminated once, and a kill of it stays (I4, I10)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const { id } = await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', 'cat']);
    await world.reboot();
    for (const point of ['recover.ended', 'recover.terminated'] as const) await startDyingAt(world, point);
    await world.ok(['start']);
    expect(await world.ok<SessionJson>(['get', id])).toMatchObject({ phase: 'terminated' });
    await world.ok(['stop']);
    await dieAt(world, 'kill.marked', ['kill', id]);
    await world.ok(['start']);
    expect(await world.ok<{ kind: string }[]>(['events', id])).toContainEqual(expect.objectContaining({ kind: 'killed' }));
    expect(await world.ok<SessionJson>(['get', id])).toMatchObject({ phase: 'terminated' });
  });
});

describe('messages and names', () => {
  it('held, then the session killed, dying at each: the message fails, and says why (D1)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const { id } = await spawnReader(world);
    process.kill(world.panes()[0]?.pid ?? 0, 'SIGKILL');
    await world.status(id, 'exited');
    await world.ok(['stop']);
    await dieAt(world, 'deliver.held', ['send', id, 'nobody reads this', '--key', 'k1']);
    await dieAt(world, 'kill.terminated', ['kill', id]);
    await startDyingAt(world, 'deliver.refused');
    await world.ok(['start']);
    expect(await messagesOf(world, id)).toMatchObject([{ state: 'failed' }]);

    const second = await spawnReader(world);
    process.kill(world.panes().find((pane) => pane.name === second.id)?.pid ?? 0, 'SIGKILL');
    await world.status(second.id, 'exited');
    for (const text of ['one', 'two']) await world.ok(['send', second.id, text]);
    await world.ok(['stop']);
    await dieAt(world, 'kill.message', ['kill', second.id]);
    await world.ok(['start']);
    await eventually('both to have failed', async () => (await messagesOf(world, second.id)).every(({ state }) => state === 'failed'));
  });

  it('pasted before a crash, and another crash when that is found: delivered once (D2)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await spawnReader(world);
    await world.ok(['stop']);
    await dieAt(world, 'deliver.pasted', ['send', session.id, 'hello once', '--key', 'k1']);
    await startDyingAt(world, 'deliver.paste-found');
    await world.ok(['start']);
    await stateOfFirst(world, session.id, 'submitted');
    const got = join(session.workspacePath, 'got.txt');
    await eventually('it to arrive', () => existsSync(got));
    expect(readFileSync(got, 'utf8')).toBe('<hello once>\n');
  });

  it('pasted into a launch that is gone: typed anew, once; Enter intended for one: failed, never twice', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const session = await spawnReader(world);
    await world.ok(['stop']);
    await dieAt(world, 'deliver.pasted', ['send', session.id, 'hello once', '--key', 'k1']);
    await world.reboot();
    await startDyingAt(world, 'deliver.requeued');
    await world.ok(['start']);
    await stateOfFirst(world, session.id, 'submitted');
    const got = join(session.workspacePath, 'got.txt');
    await eventually('it to arrive', () => existsSync(got));
    await world.ok(['kill', session.id]);
    expect(readFileSync(got, 'utf8')).toBe('<hello once>\n');

    const second = await spawnReader(world);
    await world.ok(['stop']);
    await dieAt(world, 'deliver.submit-intent', ['send', second.id, 'perhaps', '--key', 'k1']);
    await world.reboot();
    await startDyingAt(world, 'deliver.failed');
    await world.ok(['start']);
    await stateOfFirst(world, second.id, 'failed');
    await world.status(second.id, 'running');
    expect(existsSync(join(second.workspacePath, 'got.txt'))).toBe(false);
  });

  it('a name given before a crash stays (I12)', async () => {
    await using world = await newWorld();
    await world.ok(['start']);
    const { id } = await world.ok<SessionJson>(['spawn', '--project', 'app']);
    await world.ok(['stop']);
    await dieAt(world, 'rename.title', ['rename', id, 'a better name']);
    await world.ok(['start']);
    expect(await world.ok(['get', id])).toMatchObject({ title: 'a better name' });
  });
});
