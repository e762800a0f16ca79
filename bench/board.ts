/**
 * The board in a real browser, with N sessions and with none, side by side in the same run (PERF §3: the target is a ratio): from the
 * beginning of a warm load until it shows the daemon's word of now and takes commands. Also what a first load transfers, and how long
 * `ao up` takes to a painted page.
 *
 *   npm run build && npm run bench:board -- [--sessions 200] [--rounds 9] [--json]
 *
 * The sessions are real: every third has exited, the others sleep. Two installations in temporary directories, ended by pid.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import config from '../playwright.config.ts';
import { freePort, processesOf } from '../server/testing/world.ts';

const AO = fileURLToPath(new URL('../dist/ao.js', import.meta.url));
const LIMIT_MS = 120_000;
const AT_ONCE = 6;

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});
const wantedSessions = Number(values.sessions);
const rounds = Number(values.rounds);

type Place = { readonly root: string; readonly dataDir: string; readonly env: Record<string, string>; readonly sessions: number };
type Up = { readonly child: ChildProcess; readonly url: string; readonly pairUrl: string; readonly startedAtMs: number };

async function makePlace(sessions: number): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'ao-bench-'));
  const dataDir = join(root, 'data');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    AO_DATA_DIR: dataDir,
    AO_RUN_FILE: join(root, 'running.json'),
    AO_PORT: String(await freePort()),
    AO_UI_PORT: String(await freePort()),
  };
  mkdirSync(join(root, 'repo'));
  writeFileSync(join(root, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@example.invalid\n');
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['commit', '-q', '--allow-empty', '-m', 'first'],
  ])
    execFileSync('git', args, { cwd: join(root, 'repo'), env });
  return { root, dataDir, env, sessions };
}

function ao(place: Place, args: readonly string[]): unknown {
  return JSON.parse(execFileSync(process.execPath, [AO, ...args, '--json'], { env: place.env, encoding: 'utf8' }));
}

async function up(place: Place): Promise<Up> {
  const startedAtMs = Date.now();
  const child = spawn(process.execPath, [AO, 'up', '--no-open', '--json'], { env: place.env, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('\n')) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`ao up exited with ${code}: ${text}`)));
  });
  return { child, startedAtMs, ...(JSON.parse(line) as { url: string; pairUrl: string }) };
}

async function end({ child }: Up): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function fill(place: Place): Promise<void> {
  const credential = readFileSync(join(place.dataDir, 'credential'), 'utf8').trim();
  const { port } = JSON.parse(readFileSync(place.env['AO_RUN_FILE'] ?? '', 'utf8')) as { port: number };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < place.sessions) {
      next += 1;
      const command = next % 3 === 0 ? 'exit 3' : 'exec sleep 100000';
      const input = { projectId: 'bench', agent: 'custom', command, title: `Task number ${next}, with a title of the usual length` };
      const response = await fetch(`http://127.0.0.1:${port}/trpc/sessions.spawn`, {
        method: 'POST',
        headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      if (!response.ok) throw new Error(await response.text());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Until the page has the daemon's own word, the cards that fit on the screen, and a button that takes a command; ms since it began. */
async function interactiveMs(page: Page, url: string, cards: number): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  const handle = await page.waitForFunction(
    (wanted) => {
      const button = [...document.querySelectorAll('main button')].find((each) => each.textContent?.includes('New session'));
      const isFree = button !== undefined && button.getAttribute('aria-disabled') === null;
      return isFree && document.querySelectorAll('[data-card]').length >= wanted ? performance.now() : null;
    },
    cards,
    { polling: 'raf', timeout: LIMIT_MS },
  );
  return (await handle.jsonValue()) ?? Number.NaN;
}

/** A first visit's scripts and styles, in bytes of gzip. */
async function transferred(context: BrowserContext, url: string, cards: number) {
  const page = await context.newPage();
  const sums = { requests: 0, scriptGzip: 0, styleGzip: 0 };
  const waiting: Promise<void>[] = [];
  page.on('response', (response) => {
    const kind = response.request().resourceType();
    if (kind !== 'script' && kind !== 'stylesheet') return;
    waiting.push(
      (async () => {
        const zipped = gzipSync(await response.body()).length;
        sums.requests += 1;
        if (kind === 'script') sums.scriptGzip += zipped;
        else sums.styleGzip += zipped;
      })(),
    );
  });
  await interactiveMs(page, url, cards);
  await Promise.all(waiting);
  await page.close();
  return sums;
}

async function upToPaintMs(
  place: Place,
  page: Page,
  cards: number,
): Promise<{ readonly line: number; readonly paint: number; readonly board: number }> {
  const started = await up(place);
  const line = Date.now() - started.startedAtMs;
  try {
    const board = await interactiveMs(page, started.url, cards);
    const { origin, paint } = await page.evaluate(() => ({
      origin: performance.timeOrigin,
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    }));
    return { line, paint: origin + paint - started.startedAtMs, board: origin + board - started.startedAtMs };
  } finally {
    await end(started);
  }
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

if (!existsSync(AO)) throw new Error('Build first: npm run build');
const places = [await makePlace(0), await makePlace(wantedSessions)] as const;
const browser = await chromium.launch(config.use?.launchOptions);
try {
  const visits: { readonly place: Place; readonly up: Up; readonly page: Page; readonly cards: number; readonly tookMs: number[] }[] = [];
  for (const place of places) {
    ao(place, ['start']);
    ao(place, ['project', 'add', '--path', join(place.root, 'repo'), '--id', 'bench', '--agent', 'shell']);
    await fill(place);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const started = await up(place);
    await page.goto(started.pairUrl);
    await page.waitForURL((url) => url.pathname === '/');
    // Two columns have cards, and a screen has room for fewer than eight in each; the rest is drawn afterwards.
    const cards = Math.min(16, place.sessions);
    visits.push({ place, up: started, page, cards, tookMs: [] });
  }
  const [none, full] = visits;
  if (none === undefined || full === undefined) throw new Error('two places were made');
  for (let round = -2; round < rounds; round += 1)
    for (const {
      page,
      up: { url },
      cards,
      tookMs,
    } of visits) {
      const ms = await interactiveMs(page, url, cards);
      // The first two fill the caches.
      if (round >= 0) tookMs.push(ms);
    }
  const cold = await browser.newContext({ storageState: await full.page.context().storageState() });
  const weight = await transferred(cold, full.up.url, full.cards);
  for (const visit of visits) await end(visit.up);
  const starts = [];
  for (let round = 0; round < 3; round += 1) starts.push(await upToPaintMs(full.place, full.page, full.cards));

  const [noneMs, fullMs] = [median(none.tookMs), median(full.tookMs)];
  const result = {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, Chromium ${browser.version()}`,
    rounds,
    interactiveMs: { 0: Math.round(noneMs), [wantedSessions]: Math.round(fullMs) },
    ratio: Number((fullMs / noneMs).toFixed(2)),
    firstLoad: weight,
    upMs: {
      line: Math.round(median(starts.map(({ line }) => line))),
      firstPaint: Math.round(median(starts.map(({ paint }) => paint))),
      board: Math.round(median(starts.map(({ board }) => board))),
    },
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await browser.close();
  for (const place of places) {
    for (const pid of processesOf(place.dataDir)) process.kill(pid, 'SIGKILL');
    rmSync(place.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
