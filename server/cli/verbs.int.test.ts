import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../adapters/system/process-table.ts';
import { briefingSchema } from '../contract/briefing.ts';
import { examinationSchema } from '../contract/doctor.ts';
import { errorBodySchema } from '../contract/errors.ts';
import { evidenceViewSchema } from '../contract/evidence.ts';
import {
  cleanupResultSchema,
  ensureResultSchema,
  killResultSchema,
  messageViewSchema,
  parkResultSchema,
  recoveryResultSchema,
  sessionViewSchema,
} from '../contract/session.ts';
import { AppError } from '../core/errors.ts';
import type { Owner } from '../core/liveness/owner.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import { FAKE_SESSION_TOKEN } from '../testing/fakes/app-services.ts';
import { createManualClock } from '../testing/fakes/clock.ts';
import { type HttpDaemon, OWNER_TOKEN, startHttpDaemon } from '../testing/http-daemon.ts';
import { makeTempDir, type TempDir } from '../testing/resources.ts';
import { INSTANCE } from '../testing/session-facts.ts';
import type { CliContext } from './context.ts';
import { runCli } from './run.ts';

let dir: TempDir;
let daemon: HttpDaemon;
let entry: RunFileEntry;

/** What its run file says of pid, start time and boot is what the daemon's own adapter reads. */
beforeAll(async () => {
  dir = await makeTempDir();
  daemon = await startHttpDaemon();
  const processes = createProcessTable({ clock: createManualClock() });
  entry = {
    pid: process.pid,
    processStartedAt: processes.identify(process.pid)?.startedAt ?? '',
    bootId: processes.bootId(),
    port: daemon.port,
    state: 'ready',
    startedAt: new Date(0).toISOString(),
    version: '0.0.0-test',
    instanceId: INSTANCE,
    owner: 'headless',
    superviseSocket: null,
  };
  mkdirSync(join(dir.path, 'data'));
  writeFileSync(join(dir.path, 'data', 'credential'), `${OWNER_TOKEN}\n`, { mode: 0o600 });
});
afterAll(async () => {
  await daemon.server.close({ drainMs: 1_000 });
  await dir[Symbol.asyncDispose]();
});
beforeEach(() => {
  daemon.setState('ready');
  writeRunFile();
});

function writeRunFile(patch: Partial<RunFileEntry> = {}): void {
  writeFileSync(join(dir.path, 'running.json'), JSON.stringify({ ...entry, ...patch }));
}

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string; readonly json: unknown };

async function ao(argv: readonly string[], overrides: Partial<CliContext> & { readonly stdin?: string } = {}): Promise<Ran> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const { stdin = '', ...context } = overrides;
  const code = await runCli(argv, {
    context: {
      env: { AO_DATA_DIR: join(dir.path, 'data'), AO_RUN_FILE: join(dir.path, 'running.json') },
      cwd: dir.path,
      homedir: dir.path,
      platform: process.platform,
      daemonEntry: '/nowhere/daemon.mjs',
      attachEntry: '',
      gatewayEntry: '/nowhere/gateway.mjs',
      pagesRoot: '/nowhere',
      stdout: 'file',
      findTerminal: () => ({ missing: 'standard input' }),
      untilSignal: () => new Promise(() => undefined),
      readStdin: () => Promise.resolve(stdin),
      note: (line) => void stderr.push(`${line}\n`),
      ...context,
    },
    output: { stdout: (text) => void stdout.push(text), stderr: (text) => void stderr.push(text) },
  });
  let json: unknown;
  try {
    json = JSON.parse(stdout.join(''));
  } catch {
    json = undefined;
  }
  return { code, stdout: stdout.join(''), stderr: stderr.join(''), json };
}

const lastCall = () => daemon.services.calls.at(-1);

describe('what the verbs print with --json', () => {
  it('one value each, of the shape in the contract', async () => {
    expect((await ao(['ls', '--json'])).json).toHaveLength(2);
    sessionViewSchema.parse((await ao(['get', 'app-1', '--json'])).json);
    expect((await ao(['--json', 'get', 'app/orchestrator'])).json).toMatchObject({ id: 'app-2' });
    sessionViewSchema.parse((await ao(['spawn', '--project', 'app', '--json'])).json);
    ensureResultSchema.parse((await ao(['orchestrator', 'ensure', '--project', 'app', '--json'])).json);
    killResultSchema.parse((await ao(['kill', 'app-1', '--json'])).json);
    expect(recoveryResultSchema.parse((await ao(['restore', 'app-1', '--json'])).json).mode).toBe('resumed');
    expect(recoveryResultSchema.parse((await ao(['resume', 'app-1', '--json'])).json).mode).toBe('fresh');
    sessionViewSchema.parse((await ao(['rename', 'app-1', 'A title', '--json'])).json);
    expect((await ao(['logs', 'app-1', '--json'])).json).toEqual({ id: 'app-1', text: 'first line\nlast line' });
    expect((await ao(['send', 'app-1', 'hello', '--json'])).json).toMatchObject({ messageId: expect.any(String), state: 'queued' });
    messageViewSchema.array().parse((await ao(['messages', 'app-1', '--json'])).json);
    expect((await ao(['events', 'app-1', '--json'])).json).toEqual([]);
    expect((await ao(['project', 'ls', '--json'])).json).toMatchObject([{ id: 'app', path: '/repos/app' }]);
    expect((await ao(['project', 'rm', 'app', '--json'])).json).toMatchObject({ id: 'app' });
    expect(briefingSchema.parse((await ao(['briefing', '--json'])).json).items.map(({ id }) => id)).toEqual(['app-2', 'app-1']);
    expect(evidenceViewSchema.parse((await ao(['why', 'app-1', '--json'])).json).look).toMatchObject({ state: 'alive', pid: 77 });
    const examined = await ao(['doctor', '--json']);
    expect(examinationSchema.parse(examined.json).findings).toHaveLength(1);
    expect((await ao(['doctor', '--reap', '/s:app-9', '--json'])).json).toEqual({ handle: '/s:app-9' });
    expect((await ao(['devices', '--json'])).json).toEqual([]);
    expect((await ao(['version', '--json'])).json).toMatchObject({ version: expect.any(String), protocol: 1 });
  });

  it('a failure as {error:{code,message,hint}}, with nothing on stderr', async () => {
    const { code, json, stderr } = await ao(['get', 'app-9', '--json']);
    expect([code, stderr]).toEqual([1, '']);
    expect(errorBodySchema.parse(json)).toEqual({
      error: { code: 'SESSION_NOT_FOUND', message: 'There is no session app-9.', hint: 'List them with `ao ls --all`.' },
    });
    expect(Object.keys((json as { error: object }).error)).toEqual(['code', 'message', 'hint']);
  });

  it.each([
    [['frobnicate']],
    [['spawn']],
    [['spawn', '--project']],
    [['get']],
    [['get', 'a', 'b']],
    [['rename', 'app-1', 'two', 'words']],
    [['ls', '--frob']],
    [['logs', 'app-1', '--lines', 'many']],
    [['project', 'add', '--path', '.', '--env', 'NOVALUE']],
    [['project']],
    [['orchestrator', 'ensure']],
    [[]],
  ])('usage error %j: exit code 2', async (argv) => {
    const plain = await ao(argv);
    expect([plain.code, plain.stdout]).toEqual([2, '']);
    expect(plain.stderr).not.toBe('');
    const json = await ao([...argv, '--json']);
    expect([json.code, json.stderr]).toEqual([2, '']);
    expect(errorBodySchema.parse(json.json).error.code).toBe('BAD_INPUT');
  });
});

describe('what the verbs print for people', () => {
  it('a table without control characters, whatever an agent calls itself', async () => {
    const { stdout, code } = await ao(['ls']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^ID +KIND +AGENT +STATUS +TITLE +REASON$/);
    expect((await ao(['messages', 'app-1'])).stdout).toContain('hello world');
  });

  it('the screen as it is', async () => {
    expect((await ao(['logs', 'app-1', '--lines', '5'])).stdout).toBe('first line\nlast line\n');
    expect(lastCall()).toMatchObject({ name: 'sessions.logs', args: [{ id: 'app-1' }, { lines: 5 }] });
  });

  it('an error with its code, and the next command', async () => {
    const { code, stdout, stderr } = await ao(['project', 'get', 'nope']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('error PROJECT_NOT_FOUND: There is no project "nope".\nnext: List them with `ao project ls`.\n');
  });

  it('help when asked, with exit code 0', async () => {
    for (const argv of [['help'], ['--help'], ['spawn', '--help'], ['help', 'project']])
      expect((await ao(argv)).code, argv.join(' ')).toBe(0);
    expect((await ao(['help'])).stdout).not.toContain('events');
  });
});

describe('what the verbs ask for', () => {
  it('resolves the path of a project where the user stands', async () => {
    await ao(
      [
        'project',
        'add',
        '--path',
        'sub/../repo',
        '--id',
        'app',
        '--env',
        'A=1=2',
        '--env',
        'B=',
        '--symlink',
        'node_modules',
        '--post-create',
        'npm ci',
      ],
      { cwd: '/home/u' },
    );
    expect(lastCall()).toEqual({
      name: 'projects.add',
      args: [
        { path: '/home/u/repo', id: 'app', settings: { env: { A: '1=2', B: '' }, symlinks: ['node_modules'], postCreate: ['npm ci'] } },
      ],
    });
  });

  it('replaces a list as a whole, and clears it with one empty value', async () => {
    await ao(['project', 'set', 'app', '--symlink', '', '--env', '', '--orchestrator-command', '', '--orchestrator-agent', 'custom']);
    expect(lastCall()).toEqual({
      name: 'projects.set',
      args: ['app', { orchestratorAgent: 'custom', orchestratorCommand: null, env: {}, symlinks: [] }],
    });
  });

  it('reads a prompt and a message from standard input', async () => {
    await ao(['spawn', '--project', 'app', '--prompt', '-', '--agent', 'custom', '--command', 'cat'], { stdin: 'line 1\n$(rm) "x"\n' });
    expect(lastCall()).toMatchObject({
      name: 'sessions.spawn',
      args: [{ prompt: 'line 1\n$(rm) "x"', agent: 'custom', command: 'cat', branch: null }],
    });
    await ao(['send', 'app-1', '-', '--key', 'k'], { stdin: 'hello\n' });
    expect(lastCall()).toMatchObject({ name: 'sessions.send', args: [{ id: 'app-1' }, 'hello', 'k'] });
  });

  it('I12: gives every message a key of its own, so that it can be sent again', async () => {
    await ao(['send', 'app-1', '--', '--not-an-option']);
    const first = lastCall()?.args;
    await ao(['send', 'app-1', 'x']);
    expect(first?.[1]).toBe('--not-an-option');
    expect(first?.[2]).toMatch(/^[0-9a-f-]{36}$/);
    expect(lastCall()?.args[2]).not.toBe(first?.[2]);
  });

  it('parks and unparks all, or those that are named, and tells what became of each', async () => {
    expect(parkResultSchema.parse((await ao(['park', '--json'])).json)).toMatchObject({
      sessions: [{ id: 'app-2' }],
      failed: [{ id: 'app-1' }],
    });
    expect(lastCall()).toMatchObject({ name: 'sessions.park', args: [null] });
    const { stdout } = await ao(['unpark', 'app-1', 'app/orchestrator']);
    expect(lastCall()).toMatchObject({
      name: 'sessions.unpark',
      args: [
        [
          { by: 'id', id: 'app-1' },
          { by: 'orchestrator', projectId: 'app' },
        ],
      ],
    });
    expect(stdout).toBe('Back: app-2.\nNot app-1: It could not be brought back. It runs on.\n');
  });

  it('cleans up only where it is not told to look', async () => {
    expect(cleanupResultSchema.parse((await ao(['cleanup', '--dry-run', '--json'])).json)).toHaveLength(1);
    expect(lastCall()).toMatchObject({ name: 'sessions.cleanup', args: ['dry run'] });
    const { stdout } = await ao(['cleanup']);
    expect(lastCall()).toMatchObject({ args: ['remove'] });
    expect(stdout).toMatch(/app-1 +kept +\/w\/app-1 +1 uncommitted file: a.txt/);
  });

  it('asks for a clean orchestrator only where it is told to', async () => {
    await ao(['orchestrator', 'ensure', '--project', 'app', '--clean', '--agent', 'shell']);
    expect(lastCall()).toMatchObject({ name: 'orchestrator.ensure', args: [{ projectId: 'app', mode: 'clean', agent: 'shell' }] });
    await ao(['orchestrator', 'ensure', '--project', 'app']);
    expect(lastCall()).toMatchObject({ args: [{ mode: 'keep' }] });
  });

  it('S5: uses the token of the session it runs in, which is refused', async () => {
    const env = { AO_DATA_DIR: join(dir.path, 'data'), AO_RUN_FILE: join(dir.path, 'running.json'), AO_SESSION_TOKEN: FAKE_SESSION_TOKEN };
    const count = daemon.services.calls.length;
    for (const argv of [['ls'], ['send', 'app-2', 'x'], ['kill', 'app-1'], ['stop'], ['project', 'ls']]) {
      const { code, json } = await ao([...argv, '--json'], { env });
      expect([code, errorBodySchema.parse(json).error.code], argv.join(' ')).toEqual([1, 'FORBIDDEN']);
    }
    expect((await ao(['status', '--json'], { env })).json).toMatchObject({
      state: 'ready',
      pid: process.pid,
      detail: expect.stringContaining('session'),
    });
    expect(daemon.services.calls.length).toBe(count);
  });
});

describe('without a daemon that answers', () => {
  const codeOf = async (argv: readonly string[]): Promise<string> => errorBodySchema.parse((await ao([...argv, '--json'])).json).error.code;
  const stateOf = async (): Promise<unknown> => {
    const { code, json } = await ao(['status', '--json']);
    expect(code).toBe(0);
    return (json as { state: unknown }).state;
  };

  it('names the command to run', async () => {
    const empty = { AO_DATA_DIR: join(dir.path, 'data'), AO_RUN_FILE: join(dir.path, 'nothing.json') };
    const { code, stderr } = await ao(['ls'], { env: empty });
    expect([code, stderr]).toEqual([1, expect.stringContaining('next: ao start\n')]);
    const { json } = await ao(['status', '--json'], { env: empty });
    expect(json).toMatchObject({
      state: 'stopped',
      pid: null,
      port: null,
      owner: null,
      instanceId: null,
      supervisors: 0,
      holders: [],
      graceEndsAt: null,
      lastStop: null,
    });
    expect(await ao(['stop', '--json'], { env: empty })).toMatchObject({ code: 0, json: { state: 'stopped' } });
  });

  it('L2: takes a recycled pid, an earlier boot, and a broken run file for what they are', async () => {
    for (const patch of [{ processStartedAt: '1' }, { bootId: 'another-boot' }, { pid: 2 ** 22 - 7 }]) {
      writeRunFile(patch);
      expect(await stateOf(), JSON.stringify(patch)).toBe('stale');
      expect(await codeOf(['ls'])).toBe('DAEMON_NOT_RUNNING');
      expect((await ao(['stop', '--json'])).json).toEqual({ state: 'stopped' });
      expect((await ao(['stop', '--force', '--json'])).json).toEqual({ state: 'stopped' });
    }
    writeFileSync(join(dir.path, 'running.json'), '{"pid":');
    expect(await stateOf()).toBe('stale');
    expect(await codeOf(['ls'])).toBe('DAEMON_NOT_RUNNING');
  });

  it('calls it unhealthy when somebody else answers at its port, and signals nobody', async () => {
    writeRunFile({ instanceId: 'b7f1c9a0-0000-4000-8000-00000000ffff' });
    expect(await stateOf()).toBe('unhealthy');
    expect(await codeOf(['ls'])).toBe('DAEMON_UNHEALTHY');
    expect(await codeOf(['stop'])).toBe('DAEMON_UNHEALTHY');
    // This very process stands for a process that is no daemon of the data directory.
    expect(await codeOf(['stop', '--force'])).toBe('NOT_OUR_DAEMON');
    expect((await ao(['stop'])).stderr).toContain('ao stop --force');
  });

  it('says that it is stopping', async () => {
    daemon.setState('stopping');
    expect(await codeOf(['ls'])).toBe('DAEMON_STOPPING');
  });

  it('waits while it starts', async () => {
    daemon.setState('starting');
    const asked = ao(['ls', '--json']);
    expect(await stateOf()).toBe('starting');
    daemon.setState('ready');
    expect((await asked).code).toBe(0);
  });

  it('says what it cannot read when the credential is missing, and what is wrong with the environment', async () => {
    const env = { AO_DATA_DIR: join(dir.path, 'elsewhere'), AO_RUN_FILE: join(dir.path, 'running.json') };
    expect(errorBodySchema.parse((await ao(['ls', '--json'], { env })).json).error).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('elsewhere'),
    });
    expect(errorBodySchema.parse((await ao(['ls', '--json'], { env: { AO_PORT: '0', AO_DATA_DIR: '' } })).json).error).toMatchObject({
      code: 'BAD_ENV',
      message: expect.stringMatching(/AO_PORT.*|AO_DATA_DIR.*/),
    });
  });

  it('says what happened when the daemon fails in the middle', async () => {
    daemon.services.failNext('sessions.list', new AppError({ code: 'RUNTIME_UNAVAILABLE', message: 'tmux is silent', hint: 'wait' }));
    expect(await codeOf(['ls'])).toBe('RUNTIME_UNAVAILABLE');
  });
});

describe('status of a ready daemon', () => {
  it('has the fields of SPEC §9', async () => {
    const { json } = await ao(['status', '--json']);
    expect(json).toMatchObject({
      state: 'ready',
      pid: process.pid,
      port: entry.port,
      owner: 'headless' satisfies Owner,
      instanceId: INSTANCE,
      supervisors: 0,
      holders: [],
      graceEndsAt: null,
      lastStop: { reason: 'ao stop' },
    });
    expect(readFileSync(join(dir.path, 'running.json'), 'utf8')).toBe(JSON.stringify(entry));
  });
});
