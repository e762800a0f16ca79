/** The terminal in real Chromium: an echo, the end of a flood, and text on a page that nothing was cached of. */
import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from '@playwright/test';
import { attachCommand } from '../harness/bare.ts';
import { openBrowser, openCold, openGateway, openPaired, openTerminalPage, startBarePage, UNTIL_SHOWN } from '../harness/browser.ts';
import type { Bench, Context } from '../harness/context.ts';
import { median, quantile } from '../harness/figures.ts';
import { createHolding } from '../harness/holding.ts';
import { floodProgram, historyProgram, MEGABYTE } from '../harness/programs.ts';
import type { Measured } from '../harness/report.ts';

const KEYS_A_TURN = 20;
const WARM_UP = 10;
const FLOOD_MEGABYTES = 8;
const NULL_FILE = '/dev/null';

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

async function echoInPage({ stand, quick }: Context): Promise<Measured> {
  const on = await stand('tmux');
  const wanted = quick ? 60 : 200;
  await using held = createHolding();
  const browser = await openBrowser();
  held.defer(() => browser.close());
  const gateway = await openGateway(on);
  held.defer(gateway.end);
  const { id } = await on.run('exec cat');
  const bare = await startBarePage(on, ['cat']);
  held.defer(bare.end);
  const fresh = (): Promise<BrowserContext> => browser.newContext({ viewport: { width: 1280, height: 800 } });
  const names = ['ao', 'bare', 'local'] as const;
  const pages = {
    ao: await openTerminalPage(await openPaired(browser, on), `${gateway.url}/sessions/${id}`),
    bare: await openTerminalPage(await fresh(), bare.url),
    local: await openTerminalPage(await fresh(), `${bare.url}#local`),
  };
  const samples: Record<(typeof names)[number], number[]> = { ao: [], bare: [], local: [] };
  for (const name of names) {
    await pages[name].bringToFront();
    await pages[name].evaluate(WATCH_ECHOES);
    for (let count = 0; count < WARM_UP; count += 1) await echo(pages[name]);
  }
  while (samples.ao.length < wanted)
    for (const name of names) {
      await pages[name].bringToFront();
      for (let count = 0; count < KEYS_A_TURN; count += 1) samples[name].push(await echo(pages[name]));
    }
  return {
    runs: `${samples.ao.length} keys each, ${KEYS_A_TURN} at a time in turn`,
    checks: [],
    figures: Object.fromEntries([
      ...names.flatMap((name) => [
        [`${name} p50 ms`, median(samples[name])],
        [`${name} p95 ms`, quantile(samples[name], 0.95)],
      ]),
      ['p50 ×', median(samples.ao) / median(samples.bare)],
    ]),
  };
}

async function finalScreen({ stand, quick }: Context): Promise<Measured> {
  const on = await stand('tmux');
  const rounds = quick ? 2 : 5;
  await using held = createHolding();
  const browser = await openBrowser();
  held.defer(() => browser.close());
  const gateway = await openGateway(on);
  held.defer(gateway.end);
  const program = floodProgram(on, FLOOD_MEGABYTES * MEGABYTE, NULL_FILE);
  const { id } = await on.run(program);
  const bare = await startBarePage(on, ['sh', '-c', program]);
  held.defer(bare.end);
  const ours = await openTerminalPage(await openPaired(browser, on), `${gateway.url}/sessions/${id}`);
  const theirs = await openTerminalPage(await browser.newContext({ viewport: { width: 1280, height: 800 } }), bare.url);
  for (const page of [ours, theirs])
    await page.evaluate("addEventListener('keydown', (event) => { if (event.key === 'Enter') window.enterMs = event.timeStamp; }, true)");
  const took: Record<'product' | 'bare', number[]> = { product: [], bare: [] };
  const flood = async (page: Page, word: string): Promise<number> => {
    await page.bringToFront();
    await page.keyboard.type(word);
    await page.keyboard.press('Enter');
    return await page.evaluate<number>(`(${UNTIL_SHOWN})('<${word}>').then((shownMs) => shownMs - window.enterMs)`);
  };
  for (let round = -1; round < rounds; round += 1) {
    const [product, baseline] = [await flood(ours, `word${round + 1}x`), await flood(theirs, `word${round + 1}x`)];
    if (round < 0) continue;
    took.product.push(product);
    took.bare.push(baseline);
  }
  return {
    runs: `${rounds} floods of ${FLOOD_MEGABYTES} MB each, in turn`,
    checks: [{ what: 'faster', value: median(took.bare) / median(took.product), sense: 'at least', limit: 1.3, unit: '×' }],
    figures: { 'to the final screen ms': median(took.product), 'baseline ms': median(took.bare) },
  };
}

type Weight = { readonly requests: number; readonly scripts: number; readonly styles: number };

/** Scripts and styles of a first visit, in kilobytes of gzip. */
function weigh(page: Page): () => Promise<Weight> {
  const parts: Promise<{ readonly kind: string; readonly kilobytes: number }>[] = [];
  page.on('response', (response) => {
    const kind = response.request().resourceType();
    if (!['script', 'stylesheet'].includes(kind)) return;
    parts.push(response.body().then((body) => ({ kind, kilobytes: gzipSync(body).length / 1_000 })));
  });
  return async () => {
    const all = await Promise.all(parts);
    const of = (wanted: string): number => all.reduce((sum, { kind, kilobytes }) => sum + (kind === wanted ? kilobytes : 0), 0);
    return { requests: all.length, scripts: of('script'), styles: of('stylesheet') };
  };
}

async function cold({ stand, quick }: Context): Promise<Measured> {
  const on = await stand('tmux');
  const rounds = quick ? 3 : 7;
  await using held = createHolding();
  const browser = await openBrowser();
  held.defer(() => browser.close());
  const gateway = await openGateway(on);
  held.defer(gateway.end);
  const [ours, theirs] = [await on.run(historyProgram(100)), await on.run(historyProgram(100))];
  const bare = await startBarePage(on, attachCommand(on, theirs.tmuxName));
  held.defer(bare.end);
  const paired = await openPaired(browser, on);
  const visit = async (context: BrowserContext, url: string) => {
    const page = await context.newPage();
    const weighed = weigh(page);
    await page.goto(url, { waitUntil: 'commit' });
    const shownMs = await page.evaluate<number>(`(${UNTIL_SHOWN})('the-end')`);
    const weight = await weighed();
    await context.close();
    return { shownMs, weight };
  };
  const took: Record<'product' | 'bare', number[]> = { product: [], bare: [] };
  let session: Weight = { requests: 0, scripts: 0, styles: 0 };
  for (let round = -1; round < rounds; round += 1) {
    const product = await visit(await openCold(browser, paired), `${gateway.url}/sessions/${ours.id}`);
    const baseline = await visit(await browser.newContext(), bare.url);
    session = product.weight;
    if (round < 0) continue;
    took.product.push(product.shownMs);
    took.bare.push(baseline.shownMs);
  }
  const board = await (await openCold(browser, paired)).newPage();
  const weighed = weigh(board);
  await board.goto(gateway.url);
  await board.getByText('Live', { exact: true }).waitFor();
  const weight = await weighed();
  return {
    runs: `${rounds} cold loads each, in turn, on loopback`,
    checks: [{ what: 'board', value: weight.scripts + weight.styles, sense: 'at most', limit: 200, unit: 'KB gzip' }],
    skipped: 'the ratio to ttyd: no apt package of it here, and the npm package of that name is its page without the server',
    figures: {
      'text in the terminal ms': median(took.product),
      'board: scripts KB gzip': weight.scripts,
      'board: styles KB gzip': weight.styles,
      'session page: scripts and styles KB gzip': session.scripts + session.styles,
      'requests of the session page': session.requests,
      'bare page with `tmux attach`, one file, ms': median(took.bare),
      'ratio to the bare page': median(took.product) / median(took.bare),
    },
  };
}

export const PAGE_ROWS: readonly Bench[] = [
  {
    name: 'final-screen',
    subject: 'to the final screen in Chromium',
    baseline: 'bare pty, lossless',
    target: 'tmux ≥ 1.3 × (conflation)',
    measure: finalScreen,
  },
  {
    name: 'cold-page',
    subject: 'dashboard: text in the terminal from a cold page',
    baseline: 'ttyd (315 ms, 190 KB)',
    target: '≤ 1.3 ×; board ≤ 200 KB gzip',
    measure: cold,
  },
  {
    name: 'echo-page',
    subject: 'keydown to the echo in the DOM of the page',
    baseline: 'bare page and pty; the page alone',
    target: 'none: shown',
    measure: echoInPage,
  },
];
