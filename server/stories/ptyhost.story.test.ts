/** The promise without tmux: each session in a host of its own, and both kinds of runtime side by side. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { environOf, isRunning, makeWorld, type SessionJson, signal, type World } from '../testing/world.ts';

async function makePtyWorld(): Promise<World> {
  const world = await makeWorld();
  world.env['AO_RUNTIME'] = 'ptyhost';
  return world;
}

const textOf = async (world: World, id: string): Promise<string> => (await world.ok<{ text: string }>(['logs', id])).text;

describe('sessions in pty hosts', () => {
  it('outlive stops, SIGKILL and a host that hangs: same ids, same processes, same screens; a kill ends the whole tree (I1, I2, I9, L8)', {
    timeout: 300_000,
  }, async () => {
    await using world = await makePtyWorld();
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
    const { session: orchestrator } = await world.ok<{ session: SessionJson }>(['orchestrator', 'ensure', '--project', 'app']);
    const command = 'setsid sleep 100000 & echo "helper $!"; while read line; do echo "got $line"; done';
    const worker = await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', command]);
    expect(worker.runtime).toEqual({ kind: 'ptyhost', handle: `ptyhost:${worker.id}` });
    await world.ok(['send', worker.id, 'hello there']);
    await eventually('the message to arrive', async () => (await textOf(world, worker.id)).includes('got hello there'));
    const before = world.panes();
    const screen = await textOf(world, worker.id);
    expect(before.map(({ name }) => name)).toEqual([orchestrator.id, worker.id].toSorted());
    expect(before.every(({ pid, dead, host }) => pid > 0 && !dead && host !== undefined)).toBe(true);

    for (const end of ['stop', 'kill -9'] as const) {
      if (end === 'stop') await world.ok(['stop']);
      else await world.killDaemon();
      expect(world.panes()).toEqual(before);
      await world.ok(['start']);
      expect((await world.ok<SessionJson[]>(['ls'])).map(({ id, status }) => [id, status])).toEqual([
        [orchestrator.id, 'running'],
        [worker.id, 'running'],
      ]);
      expect(world.panes()).toEqual(before);
      expect(await textOf(world, worker.id)).toBe(screen);
    }

    const { host = 0, pid: program = 0 } = before.find(({ name }) => name === worker.id) ?? {};
    signal(host, 'SIGSTOP');
    try {
      await world.killDaemon();
      await world.ok(['start']);
      await world.status(worker.id, 'unknown');
      await world.status(orchestrator.id, 'running');
    } finally {
      signal(host, 'SIGCONT');
    }
    await world.status(worker.id, 'running');
    expect(world.panes()).toEqual(before);

    const helper = Number(/helper (\d+)/.exec(screen)?.[1]);
    expect(environOf(helper)).toContain(`AO_LAUNCH_ID=${worker.launchId}`);
    await world.ok(['kill', worker.id]);
    expect([helper, host, program].filter(isRunning)).toEqual([]);
    expect(world.panes().map(({ name }) => name)).toEqual([orchestrator.id]);
    expect(
      readdirSync(join(world.dataDir, 'ptyhost')).filter((file) => !file.startsWith(orchestrator.id) && !file.endsWith('.sock')),
    ).toEqual(['launch']);
  });

  it('come back after a reboot under their ids, an exit is resumed in place, and tmux sessions live beside them (I4)', {
    timeout: 300_000,
  }, async () => {
    await using world = await makeWorld();
    world.env['AO_RUNTIME'] = 'tmux';
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app']);
    const command = 'echo "launch: $AO_PROMPT"; read line; exit 3';
    const spawn = ['spawn', '--project', 'app', '--agent', 'custom', '--command', command, '--prompt', 'mend the parser'];
    const inTmux = await world.ok<SessionJson>(spawn);
    await world.ok(['stop']);
    world.env['AO_RUNTIME'] = 'ptyhost';
    await world.ok(['start']);
    const inHost = await world.ok<SessionJson>(spawn);
    expect([inTmux.runtime.kind, inHost.runtime.kind]).toEqual(['tmux', 'ptyhost']);
    const ids = [inTmux.id, inHost.id];
    for (const id of ids) await eventually('it to print', async () => (await textOf(world, id)).includes('launch: mend the parser'));

    for (const id of ids) await world.ok(['send', id, 'go']);
    for (const id of ids) expect((await world.status(id, 'exited')).exitCode).toBe(3);
    for (const id of ids) {
      await world.ok(['resume', id]);
      await eventually('both launches to show', async () => (await textOf(world, id)).match(/launch: mend the parser/g)?.length === 2);
    }

    await world.reboot();
    await world.ok(['start']);
    for (const id of ids) {
      const back = await world.status(id, 'running');
      await eventually('it to print', async () => (await textOf(world, id)).includes('launch: mend the parser'));
      expect(ids).toContain(back.id);
    }
    expect(world.panes().map(({ name, host }) => [name, host === undefined])).toEqual([
      [inTmux.id, true],
      [inHost.id, false],
    ]);
    for (const id of ids) await world.ok(['kill', id]);
    expect(world.panes()).toEqual([]);
  });
});
