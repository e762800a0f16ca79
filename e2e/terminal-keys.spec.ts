/** The keyboard in and out of the terminal, search, links, copying, text size; and the key bar of a phone. */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { terminalText, test, typeInTerminal } from './fixtures/installation.ts';
import { openDashboard, openSession, recorderCommand, spawnSession, terminal } from './fixtures/session-page.ts';

const input = (page: Page) => page.getByLabel('Terminal input');
const size = (page: Page) => page.getByTitle('Columns × rows');

/** Where the terminal shows this text last. */
async function clickText(page: Page, text: string, clickCount = 1): Promise<void> {
  const at = await page.locator('.xterm-rows').evaluate((rows, wanted) => {
    const row = [...rows.children].findLast((each) => each.textContent?.includes(wanted));
    if (row === undefined) throw new Error(`The terminal does not show ${wanted}`);
    const box = row.firstElementChild?.getBoundingClientRect() ?? row.getBoundingClientRect();
    const cell = box.width / (row.firstElementChild?.textContent?.length ?? 1);
    return { x: box.left + ((row.textContent?.indexOf(wanted) ?? 0) + 1.5) * cell, y: box.top + box.height / 2 };
  }, text);
  await page.mouse.move(at.x - 5, at.y);
  await page.mouse.move(at.x, at.y);
  await page.mouse.click(at.x, at.y, { clickCount });
}

test('keys belong to the program, a shown chord leads out, and search, links, copying and text size work', async ({
  installation,
  page,
  context,
}) => {
  test.setTimeout(180_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const url = await openDashboard(installation, page);
  const file = `${installation.root}/received`;
  const agent = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(file)]);
  await openSession(page, `${url}/sessions/${agent}`, 'ready');
  await expect(input(page)).toBeFocused();

  // Single-key shortcuts of the page, Tab both ways, Escape, the chords that belong to a shell.
  await page.keyboard.type('cdflmrt?/');
  for (const key of ['Tab', 'Shift+Tab', 'Escape', 'Control+K', 'Control+C', 'Control+R', 'Alt+b', 'ArrowUp', 'F5', 'Backspace', 'Enter'])
    await page.keyboard.press(key);
  const typed = 'cdflmrt?/\t\u001b[Z\u001b\u000b\u0003\u0012\u001bb\u001b[A\u001b[15~\u007f\r';
  await expect.poll(() => readFileSync(file, 'latin1')).toBe(typed);
  await expect(input(page)).toBeFocused();
  expect(page.url()).toBe(`${url}/sessions/${agent}`);

  // An input method: what is composed is shown, and only what it ends with is typed, once.
  const keyboard = await context.newCDPSession(page);
  for (const text of ['に', 'にほ', '日本'])
    await keyboard.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await expect(page.locator('.composition-view')).toHaveText('日本');
  await keyboard.send('Input.insertText', { text: '日本語' });
  const composed = `${typed}${Buffer.from('日本語').toString('latin1')}`;
  await page.keyboard.press('Tab');
  await expect.poll(() => readFileSync(file, 'latin1')).toBe(`${composed}\t`);

  const way = page.getByRole('button', { name: /To leave the terminal Ctrl ⇧ E/ });
  await expect(way).toBeVisible();
  await page.keyboard.press('Control+Shift+E');
  await expect(page.getByRole('button', { name: 'Type in the terminal' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Find' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeHidden();
  await page.keyboard.press('t');
  await expect(input(page)).toBeFocused();
  await page.keyboard.press('Control+Shift+K');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeHidden();
  await expect(input(page)).toBeFocused();
  expect(readFileSync(file, 'latin1')).toBe(`${composed}\t`);

  const shell = await spawnSession(installation);
  await openSession(page, `${url}/sessions/${shell}`);
  await typeInTerminal(page, 'clear; for n in 1 2 3; do echo needle-$n; done; echo http://127.0.0.1:9/open http://me@127.0.0.1:9/asked\n');
  await expect.poll(() => terminalText(page)).toContain('needle-3');

  await page.keyboard.press('Control+Shift+F');
  await page.getByLabel('Find in the terminal').fill('needle-');
  await expect(page.getByText(/\d of 3/)).toBeVisible();
  const first = await page.getByText(/\d of 3/).textContent();
  await page.keyboard.press('Enter');
  await expect(page.getByText(/\d of 3/)).not.toHaveText(first ?? '');
  await page.getByLabel('Find in the terminal').fill('nowhere');
  await expect(page.getByText('Not found')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(input(page)).toBeFocused();

  await clickText(page, 'needle-2', 2);
  await page.keyboard.press('Control+Shift+C');
  await expect(page.getByText('Copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^needle/);
  await page.evaluate(() => navigator.clipboard.writeText('echo pasted-$((1+1))'));
  await page.keyboard.press('Control+Shift+V');
  await expect.poll(() => terminalText(page)).toContain('echo pasted-$((1+1))');
  await page.keyboard.press('Enter');
  await expect.poll(() => terminalText(page)).toContain('pasted-2');

  // Links are words of a program: one that is what it says opens, one that may deceive asks.
  const opened = context.waitForEvent('page');
  await clickText(page, ':9/open');
  expect((await opened).url()).toMatch(/127\.0\.0\.1:9\/open|chrome-error/);
  await (await opened).close();
  await clickText(page, ':9/asked');
  const question = page.getByRole('dialog', { name: 'Open this link?' });
  await expect(question).toContainText('with a name in front of it');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  expect(context.pages()).toHaveLength(1);

  const before = await size(page).textContent();
  await page.getByRole('button', { name: /^Larger text \(now 13\)/ }).click();
  await expect(size(page)).not.toHaveText(before ?? '');
  const larger = await size(page).textContent();
  await page.reload();
  await expect(page.getByRole('button', { name: /^Larger text \(now 14\)/ })).toBeVisible();
  await expect(size(page)).toHaveText(larger ?? '');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('the key bar types what it says, and the terminal is in sight', async ({ installation, page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const url = await openDashboard(installation, page);
    const file = `${installation.root}/received`;
    const agent = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(file)]);
    await openSession(page, `${url}/sessions/${agent}`, 'ready');
    const bar = page.getByRole('toolbar', { name: 'Keys' });
    await terminal(page).tap();
    for (const name of ['Escape', 'Tab', 'Left arrow', 'Up arrow', 'Down arrow', 'Right arrow', 'Control C']) {
      await bar.getByRole('button', { name, exact: true }).tap();
      await expect(input(page)).toBeFocused();
    }
    const control = bar.getByRole('button', { name: 'Control, for the next key' });
    await control.tap();
    await expect(control).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.type('da');
    await expect(control).toHaveAttribute('aria-pressed', 'false');
    await page.evaluate(() => navigator.clipboard.writeText('pasted'));
    await bar.getByRole('button', { name: 'Paste' }).tap();
    const typed = '\u001b\t\u001b[D\u001b[A\u001b[B\u001b[C\u0003\u0004apasted';
    await expect.poll(() => readFileSync(file, 'latin1')).toBe(typed);

    const text = await page.locator('.xterm-rows').boundingBox();
    const keys = await bar.boundingBox();
    expect(text?.width).toBeGreaterThan(340);
    expect((text?.y ?? 0) + (text?.height ?? 0)).toBeLessThanOrEqual(keys?.y ?? 0);
    expect((keys?.y ?? 0) + (keys?.height ?? 0)).toBeLessThanOrEqual(844);
    for (const key of await bar.getByRole('button').all()) expect((await key.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  });
});
