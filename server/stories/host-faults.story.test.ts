/** The session host hangs, loses its socket, or dies under a running daemon (L6): "cannot tell" is never "dead". */
import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { environOf, isRunning, makeWorld, processesOf, type SessionJson, signal, type World } from '../testing/world.ts';

async function threeSessions(world: World): Promise<readonly string[]> {
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
  await world.ok(['orchestrator', 'ensure', '--project', 'app']);
  await world.ok(['spawn', '--project', 'app']);
  await world.ok(['spawn', '--project', 'app', '--agent', 'custom', '--command', 'cat', '--prompt', 'p']);
  return (await world.ok<SessionJson[]>(['ls'])).map((session) => session.id);
}

describe('tmux', () => {
  it('SIGSTOPped over a restart of the daemon: nothing terminated, nothing launched twice, all answering after', async () => {
    await using world = await makeWorld();
    const ids = await threeSessions(world);
    const before = world.panes();
    const tmux = world.tmuxPid();
    signal(tmux, 'SIGSTOP');
    try {
      await world.killDaemon();
      await world.ok(['start']);
      const stopped = await world.ok<SessionJson[]>(['ls']);
      expect(stopped.map((session) => [session.id, session.phase, session.status])).toEqual(ids.map((id) => [id, 'live', 'unknown']));
      expect(await world.ok(['orchestrator', 'ensure', '--project', 'app'])).toMatchObject({
        created: false,
        session: { id: ids[0], phase: 'live' },
      });
      expect(await world.refused(['spawn', '--project', 'app'])).toBe('RUNTIME_UNAVAILABLE');
    } finally {
      signal(tmux, 'SIGCONT');
    }
    for (const id of ids) await world.status(id, 'running');
    // The spawn that could not be decided is settled one way or the other, and the rest is as it was.
    await eventually('the cut-off spawn to be settled', async () =>
      (await world.ok<SessionJson[]>(['ls'])).every((session) => session.phase === 'live'),
    );
    expect(world.panes().filter((pane) => ids.includes(pane.name))).toEqual(before);
    for (const id of ids) expect((await world.ok<{ id: string }>(['logs', id])).id).toBe(id);
  });

  it('its socket unlinked while it lives: found again, nothing terminated, nothing launched twice', async () => {
    await using world = await makeWorld();
    const ids = await threeSessions(world);
    const before = world.panes();
    rmSync(world.tmuxSocket());
    await world.killDaemon();
    await world.ok(['start']);
    for (const id of ids) await world.status(id, 'running');
    expect(world.panes()).toEqual(before);

    rmSync(world.tmuxSocket());
    for (const id of ids) expect((await world.ok<{ id: string }>(['logs', id])).id).toBe(id);
    await world.ok(['spawn', '--project', 'app']);
    expect(world.panes().filter((pane) => ids.includes(pane.name))).toEqual(before);
  });

  it('killed under a running daemon: one recovery of all, under their ids', async () => {
    await using world = await makeWorld();
    const ids = await threeSessions(world);
    const before = world.panes();
    const tmux = world.tmuxPid();
    signal(tmux, 'SIGKILL');
    await eventually('tmux to be gone', () => !isRunning(tmux));
    for (const id of ids)
      await eventually(
        `${id} to be relaunched`,
        async () => (await world.ok<SessionJson>(['get', id])).launchId !== before.find((pane) => pane.name === id)?.launchId,
      );
    for (const id of ids) await world.status(id, 'running');
    expect(
      world
        .panes()
        .map((pane) => pane.name)
        .sort(),
    ).toEqual([...ids].sort());
    expect((await world.ok<SessionJson[]>(['ls', '--all'])).map((session) => session.id)).toEqual(ids);
  });

  it('killed under agents that ignore the hangup: none runs twice, and none beside a session that is over (L6, L8)', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'custom']);
    const command = "trap '' HUP; setsid sleep 1000000 & while :; do sleep 1000000; done";
    const back = await world.ok<SessionJson>(['spawn', '--project', 'app', '--command', command, '--prompt', 'p']);
    const lost = await world.ok<SessionJson>(['spawn', '--project', 'app', '--command', command]);
    const processesOfLaunch = (launchId: string): readonly number[] =>
      processesOf(world.dataDir).filter((pid) => environOf(pid).includes(`AO_LAUNCH_ID=${launchId}`));
    for (const { id, launchId } of [back, lost]) await eventually(`${id} to run`, () => processesOfLaunch(launchId).length >= 3);
    signal(world.tmuxPid(), 'SIGKILL');
    await eventually('the relaunch', async () => (await world.ok<SessionJson>(['get', back.id])).launchId !== back.launchId);
    await world.status(back.id, 'running');
    await world.status(lost.id, 'terminated');
    expect([...processesOfLaunch(back.launchId), ...processesOfLaunch(lost.launchId)]).toEqual([]);
  });

  it("a user's hostile ~/.tmux.conf and $TMUX change nothing", async () => {
    await using world = await makeWorld();
    writeFileSync(`${world.env['HOME']}/.tmux.conf`, 'set -g destroy-unattached on\nset -g default-command "false"\nkill-server\n');
    world.env['TMUX'] = '/nowhere/default,1,0';
    const ids = await threeSessions(world);
    for (const id of ids) await world.status(id, 'running');
    expect(world.panes()).toHaveLength(3);
  });
});
