/** What the page says and offers while there is no daemon behind it: stopped on purpose, unable to start, out of reach. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, type WebSocketRoute } from '@playwright/test';
import { addSession, expectLive, type Installation, openBoardWithSession, pairPage, retryNow, test } from './fixtures/installation.ts';

const banner = (page: Page, title: string) => page.getByRole('region', { name: title });
const stopped = (page: Page) => banner(page, 'The daemon is stopped');
const cannotStart = (page: Page) => banner(page, 'The daemon cannot start');

/** The page has looked at the gateway twice more, as it does for as long as it is open. */
async function looksTwice(page: Page): Promise<void> {
  for (const _ of [1, 2]) await page.waitForResponse((response) => response.url().endsWith('/gateway/state'));
}

test('a deliberate stop, by command or on the page, is not undone by any page; the button undoes it', async ({
  installation,
  context,
  page,
}) => {
  const { url, id, panes } = await openBoardWithSession(installation, page);

  await installation.ok(['stop']);
  await expect(stopped(page)).toContainText('It was stopped on purpose at');
  await expect(stopped(page)).toContainText('(ao stop)');
  await expectLastBoard(page);
  await page.reload();
  await expect(stopped(page)).toContainText('shown as of');
  await expectLastBoard(page);
  const second = await context.newPage();
  await second.goto(`${url}/sessions/${id}`);
  await expect(stopped(second)).toBeVisible();
  await expect(second.getByText('Fix the tests').first()).toBeVisible();
  await Promise.all([looksTwice(page), looksTwice(second)]);
  expect(await installation.daemon()).toMatchObject({ state: 'stopped' });

  await stopped(page).getByRole('button', { name: 'Start the daemon' }).click();
  await expectLive(page);
  await expectLive(second);
  await expect(stopped(page)).toBeHidden();
  expect(installation.panes()).toEqual(panes);

  await second.goto(`${url}/settings`);
  await expect(second.getByText('ao stop (')).toBeVisible();
  await second.getByRole('button', { name: 'Stop the daemon…' }).click();
  const dialog = second.getByRole('alertdialog', { name: 'Stop the daemon?' });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Stop the daemon' }).click();
  for (const tab of [page, second]) await expect(stopped(tab)).toContainText('(asked for by the user)');
  await expect(second.getByText('Shown once the daemon answers.')).toBeVisible();
  await second.reload();
  await expect(stopped(second)).toBeVisible();
  await expect(second.getByText('Shown once the daemon answers.')).toBeVisible();
  await looksTwice(second);
  expect(await installation.daemon()).toMatchObject({ state: 'stopped' });
  await stopped(second).getByRole('button', { name: 'Start the daemon' }).click();
  await expectLive(second);
  await expectLive(page);
  expect(installation.panes()).toEqual(panes);
});

async function expectLastBoard(page: Page): Promise<void> {
  await expect(page.getByRole('main').getByText('Fix the tests')).toBeVisible();
  const add = page.getByRole('button', { name: 'New session', exact: true });
  await expect(add).toBeDisabled();
  await expect(add).toHaveAccessibleDescription('The daemon is stopped');
}

test('L9: a daemon that cannot start: what failed, its log and the fix are on the page, and trying again works once it is mended', async ({
  installation,
  browser,
  page,
}) => {
  const { pairUrl } = await installation.up();
  await pairPage(page, pairUrl);
  await addSession(installation);
  await expect(page.getByText('Fix the tests').first()).toBeVisible();
  const panes = installation.panes();
  await installation.ok(['stop']);
  await expect(stopped(page)).toBeVisible();

  const mend = breakDatabase(installation);
  await stopped(page).getByRole('button', { name: 'Start the daemon' }).click();
  await expect(cannotStart(page)).toContainText('ao.db');
  await expect(cannotStart(page)).toContainText('is not a database');
  const log = page.getByRole('region', { name: 'The last lines of the daemon’s log' });
  await expect(log).toContainText('stopped');
  await expect(log).toContainText('could not start code=DATABASE_UNUSABLE');
  await expect(page.getByRole('main').getByText('Fix the tests')).toBeVisible();

  await cannotStart(page).getByRole('button', { name: 'Try again' }).click();
  await expect(cannotStart(page).getByRole('status')).toContainText(/^Tried again at .*: the same\.$/);
  await expect(log.getByText('could not start')).toBeInViewport();
  expect(await installation.daemon()).toMatchObject({ state: 'stopped' });

  // A new browser meets the same failure at its pairing link, which is not used up by it.
  const { url: link } = await installation.ok<{ url: string }>(['pair']);
  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect(other.getByRole('main').getByRole('alert')).toContainText('is not a database');

  mend();
  await cannotStart(page).getByRole('button', { name: 'Try again' }).click();
  await expectLive(page);
  expect(installation.panes()).toEqual(panes);
  await other.getByRole('button', { name: 'Try again' }).click();
  await expect(other).toHaveURL(/\/$/);
  await expectLive(other);
  await expect(other.getByText('Fix the tests').first()).toBeVisible();
});

/** The answer puts the database back. */
function breakDatabase({ dataDir }: Installation): () => void {
  const path = join(dataDir, 'ao.db');
  renameSync(path, `${path}.kept`);
  writeFileSync(path, 'this is no database, but somebody’s shopping list\n'.repeat(100));
  return () => {
    expect(readFileSync(path, 'utf8'), 'what it refuses it leaves alone').toContain('shopping list');
    rmSync(path);
    renameSync(`${path}.kept`, path);
  };
}

test('Settings name who holds the daemon and the real graces; without a socket the page counts attempts, and the daemon’s end', async ({
  installation,
  page,
}) => {
  installation.env['AO_GRACE_MS'] = '40000';
  installation.env['AO_LOSS_GRACE_MS'] = '90000';
  const { pairUrl, url } = await installation.up();
  // Stands for whatever lets requests through and no WebSocket.
  const cut = await cuttable(page);
  await pairPage(page, pairUrl);
  await page.goto(`${url}/settings`);
  const daemon = page.getByRole('region', { name: 'Daemon', exact: true });
  await expect(daemon.getByText('40 s after it was closed, or 1 min 30 s after a line through a tunnel was lost')).toBeVisible();
  await expect(daemon.getByText(/^This page/)).toBeVisible();

  cut.close();
  const reconnecting = banner(page, 'Reconnecting to the daemon');
  await expect(reconnecting).toContainText(/Attempt [3-9]\. Next try in [1-5] s\./);
  await expect(daemon.getByText('Nobody')).toBeVisible();
  await expect(daemon.getByText(/^It ends in [1-3]?\d s unless a page is back$/)).toBeVisible();
  await expect(daemon.getByRole('radio', { name: 'Stop it' })).toBeDisabled();

  cut.open();
  await retryNow(page, reconnecting);
  await expect(reconnecting).toBeHidden();
  await expect(daemon.getByText(/^This page/)).toBeVisible();
  await expect(daemon.getByText(/^It ends in/)).toBeHidden();
  expect(await installation.daemon()).toMatchObject({ supervisors: 1, graceEndsAt: null });
});

async function cuttable(page: Page): Promise<{ readonly close: () => void; readonly open: () => void }> {
  const lines = new Set<WebSocketRoute>();
  let state: 'open' | 'closed' = 'open';
  let refused = 0;
  await page.routeWebSocket(/\/socket\.io\//, (line) => {
    if (state === 'open') {
      line.connectToServer();
      lines.add(line);
      return;
    }
    // In turn at once, and when the page says who it is.
    refused += 1;
    if (refused % 2 === 1) return void line.close();
    line.connectToServer();
    line.onMessage(() => line.close());
  });
  return {
    close: () => {
      state = 'closed';
      for (const line of lines) void line.close();
    },
    open: () => {
      state = 'open';
    },
  };
}
