/** After a reboot one screen says what came back, how, and what needs somebody, until it is dismissed. */
import { expect } from '@playwright/test';
import { findFaults, newDevice, type Screen } from './fixtures/accessible.ts';
import { test } from './fixtures/installation.ts';

test('a reboot: the briefing names each session and what became of it, and is gone once dismissed', async ({
  installation,
  page,
  browser,
}) => {
  const { pairUrl, url } = await installation.up();
  await page.goto(pairUrl);
  await expect(page).toHaveURL(/\/$/);
  await installation.ok(['start']);
  await installation.ok(['project', 'add', '--path', installation.repo, '--id', 'app', '--agent', 'shell']);
  const spawn = async (...args: string[]): Promise<string> =>
    (await installation.ok<{ id: string }>(['spawn', '--project', 'app', ...args])).id;
  const shell = await spawn('--title', 'a plain shell');
  const promptless = await spawn('--agent', 'custom', '--command', 'sleep 10000', '--title', 'no prompt to replay');
  await page.goto(`${url}/briefing`);
  await expect(page.getByText('Nothing to report')).toBeVisible();

  await installation.reboot();
  const { url: again } = await installation.up();
  await page.goto(again);
  await expect(page.getByRole('region', { name: 'Briefing' })).toContainText('2 sessions ran then: 1 is back, 1 needs you.', {
    timeout: 30_000,
  });
  await page.getByRole('link', { name: 'Read the briefing' }).click();
  await expect(page.getByRole('region', { name: 'Brought back' }).getByRole('link', { name: new RegExp(shell) })).toContainText(
    'Started anew',
  );
  const needy = page.getByRole('region', { name: 'Needs you' }).getByRole('link', { name: new RegExp(promptless) });
  await expect(needy).toContainText('Ended: nothing to resume from');
  await expect(needy).toContainText('SESSION_NOT_RESUMABLE');

  const screens: readonly Screen[] = [
    {
      name: 'briefing-bar',
      open: async (screen) => {
        await screen.goto('/');
        await expect(screen.getByRole('region', { name: 'Briefing' })).toBeVisible();
      },
    },
    {
      name: 'briefing',
      open: async (screen) => {
        await screen.goto('/briefing');
        await expect(screen.getByRole('region', { name: 'Needs you' })).toBeVisible();
      },
    },
  ];
  for (const size of ['desk', 'phone'] as const) {
    const device = await newDevice(browser, size, again);
    await device.page.goto((await installation.ok<{ url: string }>(['pair'])).url);
    await expect(device.page).toHaveURL(/\/$/);
    for (const screen of screens) expect(await findFaults(device, screen)).toEqual([]);
    await device.context.close();
  }

  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.locator('[data-card]').first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Briefing' })).toHaveCount(0);
  await page.reload();
  await expect(page.locator('[data-card]').first()).toBeVisible();
  await page.goto(`${again}/briefing`);
  await expect(page.getByText('Nothing to report')).toBeVisible();
});
