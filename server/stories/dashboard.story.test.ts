/** The daemon as a browser meets it without a gateway: paired, supervised by tabs, told to stop deliberately. Built, with real processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPairingFile } from '../adapters/pairing-file/pairing-file.ts';
import { openGatewayKey } from '../adapters/secret/gateway-key/gateway-key.ts';
import { GATEWAY_HEADER, pairResultSchema } from '../contract/device.ts';
import { feedSnapshotSchema } from '../contract/socket.ts';
import { toGatewayHeader } from '../core/access/gateway-claim.ts';
import { type Browser, headersOf } from '../testing/http-daemon.ts';
import { eventually } from '../testing/resources.ts';
import { openTab, type Tab, type TabOptions } from '../testing/tab.ts';
import { isRunning, makeWorld, type World } from '../testing/world.ts';

const DAEMON = fileURLToPath(new URL('../../.test-build/daemon.mjs', import.meta.url));
const GRACE_MS = 1_000;

let world: World;
let tabs: Tab[];
let children: ChildProcess[];

beforeEach(async () => {
  world = await makeWorld();
  tabs = [];
  children = [];
});
afterEach(async () => {
  for (const tab of tabs) tab.socket.disconnect();
  await world[Symbol.asyncDispose]();
});

type Daemon = { readonly pid: number; readonly port: number; readonly child: ChildProcess };

async function startAppDaemon(env: Record<string, string> = {}): Promise<Daemon> {
  const child = spawn(process.execPath, [DAEMON], {
    env: { ...world.env, AO_OWNER: 'app', AO_GRACE_MS: String(GRACE_MS), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const entry = await eventually(
    () => `the daemon is ready: ${said}`,
    () => {
      if (!existsSync(world.runFile)) return null;
      const found = JSON.parse(readFileSync(world.runFile, 'utf8')) as { pid: number; port: number; state: string };
      return found.state === 'ready' && found.pid === child.pid ? found : null;
    },
  );
  return { pid: entry.pid, port: entry.port, child };
}

/** As `ao pair` and the page of its link do together. */
async function pair(port: number, via?: string): Promise<Browser> {
  const { code } = createPairingFile({ dataDir: world.dataDir, nowMs: Date.now }).create();
  const response = await fetch(`http://127.0.0.1:${port}/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(via === undefined ? {} : { [GATEWAY_HEADER]: wordFor(via) }) },
    body: JSON.stringify({ code, name: 'A story' }),
  });
  expect(response.status).toBe(200);
  const { deviceId, secret } = pairResultSchema.parse(await response.json());
  return { id: deviceId, secret, cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

const wordFor = (host: string): string =>
  toGatewayHeader({ scheme: 'https', host, atMs: Date.now() }, openGatewayKey({ dataDir: world.dataDir }).sign);

async function countedTab(port: number, browser: Browser, options: TabOptions = {}): Promise<Tab> {
  const tab = openTab(port, browser, options);
  tabs.push(tab);
  await tab.hears('counted');
  return tab;
}

const stopFile = (): string => join(dirname(world.runFile), 'stopped.json');
const gone = (daemon: Daemon): Promise<true> => eventually('the daemon is gone', () => !isRunning(daemon.pid));

it('I6, L3: a daemon that tabs hold ends its grace after the last of them, and its sessions live', async () => {
  const daemon = await startAppDaemon();
  const browser = await pair(daemon.port);
  const [first, second] = [await countedTab(daemon.port, browser), await countedTab(daemon.port, browser)];
  await world.ok(['project', 'add', '--path', world.repo]);
  const session = await world.ok<{ id: string }>(['spawn', '--project', 'repo', '--agent', 'shell']);
  const snapshot = await first.socket.emitWithAck('feed.subscribe');
  expect(feedSnapshotSchema.parse(snapshot.ok ? snapshot.value : null).sessions).toMatchObject([{ id: session.id, status: 'running' }]);
  expect(await world.ok(['status'])).toMatchObject({ supervisors: 2, holders: [{ kind: 'tab' }, { kind: 'tab' }] });

  first.leave();
  await eventually('one holds it', async () => (await world.ok<{ supervisors: number }>(['status'])).supervisors === 1);
  second.cut();
  const cutAtMs = performance.now();
  await gone(daemon);
  expect(performance.now() - cutAtMs).toBeGreaterThan(GRACE_MS - 50);
  expect(world.panes().map(({ name }) => name)).toEqual([session.id]);
  // Not deliberate: the next tab may bring one back.
  expect(existsSync(stopFile())).toBe(false);

  const next = await startAppDaemon();
  // The same browser, paired once.
  await countedTab(next.port, browser);
  expect(await world.ok(['get', session.id])).toMatchObject({ id: session.id, status: 'running' });
});

it('S4, L4: a stop by hand is remembered until somebody starts a daemon, and tells the tabs first', async () => {
  const daemon = await startAppDaemon();
  const browser = await pair(daemon.port);
  const tab = await countedTab(daemon.port, browser);
  const answer = await fetch(`http://127.0.0.1:${daemon.port}/trpc/daemon.stop`, {
    method: 'POST',
    headers: { ...headersOf(browser), 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(200);
  await tab.hears('restarting');
  // It stands before anybody can come back and ask for a daemon.
  expect(existsSync(stopFile())).toBe(true);
  await gone(daemon);
  expect(tab.ends).toEqual(['transport close']);
  await world.ok(['start']);
  expect(existsSync(stopFile())).toBe(false);
  await world.ok(['stop']);
  expect(existsSync(stopFile())).toBe(true);
});

it('L4: a SIGTERM ends the sockets in a moment and is not deliberate', async () => {
  const daemon = await startAppDaemon();
  const browser = await pair(daemon.port);
  const [app, viewer] = [await countedTab(daemon.port, browser), openTab(daemon.port, browser, { auth: { role: 'viewer' } })];
  tabs.push(viewer);
  await viewer.hears('not_counted');
  const askedAtMs = performance.now();
  process.kill(daemon.pid, 'SIGTERM');
  await Promise.all([app.hears('restarting'), viewer.hears('restarting')]);
  await gone(daemon);
  expect(performance.now() - askedAtMs).toBeLessThan(5_000);
  expect(existsSync(stopFile())).toBe(false);
});

it('L4: a tab lost behind a tunnel leaves the long grace, and one that is back ends it', async () => {
  const daemon = await startAppDaemon({ AO_LOSS_GRACE_MS: '600000' });
  const browser = await pair(daemon.port, 'box.tunnel.example');
  const via = (): TabOptions => ({ headers: { [GATEWAY_HEADER]: wordFor('box.tunnel.example') } });
  const lost = await countedTab(daemon.port, browser, via());
  lost.cut();
  const graceEndsAt = await eventually(
    'the countdown shows',
    async () => (await world.ok<{ graceEndsAt: string | null }>(['status'])).graceEndsAt,
  );
  expect(Date.parse(graceEndsAt) - Date.now()).toBeGreaterThan(500_000);
  const back = await countedTab(daemon.port, browser, { ...via(), auth: lost.socket.auth as Record<string, unknown> });
  expect(await world.ok(['status'])).toMatchObject({ supervisors: 1, graceEndsAt: null });
  back.leave();
  await gone(daemon);
});

it('L4: a daemon that stood still for longer than every grace ends itself neither for who is there nor for who came back meanwhile', async () => {
  const graceMs = 2_000;
  const stillMs = graceMs + 2_000;
  const daemon = await startAppDaemon({ AO_GRACE_MS: String(graceMs), AO_LOSS_GRACE_MS: '1500' });
  const browser = await pair(daemon.port);
  const first = await countedTab(daemon.port, browser);
  await stoodStill(daemon, stillMs, () => undefined);
  expect(await world.ok(['status'])).toMatchObject({ pid: daemon.pid, supervisors: 1, graceEndsAt: null });
  expect(first.ends).toEqual([]);

  first.leave();
  // A command to ask it would take a good part of the grace.
  await eventually('the grace', () => readFileSync(join(world.dataDir, 'logs', 'daemon.log'), 'utf8').includes('"to":"grace"'));
  const second = await stoodStill(daemon, stillMs, () => countedTab(daemon.port, browser));
  expect(await world.ok(['status'])).toMatchObject({ pid: daemon.pid, supervisors: 1, graceEndsAt: null });

  const leftAtMs = performance.now();
  second.leave();
  await gone(daemon);
  expect(performance.now() - leftAtMs).toBeGreaterThan(graceMs - 50);
});

/** The time is the fault itself. */
async function stoodStill<T>({ pid }: Daemon, ms: number, meanwhile: () => T): Promise<Awaited<T>> {
  process.kill(pid, 'SIGSTOP');
  const begun = meanwhile();
  const endMs = performance.now() + ms;
  await eventually(`${ms} ms to pass`, () => performance.now() >= endMs);
  process.kill(pid, 'SIGCONT');
  return await begun;
}
