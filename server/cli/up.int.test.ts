import { mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createPairingFile } from '../adapters/pairing-file/pairing-file.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createProcessTable } from '../adapters/system/process-table.ts';
import { pairLinkSchema } from '../contract/device.ts';
import { upResultSchema } from '../contract/gateway.ts';
import { removeGatewayFile, writeGatewayFile } from '../launcher/gateway-file.ts';
import { makeTempDir } from '../testing/resources.ts';
import { browserCommand } from './browser.ts';
import type { CliContext } from './context.ts';
import { runCli } from './run.ts';

const FAKE_GATEWAY = fileURLToPath(new URL('../testing/fake-gateway.mjs', import.meta.url));
const REAL_GATEWAY = fileURLToPath(new URL('../gateway/main.ts', import.meta.url));

async function makeInstance() {
  const dir = await makeTempDir();
  const journal = join(dir.path, 'journal');
  const dataDir = join(dir.path, 'data');
  const runFile = join(dir.path, 'running.json');
  const ao = async (argv: readonly string[], overrides: Partial<CliContext> = {}) => {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const code = await runCli(argv, {
      context: {
        env: { AO_DATA_DIR: dataDir, AO_RUN_FILE: runFile },
        cwd: dir.path,
        homedir: dir.path,
        platform: process.platform,
        daemonEntry: '/nowhere/daemon.mjs',
        attachEntry: '',
        gatewayEntry: FAKE_GATEWAY,
        pagesRoot: journal,
        stdout: 'file',
        findTerminal: () => ({ missing: 'standard input' }),
        untilSignal: () => Promise.resolve('SIGINT'),
        readStdin: () => Promise.resolve(''),
        note: (line) => void stderr.push(line),
        ...overrides,
      },
      output: { stdout: (text) => void stdout.push(text), stderr: (text) => void stderr.push(text) },
    });
    return { code, stdout: stdout.join(''), stderr: stderr.join('\n'), json: (): unknown => JSON.parse(stdout.join('')) };
  };
  const events = (): readonly unknown[] =>
    readFileSync(journal, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  return { dataDir, runFile, ao, events, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

type Listener = AsyncDisposable & { readonly port: number };

async function listen(host: string): Promise<Listener> {
  const server: Server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0 }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

describe('ao up', () => {
  it('prints one JSON value when it is ready, stays until a signal, and closes the gateway then', async () => {
    await using it = await makeInstance();
    let asked: readonly string[] = [];
    let signal: (name: 'SIGTERM') => void = () => undefined;
    let printed = '';
    const context: Partial<CliContext> = {
      untilSignal: (signals) => {
        asked = signals;
        return new Promise((resolve) => {
          signal = resolve;
        });
      },
      note: (line) => {
        printed = line;
      },
    };
    const running = it.ao(['up', '--port', '4321', '--no-open', '--json'], context);
    await expect.poll(() => printed).toBe('a line for people');
    expect(asked).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
    expect(it.events()).toEqual([
      {
        started: {
          env: 2,
          cwd: expect.any(String),
          homedir: expect.any(String),
          daemonEntry: '/nowhere/daemon.mjs',
          port: 4321,
          mode: 'production',
        },
      },
    ]);
    signal('SIGTERM');
    const { code, json } = await running;
    expect([code, it.events().at(-1)]).toEqual([0, 'closed']);
    expect(upResultSchema.strict().parse(json())).toEqual({
      url: 'http://localhost:4321',
      pairUrl: 'http://localhost:4321/pair#code',
      pid: 4242,
      daemon: null,
    });
  });

  it('tells a person where to go, and opens no browser without a display', async () => {
    await using it = await makeInstance();
    const { code, stdout } = await it.ao(['up']);
    expect(code).toBe(0);
    expect(stdout).toContain('http://localhost:3000/pair#code');
    expect(stdout).toContain('Open this link');
  });

  it('serves pages that are rebuilt as they are edited when asked to', async () => {
    await using it = await makeInstance();
    await it.ao(['up', '--dev', '--no-open']);
    expect(it.events()[0]).toMatchObject({ started: { mode: 'development' } });
  });

  it('uses the one that is served already when asked to, as a second `npm start` does', async () => {
    await using it = await makeInstance();
    const processes = createProcessTable({ clock: createSystemClock() });
    mkdirSync(it.dataDir, { recursive: true });
    const startedAt = processes.identify(process.pid)?.startedAt ?? '';
    writeGatewayFile(it.runFile, { pid: process.pid, processStartedAt: startedAt, bootId: processes.bootId(), port: 4999 });
    const { code, json } = await it.ao(['up', '--reuse', '--port', '4999', '--json'], { gatewayEntry: '/nowhere/gateway.mjs' });
    expect([code, json()]).toMatchObject([0, { url: 'http://localhost:4999', pid: process.pid, daemon: null }]);
    await it.ao(['up', '--reuse', '--port', '4998', '--json']);
    expect(it.events()[0], 'another port is another dashboard').toMatchObject({ started: { port: 4998 } });
  });

  it("passes the gateway's own errors on", async () => {
    await using it = await makeInstance();
    const { code, json } = await it.ao(['up', '--port', '1', '--json']);
    expect([code, json()]).toEqual([1, { error: { code: 'PORT_IN_USE', message: 'taken', hint: 'Take another one.' } }]);
  });

  it.each(['0', '65536', '-1', 'x', '3000x'])('does not take %s for a port', async (port) => {
    await using it = await makeInstance();
    expect((await it.ao(['up', '--port', port])).code).toBe(2);
  });

  it.each(['127.0.0.1', '::1'])('says who has the port on %s, which a browser may take for localhost', async (host) => {
    await using it = await makeInstance();
    await using taken = await listen(host);
    const { code, json } = await it.ao(['up', '--port', String(taken.port), '--json'], { gatewayEntry: REAL_GATEWAY });
    expect([code, json()]).toMatchObject([
      1,
      {
        error: {
          code: 'PORT_IN_USE',
          message: expect.stringContaining(`process ${process.pid} (`),
          hint: expect.stringContaining('ao up --port'),
        },
      },
    ]);
  });

  it('refuses a bad environment before it opens anything', async () => {
    await using it = await makeInstance();
    const { code, json } = await it.ao(['up', '--json'], {
      gatewayEntry: REAL_GATEWAY,
      env: { AO_DATA_DIR: it.dataDir, AO_ALLOWED_ORIGINS: '*' },
    });
    expect([code, json()]).toMatchObject([1, { error: { code: 'BAD_ENV', message: expect.stringContaining('AO_ALLOWED_ORIGINS') } }]);
  });
});

describe('ao pair', () => {
  it('makes a one-time link without a daemon, and says that nothing serves it yet', async () => {
    await using it = await makeInstance();
    const { code, json, stderr } = await it.ao(['pair', '--json'], {
      env: { AO_DATA_DIR: it.dataDir, AO_RUN_FILE: it.runFile, AO_UI_PORT: '4567' },
    });
    const { url, expiresAt } = pairLinkSchema.strict().parse(json());
    const [address, secret] = url.split('#');
    expect([code, address]).toEqual([0, 'http://localhost:4567/pair']);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(9 * 60_000);
    expect(stderr).toContain('ao up');
    expect(createPairingFile({ dataDir: it.dataDir, nowMs: () => Date.now() }).consume(secret ?? '')).toBe(true);
  });

  it('leads to the port that is really served, with a code to photograph for a person', async () => {
    await using it = await makeInstance();
    const processes = createProcessTable({ clock: createSystemClock() });
    const startedAt = processes.identify(process.pid)?.startedAt ?? '';
    const entry = { pid: process.pid, processStartedAt: startedAt, bootId: processes.bootId(), port: 4999 };
    mkdirSync(it.dataDir, { recursive: true });
    writeGatewayFile(it.runFile, entry);
    const shown = await it.ao(['pair'], { stdout: 'terminal' });
    expect(shown.stdout).toContain('http://localhost:4999/pair#');
    expect(shown.stdout).toMatch(/[▀▄█]{10}/);
    expect(shown.stderr).toBe('');
    removeGatewayFile(it.runFile, { ...entry, pid: 1 });
    expect((await it.ao(['pair'])).stdout).toContain(':4999/');
    // That of a gateway that died, and whose pid another process has by now.
    writeGatewayFile(it.runFile, { ...entry, processStartedAt: 'another' });
    expect((await it.ao(['pair'])).stdout).toContain('http://localhost:3000/pair#');
  });
});

describe('the browser', () => {
  it('is opened where a person can see it, with the link as one argument', () => {
    const url = 'http://localhost:3000/pair#a;b$(c)';
    expect(browserCommand(url, { DISPLAY: ':0' }, 'linux')).toEqual(['xdg-open', url]);
    expect(browserCommand(url, { WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toEqual(['xdg-open', url]);
    expect(browserCommand(url, { BROWSER: 'firefox' }, 'linux')).toEqual(['firefox', url]);
    expect(browserCommand(url, {}, 'darwin')).toEqual(['open', url]);
    expect(browserCommand(url, {}, 'win32')?.at(-1)).toBe(url);
    expect(browserCommand(url, {}, 'linux')).toBeNull();
    expect(browserCommand(url, { DISPLAY: '', BROWSER: 'sh -c "evil"' }, 'linux')).toBeNull();
  });
});
