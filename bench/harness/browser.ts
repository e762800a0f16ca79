/** Real Chromium on the product's pages, and on a bare page with the same terminal and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { build } from 'esbuild';
import config from '../../playwright.config.ts';
import type { BareTask } from './bare-server.child.ts';
import { startChild } from './processes.ts';
import { DIST, type Stand } from './stand.ts';

const XTERM_CSS = fileURLToPath(new URL('../../node_modules/@xterm/xterm/css/xterm.css', import.meta.url));
const SIZE = { cols: 100, rows: 36 };
const VIEWPORT = { width: 1280, height: 800 };

export type Gateway = { readonly url: string; readonly tookMs: number; readonly end: () => Promise<void> };

export const openBrowser = (): Promise<Browser> => chromium.launch(config.use?.launchOptions ?? {});

/** `ao up`, beside the stand's daemon. */
export async function openGateway(stand: Stand): Promise<Gateway> {
  const beganMs = performance.now();
  const child: ChildProcess = spawn(process.execPath, [join(DIST, 'ao.js'), 'up', '--no-open', '--json'], {
    cwd: stand.world.repo,
    env: stand.world.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (child.stdout === null) throw new Error('ao up says nothing');
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { readonly url?: string };
    if (url === undefined) throw new Error(`ao up: ${line}`);
    return {
      url,
      tookMs: performance.now() - beganMs,
      async end() {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      },
    };
  }
  throw new Error('ao up ended');
}

/** A browser of its own that has been let in. */
export async function openPaired(browser: Browser, stand: Stand): Promise<BrowserContext> {
  const { json } = await stand.world.ao(['pair'], { build: join(DIST, 'ao.js') });
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await page.goto((json as { url: string }).url);
  await page.waitForURL((url) => url.pathname === '/');
  await page.close();
  return context;
}

/** The same browser with nothing in its caches. */
export async function openCold(browser: Browser, paired: BrowserContext): Promise<BrowserContext> {
  return await browser.newContext({ viewport: VIEWPORT, storageState: await paired.storageState() });
}

/** `#local` echoes by itself. */
const BARE_PAGE = `
  import { Terminal } from '@xterm/xterm';
  import { io } from 'socket.io-client';
  const term = new Terminal({ cols: ${SIZE.cols}, rows: ${SIZE.rows}, fontSize: 13, lineHeight: 1.2, minimumContrastRatio: 4.5, scrollback: 5000 });
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

export type BarePage = { readonly url: string; readonly end: () => Promise<void> };

/** For each connection a pseudoterminal of its own, as ttyd has it. */
export async function startBarePage(stand: Stand, command: BareTask['command']): Promise<BarePage> {
  const bundled = await build({
    stdin: { contents: BARE_PAGE, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'iife',
    minify: true,
  });
  const script = bundled.outputFiles[0]?.text ?? '';
  const page = join(stand.world.root, 'bare.html');
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><style>${readFileSync(XTERM_CSS, 'utf8')}</style><div id="terminal"></div><script>${script}</script>`,
  );
  const task: BareTask = { command, env: stand.world.env, cwd: stand.world.root, size: SIZE, windowBytes: null, page };
  const server = startChild(new URL('./bare-server.child.ts', import.meta.url), task);
  return { url: `http://127.0.0.1:${await server.line()}/`, end: server.end };
}

/** Opens a session's page with the keyboard in its terminal. */
export async function openTerminalPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  if (new URL(url).pathname !== '/') {
    await page.locator('[data-attach="attached"]').waitFor();
    await page.locator('.xterm').first().click();
  }
  await page.locator('.xterm-rows').first().waitFor();
  return page;
}

/** In the page: when the terminal shows these words, by the page's own clock; 0 is the beginning of its load. */
export const UNTIL_SHOWN = `(words) => new Promise((resolve) => {
  let rows = null;
  const look = () => {
    rows ??= document.querySelector('.xterm-rows');
    if (rows !== null && rows.textContent.includes(words)) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})`;
