/** Several at one terminal: who looks, whose size it has, who may type; a desk, a phone and `ao attach` at once. */
import { expect, type Page } from '@playwright/test';
import { takeSeat } from '../server/testing/seat.ts';
import { AO } from '../server/testing/world.ts';
import { findFaults, newDevice } from './fixtures/accessible.ts';
import { terminalText, test } from './fixtures/installation.ts';
import { openSession, pair, recorderCommand, spawnSession } from './fixtures/session-page.ts';

const watchers = (page: Page) => page.getByRole('button', { name: /look at this terminal/ });
const note = (page: Page, text: string) => page.getByText(text, { exact: true });

test('each sees who else looks; one keeps the keyboard, others are refused and told, and may take it over', async ({
  installation,
  browser,
}) => {
  test.setTimeout(180_000);
  const { url } = await installation.up();
  const [desk, phone] = await Promise.all([newDevice(browser, 'desk', url), newDevice(browser, 'phone', url)]);
  await pair(installation, desk.page);
  await installation.ok(['project', 'add', '--path', installation.repo, '--id', 'app', '--agent', 'shell']);
  const id = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(`${installation.root}/received`)]);
  const address = `${url}/sessions/${id}`;
  await openSession(desk.page, address, 'ready');
  // Alone with it, nothing of this is there.
  await expect(watchers(desk.page)).toHaveCount(0);

  await pair(installation, phone.page);
  await openSession(phone.page, address, 'ready');
  await using seat = takeSeat([process.execPath, AO, 'attach', id, '--read-only'], { env: installation.env, cwd: installation.repo });
  await seat.sees('Also looking:');
  await expect(watchers(desk.page)).toHaveAccessibleName('3 look at this terminal');

  const onDesk = await findFaults(desk, {
    name: 'session-watched',
    open: async (page) => {
      await watchers(page).click();
      await expect(page.getByText('ao attach, only looks')).toBeVisible();
      await expect(page.getByText('sets the size')).toHaveCount(1);
    },
  });
  await desk.page.getByRole('button', { name: 'Keep the keyboard to myself' }).click();
  await desk.page.keyboard.press('Escape');
  await expect(watchers(desk.page)).toHaveAccessibleName('3 look at this terminal; you keep the keyboard');

  await phone.page.getByLabel('Terminal input').focus();
  await phone.page.keyboard.type('no');
  await expect(phone.page.getByText(/^Not typed: .* keeps the keyboard\.$/)).toBeVisible();
  const onPhone = await findFaults(phone, { name: 'session-keyboard-kept', open: () => Promise.resolve() });
  await desk.page.getByLabel('Terminal input').focus();
  await desk.page.keyboard.type('mine ');
  await expect.poll(() => terminalText(phone.page)).toContain('mine');

  await phone.page.getByRole('button', { name: 'Take over' }).click();
  await expect(desk.page.getByRole('status').filter({ hasText: 'keeps the keyboard' })).toBeVisible();
  await phone.page.getByLabel('Terminal input').focus();
  await phone.page.keyboard.type('taken');
  await expect.poll(() => terminalText(desk.page)).toContain('mine taken');

  // Only looking gives the keyboard back, and the size with it.
  await watchers(phone.page).click();
  await phone.page.getByRole('button', { name: 'Only look' }).click();
  await phone.page.keyboard.press('Escape');
  await expect(note(phone.page, 'You only look')).toBeVisible();
  await expect(watchers(desk.page)).toHaveAccessibleName('3 look at this terminal');
  await expect(phone.page.locator('[data-terminal]')).toHaveAttribute('data-size', 'foreign');
  await expect(desk.page.locator('[data-terminal]')).toHaveAttribute('data-size', 'own');
  expect(await terminalText(desk.page)).not.toContain('no');
  expect([...onDesk, ...onPhone]).toEqual([]);
});
