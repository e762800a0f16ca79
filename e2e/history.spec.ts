/** Reading back: every line the session host keeps, while the program goes on, found by a search, and kept where it was. */
import { expect, type Page } from '@playwright/test';
import { newDevice } from './fixtures/accessible.ts';
import { terminalText, test, typeInTerminal } from './fixtures/installation.ts';
import { openDashboard, openSession, pair, spawnSession, terminal } from './fixtures/session-page.ts';

const back = (page: Page) => page.getByRole('button', { name: /^Back to live/ });

/** The rows of the history that are in sight; empty where none is read. */
async function historyRows(page: Page): Promise<readonly string[]> {
  const rows = await page
    .locator('.ao-history .xterm-rows')
    .evaluateAll((found) => found.flatMap((each) => [...each.children].map((row) => row.textContent ?? '')));
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
}

const ticksOf = (text: string): number => Number(/tick-(\d+)\s*$/.exec(text.trimEnd())?.[1] ?? 0);

test('3,000 lines are scrolled back through and searched while more are printed, and the place is kept', async ({
  installation,
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  const url = await openDashboard(installation, page);
  const other = await spawnSession(installation, ['--title', 'The other one']);
  const id = await spawnSession(installation, ['--title', 'A long one']);
  await openSession(page, `${url}/sessions/${id}`);
  await page.getByRole('button', { name: 'History' }).click();
  await expect(page.getByText('Nothing has scrolled off the screen yet.')).toBeVisible();
  await typeInTerminal(page, 'clear; seq -f "line-%.0f here" 3000; (n=0; while sleep 0.4; do n=$((n+1)); echo tick-$n; done) &\n');
  await expect.poll(async () => ticksOf(await terminalText(page))).toBeGreaterThan(0);

  // The wheel leads in and further up, Home to the first line.
  await page.mouse.wheel(0, -100);
  await expect(back(page)).toBeVisible();
  const entered = await historyRows(page);
  await page.mouse.wheel(0, -100);
  await expect.poll(async () => (await historyRows(page))[0]).not.toBe(entered[0]);
  await page.keyboard.press('Home');
  await expect.poll(async () => (await historyRows(page)).slice(0, 40)).toContain('line-1 here');
  const seen = await historyRows(page);
  const before = ticksOf(await terminalText(page));
  await expect.poll(async () => ticksOf(await terminalText(page))).toBeGreaterThan(before + 2);
  expect(await historyRows(page)).toEqual(seen);
  await expect(page.getByText('the program goes on below')).toBeVisible();

  await page.keyboard.press('Control+Shift+F');
  await page.getByLabel('Find in the terminal').fill('line-1234 h');
  await expect(page.getByText('1 of 1', { exact: true })).toBeVisible();
  expect((await historyRows(page)).join('\n')).toContain('line-1234 here');
  // From where one is, upwards: of 111 places those above line 1234.
  await page.getByLabel('Find in the terminal').fill('LINE-29');
  await expect(page.getByText('11 of 111', { exact: true })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('10 of 111', { exact: true })).toBeVisible();
  await page.keyboard.press('Shift+Enter');
  await expect(page.getByText('11 of 111', { exact: true })).toBeVisible();
  await page.getByLabel('Find in the terminal').fill('line-1234 h');
  await expect(page.getByText('1 of 1', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Terminal input')).toBeFocused();

  // Another session and back: the same rows, and what is live there is live.
  const place = await historyRows(page);
  expect(place.join('\n')).toContain('line-1234 here');
  await page
    .getByRole('link', { name: /The other one/ })
    .first()
    .click();
  await expect.poll(() => terminalText(page)).toMatch(/^[#$] /m);
  await expect(page.locator(`[data-terminal="${other}"]`)).toHaveAttribute('data-history', 'closed');
  await page
    .getByRole('link', { name: /A long one/ })
    .first()
    .click();
  await expect(back(page)).toBeVisible();
  expect(await historyRows(page)).toEqual(place);

  // Down to what was printed meanwhile, and from the end of that to the live screen.
  await page.keyboard.press('PageDown');
  await expect.poll(() => historyRows(page)).not.toEqual(place);
  await back(page).click();
  await expect(terminal(page)).toHaveAttribute('data-history', 'closed');
  await page.keyboard.press('Shift+PageUp');
  await expect(back(page)).toBeVisible();
  await expect
    .poll(async () => {
      await page.keyboard.press('PageDown');
      return await terminal(page).getAttribute('data-history');
    })
    .toBe('closed');
  for (const key of ['End', 'Escape'])
    await test.step(`${key} leads back`, async () => {
      await page.keyboard.press('Shift+PageUp');
      await expect(back(page)).toBeVisible();
      await page.keyboard.press(key);
      await expect(terminal(page)).toHaveAttribute('data-history', 'closed');
    });

  // What is typed is for the program, and shows it.
  await page.keyboard.press('Shift+PageUp');
  await expect(back(page)).toBeVisible();
  await page.keyboard.type('kill %1; printf "\\033[?1000h\\033[?1006h"; echo has-mouse; cat -v\n');
  await expect(terminal(page)).toHaveAttribute('data-history', 'closed');
  await expect.poll(() => terminalText(page)).toMatch(/^has-mouse/m);

  // A program that has the mouse has the wheel; the button leads in all the same.
  await terminal(page).hover();
  await page.mouse.wheel(0, -100);
  await page.keyboard.press('Enter');
  await expect.poll(() => terminalText(page)).toContain('^[[<64;');
  await expect(terminal(page)).toHaveAttribute('data-history', 'closed');
  await page.getByRole('button', { name: 'History' }).click();
  await expect(back(page)).toBeVisible();

  const phone = await newDevice(browser, 'phone', url);
  await pair(installation, phone.page);
  await openSession(phone.page, `${url}/sessions/${id}`, '^[[<64;');
  const finger = await phone.context.newCDPSession(phone.page);
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: readonly { x: number; y: number }[]) =>
    await finger.send('Input.dispatchTouchEvent', { type, touchPoints: [...touchPoints] });
  await touch('touchStart', { x: 180, y: 300 });
  for (let y = 320; y < 600; y += 20) await touch('touchMove', { x: 180, y });
  await touch('touchEnd');
  await expect(back(phone.page)).toBeVisible();
  // Whoever takes hold of it sizes it, and nobody takes that back by himself.
  await expect(terminal(phone.page)).toHaveAttribute('data-size', 'own');
  await expect.poll(async () => (await historyRows(phone.page)).join('\n')).toMatch(/line-2\d\d\d here|tick-/);
  await expect(phone.page.getByLabel('Terminal input')).not.toBeFocused();
  await back(phone.page).tap();
  await expect(terminal(phone.page)).toHaveAttribute('data-history', 'closed');
  await phone.context.close();
});
