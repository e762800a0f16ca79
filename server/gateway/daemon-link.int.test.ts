import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createStopFile } from '../adapters/stop-file/stop-file.ts';
import { parseRunFile } from '../contract/run-file.ts';
import { presenceOf } from '../launcher/process-identity.ts';
import { eventually, makeTempDir } from '../testing/resources.ts';
import { createDaemonLink } from './daemon-link.ts';
import { endUnheldDaemon } from './last-resort.ts';

const FAKE_DAEMON = fileURLToPath(new URL('../testing/fake-daemon.mjs', import.meta.url));

/** A link to a data directory of its own; whatever daemon still lives at the end is killed. */
async function makeLink(mode: string, env: Record<string, string> = {}) {
  const dir = await makeTempDir();
  const dataDir = join(dir.path, 'data');
  const runFile = join(dir.path, 'running.json');
  const stopFile = createStopFile({ runFile });
  const notes: string[] = [];
  let nowMs = 0;
  const make = () =>
    createDaemonLink({
      start: { env: { ...process.env, AO_UI_PORT: '4242', FAKE_MODE: mode, ...env }, daemonEntry: FAKE_DAEMON, owner: 'app' },
      locations: { dataDir, runFile },
      stopFile,
      monotonicMs: () => nowMs,
      note: (line) => void notes.push(line),
    });
  const entry = () => (existsSync(runFile) ? parseRunFile(readFileSync(runFile, 'utf8')) : null);
  return {
    dataDir,
    runFile,
    stopFile,
    notes,
    make,
    link: make(),
    entry,
    starts: () => readFileSync(join(dataDir, 'starts.txt'), 'utf8').trim().split('\n').length,
    wait: (ms: number) => {
      nowMs += ms;
    },
    kill: () => {
      const { pid } = entry() ?? { pid: 0 };
      process.kill(pid, 'SIGKILL');
      // Its lock is a directory, which the kernel does not remove.
      rmdirSync(join(dataDir, 'fake.lock'));
    },
    async [Symbol.asyncDispose]() {
      const last = entry();
      if (last !== null && last.pid !== process.pid && presenceOf(last) === 'alive') process.kill(last.pid, 'SIGKILL');
      await dir[Symbol.asyncDispose]();
    },
  };
}

describe('the link to the daemon', () => {
  it('starts one, once, for any number that ask: owned by the app, without what belongs to a session or a terminal', async () => {
    await using it = await makeLink('linger', {
      TMUX: '/tmp/tmux',
      TMUX_PANE: '%1',
      AO_SESSION_ID: 'app-1',
      AO_LAUNCH_ID: 'x',
      AO_PROJECT_ID: 'app',
      AO_SESSION_TOKEN: 'secret',
    });
    const ports = await Promise.all(Array.from({ length: 20 }, () => it.link.ready()));
    expect(new Set(ports.map(({ port }) => port)).size).toBe(1);
    expect(it.starts()).toBe(1);
    const { env } = JSON.parse(readFileSync(join(it.dataDir, 'environment.json'), 'utf8')) as { env: Record<string, string> };
    const ours = Object.keys(env).filter((name) => /^(AO_|TMUX)/.test(name));
    expect(ours.toSorted()).toEqual(['AO_DATA_DIR', 'AO_OWNER', 'AO_RUN_FILE', 'AO_UI_PORT']);
    expect(env).toMatchObject({ AO_OWNER: 'app', AO_DATA_DIR: it.dataDir, AO_RUN_FILE: it.runFile, AO_UI_PORT: '4242' });
    expect(it.link.started()?.pid).toBe(it.entry()?.pid);
    expect(await it.link.state()).toMatchObject({ daemon: 'ready', deliberate: false });
  });

  it('L2: of two gateways that start one in the same instant both get the same', async () => {
    await using it = await makeLink('linger');
    const second = it.make();
    const [a, b] = await Promise.all([it.link.ready(), second.ready()]);
    expect(a.port).toBe(b.port);
    expect([it.link.started(), second.started()].filter((entry) => entry !== null)).toHaveLength(1);
  });

  it('finds a new one after a kill -9, whether the death was seen before the request or by it', async () => {
    await using it = await makeLink('ready');
    const first = await it.link.ready();
    it.kill();
    await eventually('it is gone', () => it.link.known() === null);
    const second = await it.link.ready();
    expect(it.starts()).toBe(2);
    it.link.lost(second.port);
    expect(await it.link.ready(), 'what was lost by mistake is found again').toEqual(second);
    expect(second).not.toEqual(first);
    expect(it.starts()).toBe(2);
  });

  it('does not revive one that was stopped on purpose, until somebody says so', async () => {
    await using it = await makeLink('ready');
    await it.link.ready();
    it.stopFile.write({ atMs: 1_700_000_000_000, by: 'a test' });
    expect((await it.link.ready()).port, 'one that still runs is used').toBe(it.entry()?.port);
    it.kill();
    await eventually('it is gone', () => it.link.known() === null);
    const refused = await Promise.allSettled(Array.from({ length: 5 }, () => it.link.ready()));
    for (const outcome of refused) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'DAEMON_STOPPED_BY_USER' } });
    expect(it.starts()).toBe(1);
    expect(await it.link.state()).toMatchObject({
      daemon: 'stopped',
      deliberate: true,
      lastStop: { reason: 'a test', at: '2023-11-14T22:13:20.000Z' },
    });
    await it.link.startNow();
    expect(it.starts()).toBe(2);
    expect(await it.link.state()).toMatchObject({ daemon: 'ready', deliberate: false, lastStop: null });
  });

  it('says why one cannot be started, with its last words, and does not try at every request', async () => {
    await using it = await makeLink('die');
    await expect(it.link.ready()).rejects.toMatchObject({ code: 'DAEMON_START_FAILED' });
    expect(await it.link.state()).toMatchObject({
      daemon: 'failed',
      error: { code: 'DAEMON_START_FAILED', message: expect.stringContaining('exit code 7'), hint: expect.stringContaining('daemon.out') },
      lastLog: ['something went badly wrong'],
    });
    await expect(it.link.ready()).rejects.toMatchObject({ code: 'DAEMON_START_FAILED' });
    expect(it.starts()).toBe(1);
    it.wait(1_000);
    await expect(it.link.ready()).rejects.toMatchObject({ code: 'DAEMON_START_FAILED' });
    expect(it.starts()).toBe(2);
    it.wait(1_999);
    await expect(it.link.ready()).rejects.toMatchObject({ code: 'DAEMON_START_FAILED' });
    expect(it.starts(), 'each pause is twice as long').toBe(2);
    await expect(it.link.startNow()).rejects.toMatchObject({ code: 'DAEMON_START_FAILED' });
    expect(it.starts(), 'a wish is a wish').toBe(3);
  });

  it('passes on what the daemon reported when it refused to start', async () => {
    await using it = await makeLink('refuse');
    await expect(it.link.ready()).rejects.toMatchObject({ code: 'DATABASE_NEWER', hint: 'Upgrade ao.' });
    expect((await it.link.state()).lastLog).toEqual(['2026-01-02T03:04:05Z error could not start code=DATABASE_NEWER']);
  });

  it('shows nothing of what an earlier daemon printed', async () => {
    await using it = await makeLink('die');
    mkdirSync(join(it.dataDir, 'logs'), { recursive: true });
    writeFileSync(join(it.dataDir, 'logs', 'daemon.out'), 'an old sorrow\n');
    await expect(it.link.ready()).rejects.toMatchObject({ code: 'DAEMON_START_FAILED' });
    expect((await it.link.state()).lastLog).toEqual(['something went badly wrong']);
  });

  it('L9: says that the data directory cannot be used', async () => {
    await using it = await makeLink('ready');
    writeFileSync(it.dataDir, 'a file');
    await expect(it.link.ready()).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
  });
});

describe('a gateway that ends', () => {
  it('ends the daemon that it started and that no page ever held', async () => {
    await using it = await makeLink('ready');
    await it.link.ready();
    const entry = it.entry();
    expect(await endUnheldDaemon(it.link.started(), { dataDir: it.dataDir })).toBe('ended');
    await eventually('it is gone', () => entry !== null && presenceOf(entry) === 'gone');
    expect(it.stopFile.read(), 'it may be started again at any time').toBeNull();
  });

  it.each(['tab', 'grace'])('leaves one alone that has, or had, a page: %s', async (held) => {
    await using it = await makeLink('ready', { FAKE_HELD: held });
    await it.link.ready();
    expect(await endUnheldDaemon(it.link.started(), { dataDir: it.dataDir })).toBe('left');
    expect(it.link.known()).not.toBeNull();
  });

  it('leaves one alone that somebody else started', async () => {
    await using it = await makeLink('ready');
    await it.make().ready();
    await it.link.ready();
    expect(it.link.started()).toBeNull();
    expect(await endUnheldDaemon(it.link.started(), { dataDir: it.dataDir })).toBe('left');
  });
});
