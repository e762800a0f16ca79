/**
 * From a key to its echo on the page, in real Chromium: keydown until the frame in which the echoed cell is in the DOM.
 *
 *   npm run build && npm run bench:echo [-- --keys 200 --json]
 *
 * `ao`: the product, page → gateway → daemon → tmux → `cat` and back. `bare`: the same xterm on an empty page → socket.io →
 * node-pty with `cat`, nothing else. `local`: that page, echoing by itself. In turns, a few keys each, so that noise hits all.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { spawn as spawnPty } from 'node-pty';
import { Server } from 'socket.io';
import config from '../playwright.config.ts';
import { freePort, processesOf } from '../server/testing/world.ts';

const AO = fileURLToPath(new URL('../dist/ao.js', import.meta.url));
const XTERM_CSS = fileURLToPath(new URL('../node_modules/@xterm/xterm/css/xterm.css', import.meta.url));
const KEYS_A_TURN = 20;
const WARM_UP = 10;
const SIZE = { cols: 100, rows: 36 };

const { values } = parseArgs({ options: { keys: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } } });
const wantedKeys = Number(values.keys);

const root = mkdtempSync(join(tmpdir(), 'ao-bench-'));
const dataDir = join(root, 'data');
const repo = join(root, 'repo');

function startEnv(ports: { readonly daemon: number; readonly ui: number }): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    AO_DATA_DIR: dataDir,
    AO_RUN_FILE: join(root, 'running.json'),
    AO_PORT: String(ports.daemon),
    AO_UI_PORT: String(ports.ui),
  };
}

type Product = {
  readonly pairUrl: string;
  /** A session that runs `cat`; answers its path. The daemon is there once a page is. */
  readonly spawnCat: () => string;
};

async function startAo(): Promise<Product> {
  const env = startEnv({ daemon: await freePort(), ui: await freePort() });
  mkdirSync(repo);
  writeFileSync(join(root, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@example.invalid\n');
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: repo, env });
  execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'first'], { cwd: repo, env });
  const gateway = spawn(process.execPath, [AO, 'up', '--no-open', '--json'], { cwd: repo, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const pairUrl = await new Promise<string>((resolve, reject) => {
    let said = '';
    gateway.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve((JSON.parse(said) as { pairUrl: string }).pairUrl);
    });
    gateway.on('exit', () => reject(new Error(`ao up: ${said}`)));
  });
  const ao = (...args: string[]): string => execFileSync(process.execPath, [AO, ...args, '--json'], { cwd: repo, env, encoding: 'utf8' });
  return {
    pairUrl,
    spawnCat() {
      ao('project', 'add', '--path', repo, '--id', 'bench', '--agent', 'shell');
      const { id } = JSON.parse(ao('spawn', '--project', 'bench', '--agent', 'custom', '--command', 'exec cat')) as { id: string };
      return `/sessions/${id}`;
    },
  };
}

/** One page for both baselines: `#local` echoes by itself. */
const BARE_PAGE = `
  import { Terminal } from '@xterm/xterm';
  import { io } from 'socket.io-client';
  const term = new Terminal({ cols: ${SIZE.cols}, rows: ${SIZE.rows}, fontSize: 13, lineHeight: 1.2, minimumContrastRatio: 4.5 });
  term.open(document.getElementById('terminal'));
  term.focus();
  if (location.hash === '#local') {
    term.onData((data) => term.write(data));
  } else {
    const socket = io({ transports: ['websocket'] });
    socket.on('output', (data) => term.write(new Uint8Array(data)));
    term.onData((data) => socket.emit('input', data));
  }
`;

async function startBare(): Promise<{ readonly url: string; readonly close: () => void }> {
  const bundled = await build({
    stdin: { contents: BARE_PAGE, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'iife',
    minify: true,
  });
  const script = bundled.outputFiles[0]?.text ?? '';
  const html = `<!doctype html><style>${readFileSync(XTERM_CSS, 'utf8')}</style><div id="terminal"></div><script>${script}</script>`;
  const http = createServer((_request, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html));
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
  const pty = spawnPty('cat', [], { ...SIZE, encoding: null });
  io.on('connection', (socket) => {
    (pty.onData as unknown as (listener: (data: Uint8Array) => void) => void)((data) => socket.emit('output', data));
    socket.on('input', (data: string) => pty.write(data));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    close() {
      pty.kill('SIGKILL');
      void io.close();
    },
  };
}

/** In the page: from the event's own time stamp, which is the input's, to the mutation that xterm's frame makes. */
const WATCH_ECHOES = `
  const rows = document.querySelector('.xterm-rows');
  const count = () => rows.textContent.replace(/\\s/g, '').length;
  let waiting = null;
  const echoes = [];
  let told = () => {};
  addEventListener('keydown', (event) => { waiting = { fromMs: event.timeStamp, above: count() }; }, true);
  new MutationObserver(() => {
    if (waiting === null || count() <= waiting.above) return;
    echoes.push(performance.now() - waiting.fromMs);
    waiting = null;
    told();
  }).observe(rows, { childList: true, subtree: true, characterData: true });
  window.nextEcho = async () => {
    if (echoes.length === 0) await new Promise((resolve) => { told = resolve; });
    return echoes.shift();
  };
  undefined;
`;

async function echo(page: Page): Promise<number> {
  await page.keyboard.press('x');
  return await page.evaluate<number>('nextEcho()');
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1));
}

if (!existsSync(AO)) throw new Error('Build first: npm run build');
const browser = await chromium.launch(config.use?.launchOptions ?? {});
const bare = await startBare();
try {
  const ao = await startAo();
  const open = async (url: string): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(url);
    return page;
  };
  const dashboard = await open(ao.pairUrl);
  await dashboard.waitForURL((url) => url.pathname === '/');
  await dashboard.goto(new URL(ao.spawnCat(), ao.pairUrl).href);
  await dashboard.locator('[data-attach="attached"]').waitFor();
  await dashboard.locator('.xterm').click();
  const pages = { ao: dashboard, bare: await open(bare.url), local: await open(`${bare.url}#local`) };
  const samples = { ao: [] as number[], bare: [] as number[], local: [] as number[] };
  const names = ['ao', 'bare', 'local'] as const;
  for (const name of names) {
    await pages[name].locator('.xterm-rows').waitFor();
    await pages[name].evaluate(WATCH_ECHOES);
    for (let count = 0; count < WARM_UP; count += 1) await echo(pages[name]);
  }
  while (samples.ao.length < wantedKeys) {
    for (const name of names) {
      await pages[name].bringToFront();
      for (let count = 0; count < KEYS_A_TURN; count += 1) samples[name].push(await echo(pages[name]));
    }
  }
  const figures = (name: (typeof names)[number]) => ({ p50Ms: quantile(samples[name], 0.5), p95Ms: quantile(samples[name], 0.95) });
  const result = {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, Chromium ${browser.version()}`,
    keys: samples.ao.length,
    ao: figures('ao'),
    bare: figures('bare'),
    local: figures('local'),
    ratioToBare: {
      p50: Number((figures('ao').p50Ms / figures('bare').p50Ms).toFixed(2)),
      p95: Number((figures('ao').p95Ms / figures('bare').p95Ms).toFixed(2)),
    },
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await browser.close();
  bare.close();
  for (const pid of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
