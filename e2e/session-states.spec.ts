/** What a session's page says in each of its states, and the way on from each. */
import { renameSync, writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { signal } from '../server/testing/world.ts';
import { type Installation, terminalText, test, typeInTerminal } from './fixtures/installation.ts';
import { openDashboard, openSession, spawnSession, terminal } from './fixtures/session-page.ts';

const idsOf = async (installation: Installation): Promise<readonly string[]> =>
  (await installation.ok<{ id: string }[]>(['ls', '--all'])).map(({ id }) => id);

test('an exit, a kill from outside, a restore, a rename and a kill from the page: each is said where the user looks', async ({
  installation,
  page,
}) => {
  test.setTimeout(180_000);
  const url = await openDashboard(installation, page);
  const id = await spawnSession(installation);
  await openSession(page, `${url}/sessions/${id}`);

  await typeInTerminal(page, 'echo last-$((40+2)); exit 3\n');
  const notice = page.getByRole('status').filter({ hasText: 'The agent exited with code 3' });
  await expect(notice).toBeVisible();
  await expect(notice).toContainText('Resume starts the agent again in the same place');
  expect(await terminalText(page)).toContain('last-42');
  await notice.getByRole('button', { name: 'Resume' }).click();
  await expect(notice).toBeHidden();
  await expect(terminal(page)).toHaveAttribute('data-attach', 'attached');
  await expect.poll(() => terminalText(page)).toMatch(/^[#$] /m);
  await page.keyboard.type('echo again-$((40+3))\n');
  await expect.poll(() => terminalText(page)).toContain('again-43');
  expect(await idsOf(installation)).toEqual([id]);

  await page.getByRole('heading', { level: 1 }).hover();
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name of the session').fill('Fix the login');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Fix the login');
  await expect(page.getByRole('button', { name: 'Rename' })).toBeFocused();
  await expect(page).toHaveTitle(/Fix the login/);
  expect((await installation.ok<{ title: string }>(['get', id])).title).toBe('Fix the login');

  await typeInTerminal(page, 'echo work > kept.txt; echo done-$((1+1))\n');
  await expect.poll(() => terminalText(page)).toContain('done-2');
  await page.getByRole('button', { name: `More for ${id}` }).click();
  await page.getByRole('menuitem', { name: 'Kill…' }).click();
  const dialog = page.getByRole('alertdialog');
  const { branch } = await installation.ok<{ branch: string }>(['get', id]);
  for (const text of ['Fix the login', id, branch, 'One file is not committed', 'kept.txt']) await expect(dialog).toContainText(text);
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await dialog.getByRole('button', { name: `Kill ${id}` }).click();
  await expect(
    page
      .getByText('Fix the login has ended')
      .or(page.getByText(`${id} has ended`))
      .first(),
  ).toBeVisible();
  await expect(page.getByText('Its worktree is kept, with what was not committed')).toBeVisible();

  await page.getByRole('button', { name: 'Restore it' }).click();
  await expect(terminal(page)).toHaveAttribute('data-attach', 'attached');
  await expect.poll(() => terminalText(page)).toMatch(/^[#$] /m);
  await page.locator('.xterm').click();
  await page.keyboard.type('cat kept.txt\n');
  await expect.poll(() => terminalText(page)).toMatch(/^work/m);
  expect(await idsOf(installation)).toEqual([id]);

  await installation.ok(['kill', id]);
  await expect(page.getByText(`${id} has ended`)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Restore it' })).toBeEnabled();

  await page.goto(`${url}/sessions/app-99`);
  await expect(page.getByText('There is no session called app-99')).toBeVisible();
  await expect(page.getByRole('button', { name: 'To the board' })).toBeVisible();
});

test('a session that cannot be brought back says why, and Recover works once that is mended', async ({ installation, page }) => {
  const url = await openDashboard(installation, page);
  const id = await spawnSession(installation);
  await openSession(page, `${url}/sessions/${id}`);
  const { workspacePath } = await installation.ok<{ workspacePath: string }>(['get', id]);
  writeFileSync(`${workspacePath}/work.txt`, 'work');

  // As after a reboot, with the repository's disk not there.
  renameSync(workspacePath, `${installation.root}/worktree-away`);
  renameSync(installation.repo, `${installation.repo}-away`);
  signal(installation.tmuxPid(), 'SIGKILL');
  await installation.killDaemon();
  const notice = page.getByRole('status').filter({ hasText: 'It could not be brought back' });
  await expect(notice).toBeVisible({ timeout: 45_000 });
  await expect(notice).toContainText(`Put the repository back at ${installation.repo}`);

  renameSync(`${installation.repo}-away`, installation.repo);
  renameSync(`${installation.root}/worktree-away`, workspacePath);
  await notice.getByRole('button', { name: 'Recover' }).click();
  await expect(notice).toBeHidden();
  await expect(terminal(page)).toHaveAttribute('data-attach', 'attached');
  await page.locator('.xterm').click();
  await page.keyboard.type('cat work.txt\n');
  await expect.poll(() => terminalText(page)).toMatch(/^work/m);
  expect(await idsOf(installation)).toEqual([id]);
});
