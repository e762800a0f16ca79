/** A data directory that is full or read-only (L9): what cannot be written is refused and named, all else goes on, and nobody has to restart. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { canMount, mountSmallDisk } from '../testing/small-disk.ts';
import { makeWorld, type SessionJson, type World } from '../testing/world.ts';

const DAEMON = fileURLToPath(new URL('../../.test-build/daemon.mjs', import.meta.url));
const DISK_MB = 48;
type Failure = { readonly code: string; readonly message: string; readonly hint: string };
type Check = { readonly id: string; readonly verdict: string; readonly says: string; readonly fix: string | null };

async function twoSessions(world: World): Promise<readonly SessionJson[]> {
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
  const echo = 'while read line; do echo "got $line"; done';
  return [
    await world.ok<SessionJson>(['spawn', '--project', 'app']),
    await world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', echo]),
  ];
}

async function failureOf(world: World, args: readonly string[]): Promise<Failure> {
  const { code, json, stdout } = await world.ao(args);
  if (code !== 1) throw new Error(`ao ${args.join(' ')} exited ${code}: ${stdout}`);
  return (json as { readonly error: Failure }).error;
}

/** Without a launcher in front of it, as a service manager does. */
function startedByItself({ env }: World): unknown {
  const { status, stderr } = spawnSync(process.execPath, [DAEMON], { env, encoding: 'utf8' });
  return { status, ...(JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as object) };
}

async function failedChecks(world: World): Promise<readonly Check[]> {
  return ((await world.ao(['doctor'])).json as { readonly checks: readonly Check[] }).checks.filter(({ verdict }) => verdict === 'fail');
}

/** What needs nothing written: the daemon that ran before, its sessions, their states, and a terminal that goes on. */
async function goesOn(world: World, sessions: readonly SessionJson[], line: string): Promise<void> {
  expect((await world.ok<SessionJson[]>(['ls'])).map(({ id, status }) => [id, status])).toEqual(sessions.map(({ id }) => [id, 'running']));
  const [first, echo] = sessions.map(({ id }) => id);
  expect(await world.ok(['why', first ?? ''])).toMatchObject({ status: 'running', look: { state: 'alive' } });
  expect(world.panes().map(({ name, launchId, dead }) => [name, launchId, dead])).toEqual(
    sessions.map(({ id, launchId }) => [id, launchId, false]),
  );
  spawnSync('tmux', ['-S', world.tmuxSocket(), 'send-keys', '-t', `=${echo}:`, line, 'Enter'], { env: world.env });
  await eventually('the agent to go on', async () => (await world.ok<{ text: string }>(['logs', echo ?? ''])).text.includes(`got ${line}`));
}

async function worksAgain(world: World, pid: number): Promise<void> {
  expect(await failedChecks(world)).toEqual([]);
  expect(await world.ok(['spawn', '--project', 'app'])).toMatchObject({ status: 'running' });
  const { id } = await world.ok<SessionJson>(['rename', 'app-1', 'Renamed']);
  expect(await world.ok(['kill', id])).toMatchObject({ phase: 'terminated' });
  expect(world.daemonPid()).toBe(pid);
}

describe.runIf(canMount())('L9: a data directory', () => {
  it('that is full: each change is refused with what helps, all that runs goes on, and room alone mends it', async () => {
    await using world = await makeWorld();
    await using disk = mountSmallDisk(world.dataDir, DISK_MB);
    const sessions = await twoSessions(world);
    const pid = world.daemonPid();
    disk.fill();

    for (const args of [
      ['spawn', '--project', 'app'],
      ['orchestrator', 'ensure', '--project', 'app'],
      ['send', 'app-2', 'hello'],
      ['rename', 'app-1', 'Other'],
      ['kill', 'app-1'],
      ['pair'],
    ]) {
      const failure = await failureOf(world, args);
      expect(failure, args.join(' ')).toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
      expect(`${failure.message} ${failure.hint}`, args.join(' ')).toContain(world.dataDir);
    }
    await goesOn(world, sessions, 'on a full disk');
    expect(await failedChecks(world)).toMatchObject([{ id: 'disk', fix: `df -h ${world.dataDir}` }]);
    expect(world.daemonPid()).toBe(pid);

    disk.free();
    await worksAgain(world, pid);

    await world.ok(['stop']);
    disk.fill();
    const hint = expect.stringContaining(`df -h ${world.dataDir}`) as string;
    expect(startedByItself(world)).toMatchObject({ status: 1, error: { code: 'DATA_DIR_UNUSABLE', hint } });
  });

  it('that becomes read-only: what needs a file is refused and undone, all that runs goes on, and a remount alone mends it', async () => {
    await using world = await makeWorld();
    await using disk = mountSmallDisk(world.dataDir, DISK_MB);
    const sessions = await twoSessions(world);
    const pid = world.daemonPid();
    disk.makeReadOnly();

    const failure = await failureOf(world, ['spawn', '--project', 'app']);
    expect(failure).toMatchObject({ code: 'WORKTREE_FAILED', message: expect.stringContaining('Read-only file system') as string });
    expect(failure.hint).toContain('`mount`');
    expect(await world.refused(['pair'])).toBe('DATA_DIR_UNUSABLE');
    await goesOn(world, sessions, 'read only');
    expect(await failedChecks(world)).toMatchObject([
      { id: 'data directory', says: expect.stringContaining('read-only'), fix: expect.stringContaining('mount') },
    ]);
    expect(world.daemonPid()).toBe(pid);

    disk.makeWritable();
    expect(await world.ok<SessionJson[]>(['ls', '--all'])).toHaveLength(sessions.length);
    await worksAgain(world, pid);
  });

  it.each(['full', 'read-only'] as const)(
    'that is %s: no daemon starts in it, none of it is touched, and once mended one adopts all',
    async (state) => {
      await using world = await makeWorld();
      await using disk = mountSmallDisk(world.dataDir, DISK_MB);
      const sessions = await twoSessions(world);
      const panes = world.panes();
      await world.killDaemon();
      const files = (): readonly unknown[] =>
        ['ao.db', 'ao.db-wal', 'credential', 'bin/ao'].map((name) => {
          const { ino, size, mtimeMs } = statSync(join(world.dataDir, name));
          return [name, ino, size, mtimeMs];
        });
      const before = files();
      if (state === 'full') disk.fill();
      else disk.makeReadOnly();

      const failure = await failureOf(world, ['start']);
      expect(failure).toMatchObject({ code: 'DATA_DIR_UNUSABLE', message: expect.stringContaining(`is ${state}`) as string });
      expect(failure.hint).toContain(`${state === 'full' ? 'df -h' : 'df'} ${world.dataDir}`);
      const { code, hint } = failure;
      expect(startedByItself(world)).toMatchObject({ status: 1, error: { code, hint } });
      expect(await failureOf(world, ['ls'])).toMatchObject({ code: 'DAEMON_NOT_RUNNING', hint: 'ao start' });
      expect((await failedChecks(world)).map(({ id }) => id)).toEqual([state === 'full' ? 'disk' : 'data directory']);
      expect(files()).toEqual(before);
      expect(world.panes()).toEqual(panes);

      if (state === 'full') disk.free();
      else disk.makeWritable();
      await world.ok(['start']);
      expect((await world.ok<SessionJson[]>(['ls'])).map(({ id, status, launchId }) => [id, status, launchId])).toEqual(
        sessions.map(({ id, launchId }) => [id, 'running', launchId]),
      );
      expect(world.panes()).toEqual(panes);
    },
  );
});
