/** The tab is what holds the daemon up: it goes five seconds after the last one, and the sessions do not. */
import { chromium, expect } from '@playwright/test';
import { isRunning } from '../server/testing/world.ts';
import {
  addSession,
  expectFullGrace,
  expectLive,
  graceOf,
  makeGate,
  openBoardWithSession,
  pairPage,
  test,
} from './fixtures/installation.ts';

test('I6: reloads and all tabs but the last change nothing; the last one ends the daemon after the grace, and no session', async ({
  installation,
  context,
  page,
}) => {
  const { url, id, panes } = await openBoardWithSession(installation, page);
  expect(panes).toHaveLength(1);
  const pid = installation.daemonPid();

  for (let round = 1; round <= 10; round += 1) {
    await page.reload();
    await expectLive(page);
  }
  const second = await context.newPage();
  await second.goto(url);
  await expectLive(second);
  await expect.poll(async () => (await installation.daemon()).supervisors).toBe(2);
  await page.close();
  await expect.poll(async () => (await installation.daemon()).supervisors).toBe(1);
  expect(await installation.daemon()).toMatchObject({ state: 'ready', pid, graceEndsAt: null });
  expect(installation.supervision().filter(({ to }) => to === 'draining')).toEqual([]);

  await second.close();
  expectFullGrace(await graceOf(installation, pid));
  expect(installation.panes()).toEqual(panes);

  const third = await context.newPage();
  await third.goto(`${url}/settings`);
  await expectLive(third);
  expect(installation.daemonPid()).not.toBe(pid);
  expect(installation.panes()).toEqual(panes);
  await expect(third.getByText('the last client left and none came back within the grace')).toBeVisible();
  await third.goto(`${url}/sessions/${id}`);
  await expect(third.getByRole('heading', { name: 'Fix the tests' })).toBeVisible();
});

test('L3: a tab that is back after 4.5 s cancels the end, and the next departure has a full grace', async ({
  installation,
  context,
  page,
}) => {
  const { pairUrl, url } = await installation.up();
  await pairPage(page, pairUrl);
  await addSession(installation);
  const panes = installation.panes();
  const pid = installation.daemonPid();

  // A page that is loaded and connected, but has not said yet who it is: what is timed is the return, not the load.
  const late = await context.newPage();
  const handshake = makeGate();
  const knocked = makeGate();
  await late.routeWebSocket(/\/socket\.io\//, (line) => {
    const daemon = line.connectToServer();
    line.onMessage((message) => {
      knocked.open();
      void handshake.passed.then(() => daemon.send(message));
    });
  });
  await late.goto(url);
  await knocked.passed;
  await page.close();
  const leftAtMs = await graceBegun();
  await expect.poll(() => Date.now() - leftAtMs, { intervals: [5] }).toBeGreaterThanOrEqual(4_500);
  handshake.open();
  await expectLive(late);
  expect(installation.supervision().at(-1)).toMatchObject({ pid, from: 'grace', to: 'held' });
  expect(await installation.daemon()).toMatchObject({ pid, supervisors: 1, graceEndsAt: null });

  await late.close();
  expectFullGrace(await graceOf(installation, pid));
  expect(installation.supervision().filter(({ from, to }) => from === 'held' && to === 'grace')).toHaveLength(2);
  expect(installation.panes()).toEqual(panes);

  async function graceBegun(): Promise<number> {
    const last = () => installation.supervision().at(-1);
    await expect.poll(() => last()?.to, { intervals: [20] }).toBe('grace');
    return last()?.atMs ?? Number.NaN;
  }
});

test('L4: SIGKILL of the browser is the same as closing its tabs', async ({ installation, launchOptions }) => {
  const { pairUrl } = await installation.up();
  const server = await chromium.launchServer(launchOptions);
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    await pairPage(await browser.newPage(), pairUrl);
    await addSession(installation);
    const panes = installation.panes();
    const pid = installation.daemonPid();
    const browserPid = server.process().pid;
    if (browserPid === undefined) throw new Error('the browser has no process');
    process.kill(browserPid, 'SIGKILL');
    expectFullGrace(await graceOf(installation, pid));
    expect(installation.panes()).toEqual(panes);
  } finally {
    await server.kill();
  }
});

test('I5, I8: a daemon that was started by hand is held by no tab, until its owner is switched on the page', async ({
  installation,
  context,
  page,
}) => {
  const GRACE_MS = 500;
  installation.env['AO_GRACE_MS'] = String(GRACE_MS);
  await installation.ok(['start']);
  const pid = installation.daemonPid();
  const { pairUrl, url } = await installation.up();
  await pairPage(page, pairUrl);
  await page.goto(`${url}/settings`);
  await expect(page.getByRole('radio', { name: 'Keep it running, as ao start began it' })).toBeChecked();
  await expect(page.getByText('Nobody needs to: it keeps running')).toBeVisible();
  expect(await installation.daemon()).toMatchObject({ owner: 'headless', supervisors: 0, holders: [] });
  await page.close();
  await staysFor(6 * GRACE_MS);

  const second = await context.newPage();
  await second.goto(`${url}/settings`);
  await second.getByRole('radio', { name: 'Stop it' }).click();
  await expect(second.getByRole('listitem').filter({ hasText: 'This page' })).toBeVisible();
  expect(await installation.daemon()).toMatchObject({ owner: 'app', supervisors: 1, holders: [{ kind: 'tab' }] });
  await second.getByRole('radio', { name: 'Keep it running', exact: true }).click();
  await expect.poll(async () => (await installation.daemon()).owner).toBe('persistent');
  await second.close();
  await staysFor(6 * GRACE_MS);

  async function staysFor(ms: number): Promise<void> {
    const untilMs = performance.now() + ms;
    await expect.poll(() => performance.now() > untilMs, { timeout: ms + 10_000 }).toBe(true);
    expect(isRunning(pid)).toBe(true);
    expect(await installation.daemon()).toMatchObject({ state: 'ready', pid, graceEndsAt: null });
  }
});
