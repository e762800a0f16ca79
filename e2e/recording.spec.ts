/** From the switch to the moment: a session is recorded, a word that was on its screen is found, played, wound back and taken away. */
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { readCast } from '../server/contract/cast.ts';
import { terminalText, test, typeInTerminal } from './fixtures/installation.ts';
import { openDashboard, openSession, spawnSession } from './fixtures/session-page.ts';

const NEEDLE = 'needle-in-a-haystack';

test('what a session printed is found later, and leads to the moment', async ({ installation, page }) => {
  const url = await openDashboard(installation, page);
  const id = await spawnSession(installation, ['--title', 'Look for it']);

  await test.step('nothing is recorded before somebody wants it', async () => {
    await page.goto(`${url}/sessions/${id}/recording`);
    await expect(page.getByText('Nothing is recorded')).toBeVisible();
    await page.getByRole('link', { name: 'To the settings of the project' }).click();
    await page.getByLabel('Sessions of this project').click();
    await page.getByRole('option', { name: 'Recorded', exact: true }).click();
    await page.getByRole('button', { name: 'Save sessions of this project' }).click();
    await expect(page.getByText('Sessions of this project saved')).toBeVisible();
    await expect.poll(async () => (await installation.ok<{ state: string }>(['record', 'ls', id])).state).toBe('recording');
  });

  await openSession(page, `${url}/sessions/${id}`);
  await typeInTerminal(page, `printf 'needle-%s\\n' in-a-haystack\n`);
  await expect.poll(() => terminalText(page)).toContain(NEEDLE);

  await test.step('found by a part of it, by a text that no query language may see', async () => {
    await expect.poll(async () => (await installation.ok<unknown[]>(['record', 'find', 'dle-in-a-HAY'])).length).toBeGreaterThan(0);
    await page.goto(`${url}/find`);
    await page.getByLabel('Find in recordings').fill('"dle-in-a-hay');
    await expect(page.getByText('Nothing found')).toBeVisible();
    await page.getByLabel('Find in recordings').fill('dle-in-a-hay');
    await expect(page.locator('mark').first()).toHaveText('dle-in-a-hay');
    await page
      .getByRole('link', { name: /Look for it/ })
      .locator('visible=true')
      .last()
      .click();
    await expect(page).toHaveURL(new RegExp(`/sessions/${id}/recording\\?at=[0-9]+$`));
  });

  const position = page.getByRole('slider', { name: 'Position' });
  await test.step('the moment is on the screen; wound back it is not, and played it comes again', async () => {
    await expect.poll(() => terminalText(page)).toContain(NEEDLE);
    await position.press('Home');
    await expect.poll(() => terminalText(page)).not.toContain(NEEDLE);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(() => terminalText(page)).toContain(NEEDLE);
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    await position.press('Home');
    await position.press('End');
    await expect.poll(() => terminalText(page)).toContain(NEEDLE);
  });

  await test.step('it can be taken away', async () => {
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as asciicast' }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^${id}-[0-9]+\\.cast$`));
    const cast = readCast(readFileSync(await download.path(), 'utf8'));
    expect(cast?.events.map(({ data }) => data).join('')).toContain(NEEDLE);
  });
});
