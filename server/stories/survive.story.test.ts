/** The promise itself: the daemon goes in every way it can, and everything is where it was. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { isRunning, makeWorld, type SessionJson, signal, type World } from '../testing/world.ts';

type Ensured = { readonly session: SessionJson; readonly created: boolean };

async function orchestratorAndWorkers(world: World): Promise<readonly SessionJson[]> {
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
  const { session, created } = await world.ok<Ensured>(['orchestrator', 'ensure', '--project', 'app']);
  expect(created).toBe(true);
  const workers: SessionJson[] = [];
  for (const command of ['cat', 'while read line; do echo "got $line"; done', 'sleep 100000']) {
    workers.push(await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', `echo ready; ${command}`]));
  }
  return [session, ...workers];
}

describe('stop, kill -9 and start', () => {
  it('ten rounds: same ids, same pane pids, same screens, and ensure creates nothing', async () => {
    await using world = await makeWorld();
    const sessions = await orchestratorAndWorkers(world);
    for (const worker of sessions.slice(1)) {
      await eventually(`${worker.id} to print`, async () => (await world.ok<{ text: string }>(['logs', worker.id])).text.includes('ready'));
    }
    const ids = sessions.map((session) => session.id);
    const screens = async (): Promise<readonly string[]> =>
      Promise.all(ids.map(async (id) => (await world.ok<{ text: string }>(['logs', id])).text));
    const panesBefore = world.panes();
    const screensBefore = await screens();
    expect(panesBefore).toHaveLength(4);

    for (let round = 0; round < 10; round += 1) {
      const pid = world.daemonPid();
      if (round % 2 === 0) expect(await world.ok(['stop'])).toEqual({ state: 'stopped' });
      else await world.killDaemon();
      await eventually(`daemon ${pid} to be gone`, () => !isRunning(pid));
      expect(world.panes()).toEqual(panesBefore);
      expect(await world.ok(['start'])).toMatchObject({ state: 'ready', already: false, owner: 'headless' });
      expect((await world.ok<SessionJson[]>(['ls'])).map((session) => [session.id, session.phase, session.status])).toEqual(
        ids.map((id) => [id, 'live', 'running']),
      );
      expect(world.panes()).toEqual(panesBefore);
      expect(await screens()).toEqual(screensBefore);
      const ensured = await world.ok<Ensured>(['orchestrator', 'ensure', '--project', 'app']);
      expect([ensured.session.id, ensured.created]).toEqual([ids[0], false]);
    }
  });

  it('SIGTERM and SIGINT end the daemon as gently as `ao stop`, say why at the next start, and end no session (I1)', async () => {
    await using world = await makeWorld();
    const sessions = await orchestratorAndWorkers(world);
    const before = world.panes();
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      const pid = world.daemonPid();
      signal(pid, name);
      await eventually('the daemon to be gone', () => !isRunning(pid));
      expect(await world.ok(['status'])).toMatchObject({ state: 'stopped' });
      await world.ok(['start']);
      const status = await world.ok<{ lastStop: { reason: string } }>(['status']);
      expect(status.lastStop.reason).toContain(name);
      expect(world.panes()).toEqual(before);
    }
    expect(await world.ok<SessionJson[]>(['ls'])).toHaveLength(sessions.length);
  });
});

describe('a reboot: every host and every agent gone', () => {
  it('brings all back under their ids: shell fresh, prompt replayed, promptless one not resumable, files still there (I4, I11)', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'custom']);
    const command = 'echo "launch of $AO_SESSION_ID: $AO_PROMPT"; cat';
    const { session: orchestrator } = await world.ok<Ensured>([
      'orchestrator',
      'ensure',
      '--project',
      'app',
      '--agent',
      'custom',
      '--command',
      command,
    ]);
    const withPrompt = await world.ok<SessionJson>(['spawn', '--project', 'app', '--command', command, '--prompt', 'mend the parser']);
    const promptless = await world.ok<SessionJson>(['spawn', '--project', 'app', '--command', 'cat']);
    const shell = await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'shell']);
    const killed = await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'shell']);
    await world.ok(['kill', killed.id]);
    for (const session of [withPrompt, promptless]) writeFileSync(join(session.workspacePath, 'uncommitted.txt'), `work of ${session.id}`);

    await world.reboot();
    await world.ok(['start']);
    for (const session of [orchestrator, withPrompt, shell]) {
      const back = await world.status(session.id, 'running');
      expect(back.workspacePath).toBe(session.workspacePath);
      expect(back.launchId).not.toBe(session.launchId);
    }
    const events = async (id: string) => await world.ok<{ kind: string; data?: { mode?: string } }[]>(['events', id]);
    const modeOf = async (id: string) => (await events(id)).filter((event) => event.kind === 'recovered').map((event) => event.data?.mode);
    expect(await modeOf(orchestrator.id)).toEqual(['fresh']);
    expect(await modeOf(withPrompt.id)).toEqual(['replayed']);
    expect(await modeOf(shell.id)).toEqual(['fresh']);
    await eventually('the prompt to be replayed', async () =>
      (await world.ok<{ text: string }>(['logs', withPrompt.id])).text.includes(`launch of ${withPrompt.id}: mend the parser`),
    );

    const lost = await world.ok<SessionJson>(['get', promptless.id]);
    expect(lost).toMatchObject({
      phase: 'terminated',
      status: 'terminated',
      reason: expect.stringContaining('SESSION_NOT_RESUMABLE') as string,
    });
    expect((await world.ok<SessionJson>(['get', killed.id])).phase).toBe('terminated');
    for (const session of [withPrompt, promptless])
      expect(readFileSync(join(session.workspacePath, 'uncommitted.txt'), 'utf8')).toBe(`work of ${session.id}`);
    expect(await world.ok<Ensured>(['orchestrator', 'ensure', '--project', 'app'])).toMatchObject({
      created: false,
      session: { id: orchestrator.id },
    });
    expect(
      world
        .panes()
        .map((pane) => pane.name)
        .sort(),
    ).toEqual([orchestrator.id, withPrompt.id, shell.id].sort());
  });

  it('keeps an exited session exited: an exit is a durable fact', async () => {
    await using world = await makeWorld();
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app']);
    const session = await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', 'exit 7', '--prompt', 'p']);
    await world.status(session.id, 'exited');
    await world.reboot();
    await world.ok(['start']);
    expect(await world.ok<SessionJson>(['get', session.id])).toMatchObject({ status: 'exited', exitCode: 7 });
    expect(world.panes()).toEqual([]);
    expect(await world.ok<SessionJson>(['resume', session.id])).toMatchObject({ id: session.id, mode: 'replayed' });
  });

  it('an orchestrator whose agent is not on PATH needs recovery, and comes back under its id once it is (I3)', async () => {
    await using world = await makeWorld();
    world.program('claude', '#!/bin/sh\necho "claude stand-in $*"\nexec cat\n');
    await world.ok(['start']);
    await world.ok(['project', 'add', '--path', world.repo, '--id', 'app']);
    const { session } = await world.ok<Ensured>(['orchestrator', 'ensure', '--project', 'app']);
    await world.reboot();

    const withoutAgent = { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } };
    await world.ok(['start'], withoutAgent);
    const stuck = await world.status(session.id, 'needs_recovery');
    expect(stuck.reason).toContain('claude');
    expect(await world.refused(['orchestrator', 'ensure', '--project', 'app'])).toBe('AGENT_NOT_FOUND');
    expect(await world.ok<SessionJson[]>(['ls', '--all'])).toHaveLength(1);

    await world.ok(['stop']);
    await world.ok(['start']);
    await eventually('the orchestrator to be back', async () => (await world.ok<SessionJson>(['get', session.id])).status === 'running');
    expect(await world.ok<Ensured>(['orchestrator', 'ensure', '--project', 'app'])).toMatchObject({
      created: false,
      session: { id: session.id },
    });
    expect(await world.ok<SessionJson[]>(['ls', '--all'])).toHaveLength(1);
  });
});
