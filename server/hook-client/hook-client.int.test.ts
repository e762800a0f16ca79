/** D3, S5: the hook client as agents run it, a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hookInput } from '../contract/hook.ts';
import { bundleHookClient } from '../testing/hook-bundle.ts';
import { openHookReceiver } from '../testing/model-api/hook-receiver.ts';
import { makeTempDir } from '../testing/resources.ts';

const LAUNCH = '00000000-0000-4000-9000-000000000001';
const TOKEN = 'very-secret-token';

type Ran = { readonly code: number | null; readonly output: string; readonly tookMs: number };

async function setUp() {
  const dir = await makeTempDir();
  const client = await bundleHookClient(dir.path);
  const [dataDir, runFile] = [join(dir.path, 'data'), join(dir.path, 'running.json')];
  mkdirSync(dataDir);
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    AO_SESSION_ID: 'app-1',
    AO_LAUNCH_ID: LAUNCH,
    AO_SESSION_TOKEN: TOKEN,
    AO_RUN_FILE: runFile,
    AO_DATA_DIR: dataDir,
  };
  return {
    env,
    dataDir,
    client,
    writeRunFile: (port: number, pid = process.pid) => writeFileSync(runFile, JSON.stringify({ port, pid })),
    /** `input`: what is on stdin; `null` keeps it open for ever. */
    run: (input: string | null, patch: Readonly<Record<string, string>> = {}) =>
      new Promise<Ran>((resolve, reject) => {
        const startedMs = performance.now();
        const child = spawn(process.execPath, [client, 'claude-code', 'Stop'], {
          env: { ...env, ...patch },
          stdio: ['pipe', 'pipe', 'pipe'],
        });
        let output = '';
        child.stdout.on('data', (text: Buffer) => (output += text.toString()));
        child.stderr.on('data', (text: Buffer) => (output += text.toString()));
        child.stdin.on('error', () => undefined);
        if (input !== null) child.stdin.end(input);
        child.on('error', reject).on('close', (code) => resolve({ code, output, tookMs: performance.now() - startedMs }));
      }),
    spooled: () => (existsSync(join(dataDir, 'spool')) ? readdirSync(join(dataDir, 'spool')) : []),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

const silent = { code: 0, output: '' };

describe('the hook client', () => {
  test('reports to the daemon with its session’s token, silently', async () => {
    await using it = await setUp();
    await using daemon = await openHookReceiver();
    it.writeRunFile(daemon.port);
    const beforeMs = Date.now();
    expect(await it.run(JSON.stringify({ session_id: 'abc', hook_event_name: 'Stop' }))).toMatchObject(silent);
    const { atMs, ...rest } = daemon.received[0] ?? { atMs: 0 };
    expect(rest).toEqual({
      sessionId: 'app-1',
      launchId: LAUNCH,
      agent: 'claude-code',
      event: 'Stop',
      payload: { session_id: 'abc' },
      authorization: `Bearer ${TOKEN}`,
    });
    expect(atMs).toBeGreaterThanOrEqual(beforeMs - 1_000);
    expect(atMs).toBeLessThanOrEqual(Date.now());
    expect(it.spooled()).toEqual([]);
  });

  test('S5 never forwards what was said or done, only the words that tell the state', async () => {
    await using it = await setUp();
    await using daemon = await openHookReceiver();
    it.writeRunFile(daemon.port);
    const secret = 'the-secret-plan';
    const event = {
      prompt: secret,
      tool_input: { command: secret },
      tool_response: secret,
      message: secret,
      last_assistant_message: secret,
      cwd: secret,
      tool_name: 'Bash',
      reason: 'x'.repeat(500),
      source: { a: secret },
    };
    await it.run(JSON.stringify(event));
    expect(daemon.received[0]?.payload).toEqual({ tool_name: 'Bash' });
    expect(daemon.bodies.join()).not.toContain(secret);
  });

  test('D3 spools while no daemon is there: whole, 0600, without the token', async () => {
    await using it = await setUp();
    expect(await it.run('{"session_id":"abc"}')).toMatchObject(silent);
    expect(await it.run('{}')).toMatchObject(silent);
    const names = it.spooled();
    expect(names).toHaveLength(2);
    for (const name of names) {
      const path = join(it.dataDir, 'spool', name);
      expect(name).toMatch(new RegExp(`^[0-9]{13}-${LAUNCH}-[0-9]+\\.json$`));
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8')).not.toContain(TOKEN);
      expect(hookInput.parse(JSON.parse(readFileSync(path, 'utf8')))).toMatchObject({
        sessionId: 'app-1',
        launchId: LAUNCH,
        event: 'Stop',
      });
    }
    expect(statSync(join(it.dataDir, 'spool')).mode & 0o777).toBe(0o700);
  });

  test('S5 does not show the token to whoever has the port of a daemon that is gone', async () => {
    await using it = await setUp();
    await using stranger = await openHookReceiver();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    it.writeRunFile(stranger.port, gone);
    expect(await it.run('{}')).toMatchObject(silent);
    expect(stranger.bodies).toEqual([]);
    expect(it.spooled()).toHaveLength(1);
  });

  test.each([
    [503, 1],
    [404, 1],
    [401, 0],
    [403, 0],
    [200, 0],
  ])('D3 an answer %i leaves %i in the spool', async (status, spooled) => {
    await using it = await setUp();
    await using daemon = await openHookReceiver(status);
    it.writeRunFile(daemon.port);
    expect(await it.run('{}')).toMatchObject(silent);
    expect(it.spooled()).toHaveLength(spooled);
  });

  test('D3 a daemon that hangs costs no more than a second, and the report is spooled', async () => {
    await using it = await setUp();
    await using daemon = await openHookReceiver('never');
    it.writeRunFile(daemon.port);
    // What a busy machine takes to start node is not the client's.
    const idle = await it.run('{}', { AO_SESSION_ID: '' });
    const hung = await it.run('{}');
    expect(hung).toMatchObject(silent);
    expect(hung.tookMs - idle.tookMs).toBeLessThan(2_000);
    expect(it.spooled()).toHaveLength(1);
  });

  test('D3 a stdin that never ends does not hold it', async () => {
    await using it = await setUp();
    await using daemon = await openHookReceiver();
    it.writeRunFile(daemon.port);
    expect(await it.run(null)).toMatchObject(silent);
    expect(daemon.received[0]?.payload).toEqual({});
  });

  test.each([
    ['too much', `{"session_id":"abc","x":"${'y'.repeat(5_000_000)}"}`],
    ['no JSON', 'not json {'],
    ['no object', '[1,2]'],
    ['nothing', ''],
  ])('S9 with %s on stdin the event alone is reported', async (_, input) => {
    await using it = await setUp();
    await using daemon = await openHookReceiver();
    it.writeRunFile(daemon.port);
    expect(await it.run(input)).toMatchObject(silent);
    expect(daemon.received[0]).toMatchObject({ event: 'Stop', payload: {} });
  });

  test.each([{ AO_SESSION_ID: '' }, { AO_LAUNCH_ID: '../../etc' }, { AO_LAUNCH_ID: '' }])(
    'outside a session (%j) it does nothing',
    async (patch) => {
      await using it = await setUp();
      await using daemon = await openHookReceiver();
      it.writeRunFile(daemon.port);
      expect(await it.run('{}', patch)).toMatchObject(silent);
      expect([daemon.bodies, it.spooled()]).toEqual([[], []]);
    },
  );

  test('a run file that makes no sense, and a spool that cannot be written: silent, exit 0', async () => {
    await using it = await setUp();
    writeFileSync(it.env['AO_RUN_FILE'] ?? '', '{"port":"; rm -rf","pid":-1}');
    writeFileSync(join(it.dataDir, 'spool'), 'a file in the way');
    expect(await it.run('{}')).toMatchObject(silent);
    expect(await it.run('{}', { AO_DATA_DIR: 'relative' })).toMatchObject(silent);
    expect(await it.run('{}', { AO_RUN_FILE: '' })).toMatchObject(silent);
  });

  test('L9 the spool is bounded', async () => {
    await using it = await setUp();
    const spool = join(it.dataDir, 'spool');
    mkdirSync(spool);
    chmodSync(spool, 0o700);
    for (let n = 0; n < 2_000; n += 1) writeFileSync(join(spool, `${n}.json`), '');
    expect(await it.run('{}')).toMatchObject(silent);
    expect(it.spooled()).toHaveLength(2_000);
  });

  test('is one small file without any package', async () => {
    await using it = await setUp();
    const text = readFileSync(it.client, 'utf8');
    expect(text.length).toBeLessThan(8_000);
    expect(new Set([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name))).toEqual(
      new Set(['node:fs', 'node:http', 'node:path']),
    );
  });
});
