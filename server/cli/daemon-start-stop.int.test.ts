import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseRunFile } from '../contract/run-file.ts';
import { presenceOf } from '../launcher/process-identity.ts';
import { eventually, makeTempDir } from '../testing/resources.ts';
import { runCli } from './run.ts';

const FAKE_DAEMON = fileURLToPath(new URL('../testing/fake-daemon.mjs', import.meta.url));

type Ran = {
  readonly code: number;
  readonly json: Record<string, unknown> & { error?: { code: string; message: string; hint: string } };
  readonly stderr: string;
};

/** A data directory and everything that runs in it; whatever still lives at the end is killed. */
async function makeInstance(mode: string) {
  const dir = await makeTempDir();
  const dataDir = join(dir.path, 'data');
  const runFile = join(dir.path, 'running.json');
  const ao = async (argv: readonly string[], env: Record<string, string> = {}): Promise<Ran> => {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const code = await runCli([...argv, '--json'], {
      context: {
        env: { ...process.env, AO_DATA_DIR: dataDir, AO_RUN_FILE: runFile, FAKE_MODE: mode, ...env },
        cwd: dir.path,
        homedir: dir.path,
        platform: process.platform,
        daemonEntry: FAKE_DAEMON,
        attachEntry: '',
        gatewayEntry: '/nowhere/gateway.mjs',
        pagesRoot: '/nowhere',
        stdout: 'file',
        findTerminal: () => ({ missing: 'standard input' }),
        untilSignal: () => new Promise(() => undefined),
        readStdin: () => Promise.resolve(''),
        note: (line) => void stderr.push(line),
      },
      output: { stdout: (text) => void stdout.push(text), stderr: (text) => void stderr.push(text) },
    });
    return { code, json: JSON.parse(stdout.join('')), stderr: stderr.join('') };
  };
  return {
    dataDir,
    runFile,
    ao,
    async [Symbol.asyncDispose]() {
      const entry = existsSync(runFile) ? parseRunFile(readFileSync(runFile, 'utf8')) : null;
      if (entry !== null && entry.pid !== process.pid && presenceOf(entry) === 'alive') process.kill(entry.pid, 'SIGKILL');
      await dir[Symbol.asyncDispose]();
    },
  };
}

describe('ao start', () => {
  it('starts one, waits until it is ready, and finds it there the next time', async () => {
    await using it = await makeInstance('linger');
    const first = await it.ao(['start'], {
      TMUX: '/tmp/tmux',
      TMUX_PANE: '%1',
      AO_SESSION_TOKEN: 'secret',
      AO_SESSION_ID: 'app-1',
      AO_LAUNCH_ID: 'x',
      AO_PROJECT_ID: 'app',
      AO_GRACE_MS: '77',
      AO_OWNER: 'app',
    });
    expect(first).toMatchObject({
      code: 0,
      json: { state: 'ready', owner: 'headless', already: false, pid: expect.any(Number), port: expect.any(Number) },
    });
    const { env, cwd } = JSON.parse(readFileSync(join(it.dataDir, 'environment.json'), 'utf8')) as {
      env: Record<string, string>;
      cwd: string;
    };
    expect(
      Object.keys(env)
        .filter((name) => /^(AO_|TMUX)/.test(name))
        .sort(),
    ).toEqual(['AO_DATA_DIR', 'AO_GRACE_MS', 'AO_OWNER', 'AO_RUN_FILE']);
    expect(env).toMatchObject({ AO_DATA_DIR: it.dataDir, AO_RUN_FILE: it.runFile, AO_OWNER: 'headless', AO_GRACE_MS: '77' });
    expect(cwd).toBe(it.dataDir);
    expect(statSync(join(it.dataDir, 'logs', 'daemon.out')).mode & 0o777).toBe(0o600);
    expect(statSync(it.dataDir).mode & 0o777).toBe(0o700);
    const second = await it.ao(['start']);
    expect(second.json).toEqual({ ...first.json, already: true });
    expect(await it.ao(['stop'])).toMatchObject({ code: 0, json: { state: 'stopped' } });
    expect(existsSync(it.runFile)).toBe(false);
  });

  it('L2: five at once make one daemon, and say so', async () => {
    await using it = await makeInstance('linger');
    const all = await Promise.all(Array.from({ length: 5 }, () => it.ao(['start'])));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(new Set(all.map(({ json }) => json['pid'])).size).toBe(1);
    expect(all.filter(({ json }) => json['already'] === false).length).toBe(1);
    await it.ao(['stop']);
  });

  it('passes on what the daemon said when it refused to start', async () => {
    await using it = await makeInstance('refuse');
    expect(await it.ao(['start'])).toMatchObject({
      code: 1,
      json: { error: { code: 'DATABASE_NEWER', message: 'The database is newer.', hint: 'Upgrade ao.' } },
    });
  });

  it('shows the last words of one that died', async () => {
    await using it = await makeInstance('die');
    const { code, json } = await it.ao(['start']);
    expect([code, json.error?.code]).toEqual([1, 'DAEMON_START_FAILED']);
    expect(json.error?.message).toContain('exit code 7');
    expect(json.error?.message).toContain('something went badly wrong');
    expect(json.error?.hint).toContain('daemon.out');
  });

  it('starts over a stale run file', async () => {
    await using it = await makeInstance('ready');
    writeFileSync(it.runFile, '{"pid": 1');
    expect(await it.ao(['start'])).toMatchObject({ code: 0, json: { already: false } });
    await it.ao(['stop']);
  });

  it('L9: says that the data directory cannot be used', async () => {
    await using it = await makeInstance('ready');
    writeFileSync(it.dataDir, 'a file');
    expect(await it.ao(['start'])).toMatchObject({ code: 1, json: { error: { code: 'DATA_DIR_UNUSABLE' } } });
  });
});

describe('ao stop', () => {
  it('needs --force for one that does not answer, and then kills just that', async () => {
    await using it = await makeInstance('ready');
    const { json } = await it.ao(['start']);
    process.kill(json['pid'] as number, 'SIGSTOP');
    expect((await it.ao(['status'])).json).toMatchObject({ state: 'unhealthy', pid: json['pid'] });
    expect(await it.ao(['stop'])).toMatchObject({ code: 1, json: { error: { code: 'DAEMON_UNHEALTHY', hint: 'ao stop --force' } } });
    expect(await it.ao(['start'])).toMatchObject({ code: 1, json: { error: { code: 'DAEMON_UNHEALTHY' } } });
    expect(await it.ao(['stop', '--force'])).toMatchObject({ code: 0, json: { state: 'stopped' } });
    expect((await it.ao(['status'])).json).toMatchObject({ state: 'stopped' });
  });

  it('kills with --force one that says it stops and does not', async () => {
    await using it = await makeInstance('deaf');
    await it.ao(['start']);
    expect(await it.ao(['stop', '--force'])).toMatchObject({ code: 0, json: { state: 'stopped' } });
  }, 60_000);

  it('never signals a process that the run file names and that is no daemon of ours', async () => {
    await using it = await makeInstance('ready');
    await using stranger = await makeInstance('mute');
    // A daemon of another data directory, silent, under our run file.
    mkdirSync(stranger.dataDir, { recursive: true });
    const env = { ...process.env, AO_DATA_DIR: stranger.dataDir, AO_RUN_FILE: it.runFile, AO_OWNER: 'app', FAKE_MODE: 'mute' };
    const child = spawn(process.execPath, [FAKE_DAEMON], { env, stdio: 'ignore', cwd: stranger.dataDir });
    await eventually('it is there', () => existsSync(it.runFile) || child.exitCode !== null);
    expect(child.exitCode).toBeNull();
    expect(await it.ao(['stop', '--force'])).toMatchObject({ code: 1, json: { error: { code: 'NOT_OUR_DAEMON' } } });
    expect(child.exitCode ?? child.signalCode).toBeNull();
    child.kill('SIGKILL');
  });
});
