/** The purpose of the dashboard, as one journey: from the pairing link to a daemon that is killed under somebody's fingers. */
import { expect } from '@playwright/test';
import { terminalText, test, typeInTerminal } from './fixtures/installation.ts';

test('pair, add a repository, start an orchestrator and a worker, type, kill -9 the daemon, go on', async ({ installation, page }) => {
  const { pairUrl } = await installation.up();
  await page.goto(pairUrl);
  await expect(page).toHaveURL(/\/$/);
  expect(page.url()).not.toContain('#');

  await page.getByLabel('Path of the repository').fill(installation.repo);
  await expect(page.getByText('Git repository, on')).toBeVisible();
  await page.getByLabel('Short name').fill('app');
  await page.getByRole('button', { name: 'Add the project' }).click();
  await expect(page).toHaveURL(/\/projects\/app$/);
  await installation.ok(['project', 'set', 'app', '--agent', 'shell', '--orchestrator-agent', 'shell']);

  await page
    .getByRole('button', { name: /orchestrator/i })
    .first()
    .click();
  await expect(page).toHaveURL(/\/sessions\/app/);
  await expect.poll(async () => (await installation.ok<{ id: string }[]>(['ls'])).map((session) => session.id)).toEqual(['app-1']);
  await expect.poll(() => terminalText(page)).toMatch(/[#$] /);
  await typeInTerminal(page, 'echo first-$((40+2))\n');
  await expect.poll(() => terminalText(page)).toContain('first-42');
  const before = installation.panes();

  await installation.killDaemon();
  await typeInTerminal(page, '');
  await expect.poll(async () => (await installation.ok<{ state: string }>(['status'])).state, { timeout: 30_000 }).toBe('ready');
  await expect.poll(() => terminalText(page), { timeout: 30_000 }).toContain('first-42');
  await typeInTerminal(page, 'echo second-$((40+3))\n');
  await expect.poll(() => terminalText(page)).toContain('second-43');
  expect(installation.panes()).toEqual(before);
});
