/** The board with many sessions and with none, from the beginning of a warm load until it takes commands; and from `ao up` to a painted board. */
import type { Page } from '@playwright/test';
import { openBrowser, openGateway, openPaired } from '../harness/browser.ts';
import type { Bench, Context } from '../harness/context.ts';
import { median } from '../harness/figures.ts';
import { createHolding } from '../harness/holding.ts';
import type { Measured } from '../harness/report.ts';
import { makeStand, type Stand } from '../harness/stand.ts';

const SESSIONS = 200;
/** As many as fit on the screen; the rest is drawn afterwards. */
const CARDS = 8;
const LIMIT_MS = 120_000;

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

async function measure(context: Context): Promise<Measured> {
  const full = await context.crowd();
  await full.fill(SESSIONS);
  const rounds = context.quick ? 3 : 9;
  await using held = createHolding();
  const empty = await makeStand('tmux');
  held.defer(async () => await empty[Symbol.asyncDispose]());
  const browser = await openBrowser();
  held.defer(() => browser.close());
  const visits: { readonly url: string; readonly page: Page; readonly cards: number; readonly tookMs: number[] }[] = [];
  for (const [stand, cards] of [
    [empty, 0],
    [full, CARDS],
  ] as const satisfies readonly (readonly [Stand, number])[]) {
    const gateway = await openGateway(stand);
    held.defer(gateway.end);
    const page = await (await openPaired(browser, stand)).newPage();
    visits.push({ url: gateway.url, page, cards, tookMs: [] });
  }
  // The first two fill the caches.
  for (let round = -2; round < rounds; round += 1)
    for (const { page, url, cards, tookMs } of visits) {
      const ms = await interactiveMs(page, url, cards);
      if (round >= 0) tookMs.push(ms);
    }
  const [noneMs = Number.NaN, fullMs = Number.NaN] = visits.map(({ tookMs }) => median(tookMs));
  return {
    runs: `${rounds} warm loads each, in turn`,
    checks: [{ what: 'to interactive', value: fullMs / noneMs, sense: 'at most', limit: 1.5, unit: '×' }],
    figures: { [`with ${SESSIONS} ms`]: fullMs, 'with none ms': noneMs },
  };
}

async function up(context: Context): Promise<Measured> {
  const stand = await context.crowd();
  await stand.fill(SESSIONS);
  const rounds = context.quick ? 2 : 5;
  await using held = createHolding();
  const browser = await openBrowser();
  held.defer(() => browser.close());
  const paired = await openPairedOnce(browser, stand);
  const took: Record<'line' | 'board', number[]> = { line: [], board: [] };
  for (let round = 0; round < rounds; round += 1) {
    await stand.stopDaemon();
    const beganMs = Date.now();
    const gateway = await openGateway(stand);
    const board = await interactiveMs(paired, gateway.url, CARDS);
    took.line.push(gateway.tookMs);
    took.board.push((await paired.evaluate<number>('performance.timeOrigin')) + board - beganMs);
    await gateway.end();
    await stand.endDaemonOfUp();
  }
  await stand.stopDaemon();
  await stand.startDaemon('probed');
  return {
    runs: `${rounds} times, the daemon stopped before`,
    checks: [],
    figures: { '`ao up` to its line ms': median(took.line), 'to the board with 200 sessions ms': median(took.board) },
  };
}

async function openPairedOnce(browser: Awaited<ReturnType<typeof openBrowser>>, stand: Stand): Promise<Page> {
  const gateway = await openGateway(stand);
  const context = await openPaired(browser, stand);
  const page = await context.newPage();
  await interactiveMs(page, gateway.url, CARDS);
  await gateway.end();
  return page;
}

export const BOARD_ROWS: readonly Bench[] = [
  {
    name: 'board',
    subject: `board with ${SESSIONS} sessions, warm, to interactive`,
    baseline: 'the same page with none',
    target: '≤ 1.5 ×',
    measure,
  },
  {
    name: 'up',
    subject: 'from `ao up` to the board, daemon and all',
    baseline: 'none',
    target: 'none: shown',
    measure: up,
  },
];
