/**
 * Every screen, with a working day's data, on a desk and on a phone, in both themes: nothing that axe finds.
 */
import { type Browser, expect, type Page } from '@playwright/test';
import { type Device, findFaults, newDevice, type Screen, type Size } from './fixtures/accessible.ts';
import { type BusyDay, makeBusyDay } from './fixtures/busy-day.ts';
import { type Installation, test } from './fixtures/installation.ts';

const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();

/** Opens and waits for what is the last to appear on it. */
function screensOf(day: BusyDay): readonly Screen[] {
  const session = async (page: Page, id: string, query = ''): Promise<void> => {
    await page.goto(`/sessions/${id}${query}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  };
  const terminal = (page: Page): Promise<void> => expect(page.locator('.xterm-rows').first()).toContainText(/\S/);
  const palette = async (page: Page, size: Size): Promise<void> => {
    if (size === 'desk') return page.keyboard.press('Control+k');
    await press(page, 'Open the sidebar');
    await press(page, /Search or jump to/);
  };
  const choose = async (page: Page, size: Size, words: string): Promise<void> => {
    await palette(page, size);
    await page.getByPlaceholder('Type a command').fill(words);
    await page.getByRole('option').first().click();
  };
  const board = async (page: Page): Promise<void> => {
    await page.goto('/');
    await expect(page.getByRole('link', { name: /Decide whether old tokens/ }).first()).toBeAttached();
    await expect(page.locator('[data-card]').first()).toBeVisible();
  };
  return [
    { name: 'board', open: board },
    {
      name: 'sidebar',
      only: 'phone',
      open: async (page) => {
        await board(page);
        await press(page, 'Open the sidebar');
        await expect(
          page
            .getByRole('link', { name: /A shell to look around/ })
            .locator('visible=true')
            .first(),
        ).toBeVisible();
      },
    },
    {
      name: 'board-done',
      open: async (page) => {
        await page.goto('/?column=done');
        await expect(page.locator('[data-column=done] [data-card]').first()).toBeVisible();
      },
    },
    {
      name: 'board-nothing-found',
      open: async (page) => {
        await page.goto('/?q=zebra');
        await expect(page.getByText('Nothing here matches the filter.').locator('visible=true').first()).toBeVisible();
      },
    },
    {
      name: 'project',
      open: async (page) => {
        await page.goto('/projects/app');
        await expect(page.locator('[data-card]').first()).toBeVisible();
      },
    },
    {
      name: 'project-menu',
      open: async (page) => {
        await page.goto('/projects/app');
        await press(page, 'More for app');
        await expect(page.getByRole('menuitem', { name: /Remove/ })).toBeVisible();
      },
    },
    {
      name: 'project-settings',
      open: async (page) => {
        await page.goto('/projects/api/settings');
        await expect(page.getByLabel('Environment', { exact: true })).toHaveValue('PATH=/nowhere');
        await page.getByLabel('Environment', { exact: true }).fill('no assignment');
        await expect(page.getByText('is not of the form')).toBeVisible();
      },
    },
    {
      name: 'project-missing',
      open: async (page) => {
        await page.goto('/projects/nowhere');
        await expect(page.getByText('There is no project called nowhere')).toBeVisible();
      },
    },
    {
      name: 'session-running',
      open: async (page) => {
        await session(page, day.running);
        await terminal(page);
      },
    },
    {
      name: 'session-working-long-names',
      open: async (page) => {
        await session(page, day.working);
        await terminal(page);
      },
    },
    { name: 'session-details', only: 'phone', open: (page) => session(page, day.working, '?panel=details') },
    {
      name: 'session-timeline',
      open: async (page) => {
        await session(page, day.needsYou, '?panel=timeline');
        await expect(page.getByText('PermissionRequest').first()).toBeVisible();
      },
    },
    {
      name: 'session-messages-waiting',
      open: async (page) => {
        await session(page, day.needsYou, '?panel=messages');
        await expect(page.getByText('Waiting', { exact: true })).toBeVisible();
      },
    },
    {
      name: 'session-messages-failed',
      open: async (page) => {
        await session(page, day.undelivered, '?panel=messages');
        await expect(page.getByText('Not delivered')).toBeVisible();
      },
    },
    {
      name: 'session-exited',
      open: async (page) => {
        await session(page, day.exited);
        await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
      },
    },
    {
      name: 'session-needs-recovery',
      open: async (page) => {
        await session(page, day.needsRecovery);
        await expect(page.getByRole('button', { name: 'Recover' })).toBeVisible();
      },
    },
    {
      name: 'session-no-signal',
      open: async (page) => {
        await session(page, day.noSignal);
        await expect(page.getByText('No signal').locator('visible=true').first()).toBeVisible();
      },
    },
    {
      name: 'session-ended',
      open: async (page) => {
        await session(page, day.killed);
        await expect(page.getByText('Its worktree is kept')).toBeVisible();
      },
    },
    {
      name: 'session-missing',
      open: async (page) => {
        await session(page, 'app-999');
        await expect(page.getByRole('button', { name: 'To the board' })).toBeVisible();
      },
    },
    {
      name: 'session-menu',
      open: async (page) => {
        await session(page, day.running);
        await press(page, `More for ${day.running}`);
        await expect(page.getByRole('menuitem', { name: 'Kill…' })).toBeVisible();
      },
    },
    {
      name: 'session-history',
      open: async (page) => {
        await session(page, day.running);
        await press(page, 'History');
        await expect(page.getByRole('button', { name: 'Back to live' })).toBeVisible();
        await press(page, 'Find');
        await page.getByLabel('Find in the terminal').fill('row-1');
        await expect(page.getByText(/\d of \d/)).toBeVisible();
      },
    },
    {
      name: 'session-kill',
      open: async (page) => {
        await session(page, day.running);
        await press(page, `More for ${day.running}`);
        await page.getByRole('menuitem', { name: 'Kill…' }).click();
        await expect(page.getByText('Nothing is uncommitted')).toBeVisible();
      },
    },
    {
      name: 'session-rename',
      open: async (page) => {
        await session(page, day.running);
        await press(page, `More for ${day.running}`);
        await page.getByRole('menuitem', { name: 'Rename…' }).click();
        await expect(page.getByLabel('Name of the session')).toBeFocused();
      },
    },
    {
      name: 'palette',
      open: async (page, size) => {
        await board(page);
        await palette(page, size);
        await expect(page.getByRole('option').first()).toBeVisible();
      },
    },
    {
      name: 'shortcuts',
      open: async (page, size) => {
        await board(page);
        await choose(page, size, 'keyboard shortcuts');
        await expect(page.getByRole('switch')).toBeVisible();
      },
    },
    {
      name: 'new-project',
      open: async (page, size) => {
        await board(page);
        await choose(page, size, 'add a project');
        await page.getByLabel('Path of the repository').fill('/nowhere/at/all');
        await page.getByLabel('Path of the repository').blur();
        await expect(page.getByText('does not exist').first()).toBeVisible();
      },
    },
    {
      name: 'new-session',
      open: async (page, size) => {
        await board(page);
        await choose(page, size, 'new session');
        await expect(page.getByLabel('What should it do?')).toBeFocused();
      },
    },
    {
      name: 'settings',
      open: async (page) => {
        await page.goto('/settings');
        await expect(page.getByRole('button', { name: 'Stop the daemon…' })).toBeVisible();
      },
    },
    {
      name: 'settings-agents',
      open: async (page) => {
        await page.goto('/settings/agents');
        await expect(page.getByText('Claude Code')).toBeVisible();
      },
    },
    {
      name: 'settings-devices',
      open: async (page) => {
        await page.goto('/settings/devices');
        await expect(page.getByText('This browser', { exact: true })).toBeVisible();
      },
    },
    {
      name: 'settings-health',
      open: async (page) => {
        await page.goto('/settings/health');
        await expect(page.getByText('It is sound.')).toBeVisible();
      },
    },
    {
      name: 'briefing',
      open: async (page) => {
        await page.goto('/briefing');
        await expect(page.getByText(/ran then|Nothing to report/).first()).toBeVisible();
      },
    },
    {
      name: 'grid',
      open: async (page) => {
        await page.goto('/grid');
        await expect(page.locator('[data-attach="attached"] .xterm-rows').first()).toContainText(/\S/);
      },
    },
    {
      name: 'grid-few',
      open: async (page) => {
        await page.goto(`/grid?show=${day.working},${day.running},${day.killed}`);
        await expect(page.locator('[data-attach="attached"] .xterm-rows').first()).toContainText(/\S/);
      },
    },
    {
      name: 'grid-menu',
      open: async (page) => {
        await page.goto(`/grid?show=${day.running}`);
        await press(page, 'Add a terminal');
        await expect(page.getByRole('menuitem', { name: 'Show whatever runs' })).toBeVisible();
      },
    },
    {
      name: 'grid-none',
      open: async (page) => {
        await page.goto('/grid?show=');
        await expect(page.getByRole('heading', { name: 'No terminal is chosen' })).toBeVisible();
      },
    },
    {
      name: 'recording',
      open: async (page) => {
        await page.goto(`/sessions/${day.running}/recording`);
        await expect(page.locator('[data-recording=drawn]')).toBeVisible();
        await terminal(page);
      },
    },
    {
      name: 'recording-none',
      open: async (page) => {
        await page.goto(`/sessions/${day.needsRecovery}/recording`);
        await expect(page.getByText('Nothing is recorded')).toBeVisible();
      },
    },
    {
      name: 'find',
      open: async (page) => {
        await page.goto('/find?q=stub');
        await expect(page.locator('mark').first()).toBeVisible();
      },
    },
    {
      name: 'find-empty',
      open: async (page) => {
        await page.goto('/find');
        await expect(page.getByText('What was on a screen, and when')).toBeVisible();
      },
    },
    {
      name: 'not-found',
      open: async (page) => {
        await page.goto('/there/is/nothing');
        await expect(page.getByText('There is no such page')).toBeVisible();
      },
    },
    {
      name: 'pair-again',
      open: async (page) => {
        await page.goto('/pair');
        await expect(page.getByText('This browser is paired already.')).toBeVisible();
      },
    },
    {
      // The last: it is remembered.
      name: 'board-with-screens',
      open: async (page) => {
        await board(page);
        const screens = page.getByRole('button', { name: 'Show screens' });
        if ((await screens.getAttribute('aria-pressed')) === 'false') await screens.click();
        await expect(page.locator('[data-peek] .peek-line').locator('visible=true').first()).toContainText(/\S/);
      },
    },
  ];
}

const UNPAIRED: readonly Screen[] = [
  {
    name: 'unpaired',
    open: async (page) => {
      await page.goto('/');
      await expect(page.getByRole('heading', { name: 'This browser is not paired yet' })).toBeVisible();
    },
  },
  {
    name: 'pair-without-link',
    open: async (page) => {
      await page.goto('/pair');
      await expect(page.getByRole('heading', { name: 'This browser is not paired yet' })).toBeVisible();
    },
  },
  {
    name: 'pair-link-spent',
    open: async (page) => {
      await page.goto('/pair#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
      await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
    },
  },
];

const FIRST_RUN: Screen = {
  name: 'first-run',
  open: async (page) => {
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'Add your repository' })).toBeVisible();
  },
};

async function pairedDevice(browser: Browser, size: Size, installation: Installation, url: string): Promise<Device> {
  const device = await newDevice(browser, size, url);
  await device.page.goto((await installation.ok<{ url: string }>(['pair'])).url);
  await expect(device.page).toHaveURL(/\/$/);
  return device;
}

// It would record some sixty pages.
test.use({ trace: 'off' });

test('every screen is accessible and fits, on a desk and on a phone, dark and light', async ({ installation, browser }) => {
  test.setTimeout(600_000);
  await installation.ok(['start']);
  const { url } = await installation.up();
  const paired = [await pairedDevice(browser, 'desk', installation, url), await pairedDevice(browser, 'phone', installation, url)];
  const strangers = [await newDevice(browser, 'desk', url), await newDevice(browser, 'phone', url)];
  const faults: string[] = [];
  for (const device of paired) faults.push(...(await findFaults(device, FIRST_RUN)));
  for (const device of strangers) for (const screen of UNPAIRED) faults.push(...(await findFaults(device, screen)));

  const day = await test.step('a busy day', () => makeBusyDay(installation));
  for (const device of paired)
    for (const screen of screensOf(day).filter(({ only }) => only === undefined || only === device.size))
      await test.step(`${screen.name} on a ${device.size}`, async () => {
        faults.push(...(await findFaults(device, screen)));
      });
  expect(faults).toEqual([]);
  for (const { context } of [...paired, ...strangers]) await context.close();
});
