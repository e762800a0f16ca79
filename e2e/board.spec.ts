/** The board: what it shows is true now, it says so when it is not, and it can be worked by keyboard and by ear. */
import { expect, type Page } from '@playwright/test';
import type { SessionJson } from '../server/testing/world.ts';
import { type Installation, test } from './fixtures/installation.ts';
import { installStubAgent } from './stub-agent/install-stub-agent.ts';

/** Answers with the dashboard's address. */
async function openBoard(installation: Installation, page: Page): Promise<string> {
  installStubAgent(installation);
  await installation.ok(['start']);
  await installation.ok(['project', 'add', '--path', installation.repo, '--id', 'app', '--agent', 'claude-code']);
  const { pairUrl, url } = await installation.up();
  await page.goto(pairUrl);
  await expect(page).toHaveURL(/\/$/);
  await expect(page.locator('[data-column]').first()).toBeAttached();
  return url;
}

const column = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const card = (page: Page, id: string) => page.locator(`[data-card="${id}"]`);
const icon = (page: Page) => page.locator('link[rel="icon"]');

test('what agents report moves their cards, the tab’s title and icon, and is said aloud; nothing is reloaded', async ({
  installation,
  page,
}) => {
  await openBoard(installation, page);
  await page.evaluate(() => Object.assign(window, { stillHere: true }));
  await expect(page).toHaveTitle('Board · ao');
  await expect(icon(page)).toHaveAttribute('href', '/icons/calm.svg');

  const { id } = await installation.ok<SessionJson>(['spawn', '--project', 'app', '--title', 'Mend the login', '--prompt', 'work']);
  await expect(column(page, 'Working').getByRole('link', { name: /Mend the login/ })).toBeVisible();
  // Until it has said so it only runs, and then it is idle for a moment.
  await expect(card(page, id)).toContainText('Working');
  const say = (text: string) => installation.ok(['send', id, text]);

  await card(page, id).focus();
  await say('ask');
  await expect(column(page, 'Needs you').getByRole('link', { name: /Mend the login/ })).toBeVisible();
  // Whoever was on it is on it still, wherever it went.
  await expect(card(page, id)).toBeFocused();
  await expect(card(page, id)).toContainText('The agent waits for you: permission');
  await expect(page).toHaveTitle('(1) Board · ao');
  await expect(icon(page)).toHaveAttribute('href', '/icons/needs-you.svg');
  await expect(page.getByRole('link', { name: /Board.*1 need you/ })).toBeVisible();
  await expect(page.locator('[aria-live=polite]').filter({ hasText: `Mend the login, ${id}: needs you` })).toBeAttached();

  const mute = await installation.ok<SessionJson>(['spawn', '--project', 'app', '--title', 'Lost its stop hook', '--prompt', 'overdue']);
  await expect(column(page, 'Needs you').locator(`[data-card="${mute.id}"]`)).toContainText('No signal');
  await expect(card(page, mute.id)).toContainText('too long ago to be believed');
  // Who waits for an answer stands before what merely went wrong.
  await expect(column(page, 'Needs you').locator('[data-card]').first()).toHaveAttribute('data-card', id);

  await installation.ok(['rename', mute.id, 'Update the dependencies']);
  await expect(card(page, mute.id)).toContainText('Update the dependencies');
  await installation.ok(['kill', id]);
  await expect(column(page, 'Done').locator(`[data-card="${id}"]`)).toContainText('Ended');
  await expect(page).toHaveTitle('(1) Board · ao');
  expect(await page.evaluate(() => 'stillHere' in window)).toBe(true);
});

test('arrows, j and k move between cards, Enter opens one; single keys rest while somebody types and can be switched off', async ({
  installation,
  page,
}) => {
  const url = await openBoard(installation, page);
  const spawn = async (title: string, prompt: string): Promise<string> =>
    (await installation.ok<SessionJson>(['spawn', '--project', 'app', '--title', title, '--prompt', prompt])).id;
  const [asks, asksToo, works] = [await spawn('First question', 'ask'), await spawn('Second question', 'ask'), await spawn('Busy', 'work')];
  for (const id of [asks, asksToo]) await expect(column(page, 'Needs you').locator(`[data-card="${id}"]`)).toBeVisible();
  // Until it has said so it only runs, and then it is idle for a moment.
  await expect(column(page, 'Working').locator(`[data-card="${works}"]`)).toContainText('Working');

  const order = await column(page, 'Needs you')
    .locator('[data-card]')
    .evaluateAll((cards) => cards.map((each) => each.getAttribute('data-card') ?? ''));
  const [top, below] = [order[0] ?? '', order[1] ?? ''];
  await card(page, top).focus();
  await page.keyboard.press('j');
  await expect(card(page, below)).toBeFocused();
  await page.keyboard.press('k');
  await expect(card(page, top)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(card(page, works)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(card(page, top)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/sessions/${top}$`));

  await page.goto(`${url}/`);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await page.keyboard.press('c');
  await expect(page.getByRole('dialog', { name: /New session/ })).toBeVisible();
  // The field has the keys: a letter is a letter.
  await page.getByLabel('What should it do?').press('s');
  await expect(page.getByLabel('What should it do?')).toHaveValue('s');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.keyboard.press('?');
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('c');
  await page.keyboard.press('s');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(/\/$/);
  // What needs a modifier still works.
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
});

test('the palette lists every action with its shortcut and runs it; a filter narrows the board and survives a reload', async ({
  installation,
  page,
}) => {
  const url = await openBoard(installation, page);
  const ids: string[] = [];
  for (let n = 1; n <= 9; n += 1) {
    const title = n === 4 ? 'Translate the manual' : `Task number ${n}`;
    ids.push((await installation.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'shell', '--title', title])).id);
  }
  await expect(page.locator('[data-card]')).toHaveCount(9);

  await page.keyboard.press('Control+k');
  const options = page.getByRole('option');
  for (const [title, shortcut] of [
    ['New session', 'C'],
    ['Add a project', 'P'],
    ['Board', 'B'],
    ['Settings', 'S'],
    ['Keyboard shortcuts', '?'],
  ] as const)
    await expect(options.filter({ hasText: title }).filter({ has: page.locator('kbd', { hasText: shortcut }) })).toHaveCount(1);
  await page.getByPlaceholder('Type a command').fill('manual');
  await expect(options).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/sessions/${ids[3]}$`));
  await page.getByRole('button', { name: 'Hide the side panel' }).focus();
  await page.keyboard.press('Control+k');
  for (const title of ['Rename the session', 'Show details', 'Show the timeline', 'Show messages', `Kill ${ids[3]}…`])
    await expect(options.filter({ hasText: title })).toHaveCount(1);
  await expect(options.filter({ hasText: 'Resume the agent' })).toContainText('Its agent has not exited');
  await page.getByPlaceholder('Type a command').fill('board');
  await expect(options.first()).toHaveText(/^Board/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/$/);

  await page.getByLabel('Filter the board').fill('translate');
  await expect(page.locator('[data-card]')).toHaveCount(1);
  await expect(column(page, 'Idle')).toContainText('Nothing here matches the filter.');
  await page.reload();
  await expect(page.getByLabel('Filter the board')).toHaveValue('translate');
  await expect(page.locator('[data-card]')).toHaveCount(1);

  // The palette reaches the themes too; the choice is kept, and the system no longer decides.
  await page.emulateMedia({ colorScheme: 'dark' });
  const canvas = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await canvas();
  await page.getByLabel('Filter the board').blur();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Type a command').fill('theme light');
  await page.keyboard.press('Enter');
  await expect.poll(canvas).not.toBe(dark);
  const light = await canvas();

  // Without any of the page's own code: the first thing that is painted is in the chosen theme, in the board's shape.
  await page.route('**/_next/static/**/*.js', (route) => route.abort());
  await page.reload({ waitUntil: 'domcontentloaded' });
  await expect.poll(canvas).toBe(light);
  await expect(page.locator('main .appear-late').first()).toHaveCSS('animation-delay', '0.15s');
  await page.unroute('**/_next/static/**/*.js');
  await page.goto(`${url}/settings`);
  await expect(page.getByRole('radio', { name: 'Light' })).toBeChecked();
  await page.getByRole('radio', { name: 'As the system' }).click();
  await expect.poll(canvas).toBe(dark);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(canvas).toBe(light);
});

test('a board without its daemon is shown as of its time, read only, and goes on when it is back', async ({ installation, page }) => {
  await openBoard(installation, page);
  const { id } = await installation.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'shell', '--title', 'A shell']);
  await expect(card(page, id)).toBeVisible();
  await installation.ok(['stop']);

  await expect(page.getByRole('heading', { name: /The daemon is stopped.*shown as of/ })).toBeVisible();
  await expect(page).toHaveTitle('⏸ Board · ao');
  await expect(icon(page)).toHaveAttribute('href', '/icons/away.svg');
  await expect(card(page, id)).toBeVisible();
  const newSession = page.getByRole('main').getByRole('button', { name: 'New session' });
  await expect(newSession).toHaveAttribute('aria-disabled', 'true');
  await expect(newSession).toHaveAccessibleDescription('The daemon is stopped');
  await newSession.click({ force: true });
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // The same after a reload: what was last seen, not nothing.
  await page.reload();
  await expect(page.getByRole('heading', { name: /shown as of/ })).toBeVisible();
  await expect(card(page, id)).toBeVisible();

  await page.getByRole('button', { name: 'Start the daemon' }).click();
  await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(newSession).not.toHaveAttribute('aria-disabled', 'true');
  await expect(card(page, id)).toContainText('Running');
});

test('on a phone the board is one list, chosen by segments that the address keeps', async ({ installation, browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await openBoard(installation, page);
  const running = await installation.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'shell', '--title', 'A shell']);
  const ended = await installation.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'shell', '--title', 'Over']);
  await installation.ok(['kill', ended.id]);

  // Of the segments the first that has anything.
  await expect(page.getByRole('button', { name: 'Working 1' })).toHaveAttribute('aria-pressed', 'true');
  await expect(card(page, running.id)).toBeVisible();
  await expect(card(page, ended.id)).toBeHidden();
  await page.getByRole('button', { name: 'Done 1' }).tap();
  await expect(card(page, ended.id)).toBeVisible();
  await expect(card(page, running.id)).toBeHidden();
  await page.reload();
  await expect(card(page, ended.id)).toBeVisible();
  await page.getByRole('button', { name: 'Idle 0' }).tap();
  await expect(page.getByText('Nothing is idle.')).toBeVisible();

  await page.getByRole('button', { name: 'Open the sidebar' }).tap();
  await page
    .getByRole('dialog')
    .getByRole('link', { name: /A shell/ })
    .tap();
  await expect(page).toHaveURL(new RegExp(`/sessions/${running.id}$`));
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await context.close();
});
