/** What an agent can reach from inside its session, and what it must not (S5, S6, L8). */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { environOf, isRunning, makeWorld, processesOf, type SessionJson, type World } from '../testing/world.ts';

async function custom(world: World, command: string, more: readonly string[] = []): Promise<SessionJson> {
  return await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', command, ...more]);
}

async function start(world: World): Promise<void> {
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
}

describe('from inside a session', () => {
  it('`tmux ls` does not reach our server, and its environment holds no credential of the owner', async () => {
    await using world = await makeWorld();
    await start(world);
    const session = await custom(world, 'tmux ls > tmux.txt 2>&1; echo "exit $?" >> tmux.txt; env > env.txt; touch done; cat');
    const read = (name: string): string => readFileSync(join(session.workspacePath, name), 'utf8');
    await eventually('the agent to look around', () => existsSync(join(session.workspacePath, 'done')));
    expect(read('tmux.txt')).not.toContain(session.id);
    expect(read('tmux.txt')).toContain('exit 1');
    const credential = readFileSync(join(world.dataDir, 'credential'), 'utf8').trim();
    expect(read('env.txt')).not.toContain(credential);
    expect(read('env.txt')).not.toMatch(/^TMUX/m);
    const own = Object.fromEntries([...read('env.txt').matchAll(/^(AO_[A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]));
    expect(Object.keys(own).sort()).toEqual(
      ['AO_DATA_DIR', 'AO_LAUNCH_ID', 'AO_PROJECT_ID', 'AO_PROMPT', 'AO_RUN_FILE', 'AO_SESSION_ID', 'AO_SESSION_TOKEN']
        .filter((name) => name in own)
        .sort(),
    );
    expect(own).toMatchObject({
      AO_SESSION_ID: session.id,
      AO_PROJECT_ID: 'app',
      AO_LAUNCH_ID: session.launchId,
      AO_DATA_DIR: world.dataDir,
      AO_RUN_FILE: world.runFile,
    });
    expect(own['AO_SESSION_TOKEN']).toBeTruthy();
  });

  it('its token reports for its own session and opens nothing else', async () => {
    await using world = await makeWorld();
    await start(world);
    const session = await custom(world, 'cat');
    const pane = world.panes()[0];
    const token =
      environOf(pane?.pid ?? 0)
        .find((entry) => entry.startsWith('AO_SESSION_TOKEN='))
        ?.slice('AO_SESSION_TOKEN='.length) ?? '';
    expect(token.length).toBeGreaterThan(30);
    const asAgent = { env: { AO_SESSION_TOKEN: token, AO_SESSION_ID: session.id, AO_LAUNCH_ID: session.launchId } };
    for (const verb of [
      ['ls'],
      ['get', session.id],
      ['kill', session.id],
      ['send', session.id, 'x'],
      ['project', 'ls'],
      ['spawn', '--project', 'app'],
    ]) {
      expect(await world.refused(verb, asAgent)).toBe('FORBIDDEN');
    }
    const port = JSON.parse(readFileSync(world.runFile, 'utf8')) as { port: number };
    const post = (path: string, body: unknown, bearer = token) =>
      fetch(`http://127.0.0.1:${port.port}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await post('/shutdown', { reason: 'agent' })).status).toBe(403);
    const report = { sessionId: session.id, launchId: session.launchId, agent: 'custom', event: 'Stop', atMs: Date.now(), payload: {} };
    expect((await post('/hooks', report)).status).toBeLessThan(300);
    expect((await post('/hooks', { ...report, sessionId: 'app-99' })).status).toBe(403);
    expect((await post('/hooks', report, 'guess')).status).toBe(401);
    expect((await world.ok<SessionJson>(['get', session.id])).phase).toBe('live');
  });

  it('nothing that anybody wrote, and no token, is on a command line (S6)', async () => {
    await using world = await makeWorld();
    await start(world);
    const session = await custom(world, 'cat', [
      '--prompt',
      'secret-prompt $(touch pwned) #{pane_pid}',
      '--title',
      '#(touch pwned) "; kill-server',
    ]);
    await world.status(session.id, 'running');
    const token =
      environOf(world.panes()[0]?.pid ?? 0)
        .find((entry) => entry.startsWith('AO_SESSION_TOKEN='))
        ?.split('=')[1] ?? 'none';
    for (const pid of processesOf(world.dataDir)) {
      const command = isRunning(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      expect(command).not.toContain('secret-prompt');
      expect(command).not.toContain(token);
    }
    expect(existsSync(join(session.workspacePath, 'pwned'))).toBe(false);
    expect(world.panes()).toHaveLength(1);
  });

  it('kill ends what it started: double-forked, in a session of its own, holding a port (L8)', async () => {
    await using world = await makeWorld();
    await start(world);
    const server =
      "require('net').createServer().listen(0,'127.0.0.1',function(){require('fs').writeFileSync('port.txt',String(this.address().port))})";
    const session = await custom(world, `(setsid nohup node -e "${server}" >/dev/null 2>&1 &) ; sleep 1; cat`);
    const file = join(session.workspacePath, 'port.txt');
    const port = Number(await eventually('the dev server to listen', () => existsSync(file) && readFileSync(file, 'utf8')));
    await world.ok(['kill', session.id]);
    const probe = createServer();
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => probe.close(resolve));
    expect(existsSync(session.workspacePath)).toBe(true);
    expect((await world.ok<{ reason: string }>(['get', session.id])).reason).toContain('kept');
  });
});

it('files are the owner’s alone: 0600 in folders that are 0700', async () => {
  await using world = await makeWorld();
  await start(world);
  await custom(world, 'cat', ['--prompt', 'p']);
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect(mode(world.dataDir)).toBe('700');
  expect(mode(world.runFile)).toBe('600');
  for (const name of ['credential', 'ao.db', 'daemon.lock', join('logs', 'daemon.log'), join('tmux', 'server.json')]) {
    if (existsSync(join(world.dataDir, name))) expect([name, mode(join(world.dataDir, name))]).toEqual([name, '600']);
  }
});
