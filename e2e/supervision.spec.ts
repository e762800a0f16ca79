/** The tab is what holds the daemon up: it goes five seconds after the last one, and the sessions do not. */

import { expect } from '@playwright/test';
import { isRunning } from '../server/testing/world.ts';
import { test } from './fixtures/installation.ts';

test('closing the last tab ends the daemon after the grace, and no session; the next visit brings it back', async ({
  installation,
  context,
  page,
}) => {
  const { pairUrl, url } = await installation.up();
  await page.goto(pairUrl);
  await expect(page).toHaveURL(/\/$/);
  await installation.ok(['project', 'add', '--path', installation.repo, '--id', 'app', '--agent', 'shell']);
  const session = await installation.ok<{ id: string }>(['spawn', '--project', 'app']);
  await expect.poll(async () => (await installation.ok<{ supervisors: number }>(['status'])).supervisors).toBe(1);
  const panes = installation.panes();
  const pid = installation.daemonPid();

  const second = await context.newPage();
  await second.goto(url);
  await expect.poll(async () => (await installation.ok<{ supervisors: number }>(['status'])).supervisors).toBe(2);
  await page.close();
  await expect.poll(async () => (await installation.ok<{ supervisors: number }>(['status'])).supervisors).toBe(1);

  const leftMs = performance.now();
  await second.close();
  await expect.poll(() => isRunning(pid), { intervals: [50], timeout: 15_000 }).toBe(false);
  const tookMs = performance.now() - leftMs;
  expect(tookMs).toBeGreaterThan(4_500);
  expect(tookMs).toBeLessThan(7_000);
  expect(installation.panes()).toEqual(panes);

  const third = await context.newPage();
  await third.goto(url);
  await expect.poll(async () => (await installation.ok<{ state: string }>(['status'])).state).toBe('ready');
  await expect(third.getByText(session.id).first()).toBeVisible();
  expect(installation.daemonPid()).not.toBe(pid);
  expect(installation.panes()).toEqual(panes);
});
