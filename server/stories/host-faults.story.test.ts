/** The session host hangs, loses its socket, or dies under a running daemon (L6): "cannot tell" is never "dead". */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

const STOPPED_MS = 30_000;

/** What `ao ls` asks, without the start of a process, which a busy machine may take a second for. */
async function listed({ dataDir, runFile }: World): Promise<readonly SessionJson[]> {
  const { port } = JSON.parse(readFileSync(runFile, 'utf8')) as { readonly port: number };
  const authorization = `Bearer ${readFileSync(join(dataDir, 'credential'), 'utf8').trim()}`;
  const response = await fetch(`http://127.0.0.1:${port}/trpc/sessions.list`, { headers: { authorization, connection: 'close' } });
  return ((await response.json()) as { readonly result: { readonly data: readonly SessionJson[] } }).result.data;
}

/** Each says what is wrong, and the one command that helps. */
async function tellsOfStoppedHost(world: World, ids: readonly string[], tmux: number): Promise<void> {
  const wake = expect.stringContaining(`kill -CONT ${tmux}`) as string;
  const [first] = ids;
  for (const session of await world.ok<SessionJson[]>(['ls'])) expect(session).toMatchObject({ status: 'unknown', reason: wake });
  expect(await world.ok(['why', first ?? ''])).toMatchObject({ status: 'unknown', look: { state: 'unknown', pid: null, detail: wake } });
  const { code, json } = await world.ao(['doctor']);
  expect(code).toBe(1);
  const { checks, findings } = json as { readonly checks: readonly { readonly id: string }[]; readonly findings: unknown };
  expect(checks.find(({ id }) => id === 'session host')).toMatchObject({ verdict: 'fail', says: wake, fix: `ao why ${first}` });
  expect(findings).toEqual(ids.map((id) => ({ kind: 'unsettled', subject: id, evidence: wake, action: `ao why ${id}` })));
}

describe('tmux', () => {
  it('SIGSTOPped for 30 s over a restart of the daemon: nothing terminated, nothing launched twice, `ao ls` at once, all live after (L6)', async () => {
    await using world = await makeWorld();
    const ids = await threeSessions(world);
    const before = world.panes();
    const tmux = world.tmuxPid();
    const answersMs: number[] = [];
    const ask = async (): Promise<void> => {
      const askedAtMs = performance.now();
      const sessions = await listed(world);
      answersMs.push(performance.now() - askedAtMs);
      expect(sessions.filter(({ id }) => ids.includes(id)).map(({ id, phase }) => [id, phase])).toEqual(ids.map((id) => [id, 'live']));
    };
    /** The time itself is the fault. */
    const askFor = (ms: number): Promise<true> =>
      eventually(`${ms} ms of it to pass`, async () => ask().then(() => performance.now() - stoppedAtMs >= ms), {
        limitMs: 2 * STOPPED_MS,
        everyMs: 200,
      });
    signal(tmux, 'SIGSTOP');
    const stoppedAtMs = performance.now();
    try {
      await askFor(STOPPED_MS / 3);
      await tellsOfStoppedHost(world, ids, tmux);
      await world.killDaemon();
      await world.ok(['start']);
      const stopped = await world.ok<SessionJson[]>(['ls']);
      expect(stopped.map((session) => [session.id, session.phase, session.status])).toEqual(ids.map((id) => [id, 'live', 'unknown']));
      await tellsOfStoppedHost(world, ids, tmux);
      expect(await world.ok(['orchestrator', 'ensure', '--project', 'app'])).toMatchObject({
        created: false,
        session: { id: ids[0], phase: 'live' },
      });
      expect(await world.refused(['spawn', '--project', 'app'])).toBe('RUNTIME_UNAVAILABLE');
      await askFor(STOPPED_MS);
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

    const sorted = answersMs.sort((a, b) => a - b);
    // A machine that stalls makes single answers late; a daemon that waits for tmux makes them late again and again.
    for (const share of [0.5, 0.9]) expect(sorted[Math.floor(sorted.length * share)]).toBeLessThan(1_000);
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
