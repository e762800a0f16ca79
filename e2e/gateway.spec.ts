/** SIGKILL of the gateway: the tabs lose their way to the daemon at once, and the sessions nothing. */
import { expect } from '@playwright/test';
import { isRunning } from '../server/testing/world.ts';
import {
  addSession,
  expectFullGrace,
  expectLive,
  graceOf,
  openBoardWithSession,
  pairPage,
  retryNow,
  test,
} from './fixtures/installation.ts';

test('its daemon ends after the grace; the page says what is missing, and a new gateway brings everything back', async ({
  installation,
  page,
}) => {
  const { id, panes } = await openBoardWithSession(installation, page);
  const pid = installation.daemonPid();

  await installation.killGateway();
  const banner = page.getByRole('region', { name: 'The dashboard’s server does not answer' });
  await expect(banner).toContainText(/Attempt [3-9]\. Next try in [1-5] s\./);
  await expect(banner).toContainText('ao up');
  await expect(page.getByRole('main').getByText('Fix the tests')).toBeVisible();
  expectFullGrace(await graceOf(installation, pid));
  expect(installation.panes()).toEqual(panes);

  await installation.up();
  await retryNow(page, banner);
  expect(installation.daemonPid()).not.toBe(pid);
  expect((await installation.ok<{ id: string }[]>(['ls'])).map((session) => session.id)).toEqual([id]);
  expect(installation.panes()).toEqual(panes);
});

test('one that takes its place in time finds the daemon, and the tabs come back to it', async ({ installation, page }) => {
  // How soon a gateway is up is not what is seen here.
  installation.env['AO_GRACE_MS'] = '30000';
  const { pairUrl } = await installation.up();
  await pairPage(page, pairUrl);
  await addSession(installation);
  const panes = installation.panes();
  const pid = installation.daemonPid();

  await installation.killGateway();
  const { daemon } = await installation.up();
  expect(daemon?.pid).toBe(pid);
  await expectLive(page);
  await expect.poll(async () => (await installation.daemon()).supervisors).toBe(1);
  expect(isRunning(pid)).toBe(true);
  expect(installation.daemonPid()).toBe(pid);
  expect(installation.supervision().at(-1)).toMatchObject({ pid, from: 'grace', to: 'held' });
  expect(installation.panes()).toEqual(panes);
});
