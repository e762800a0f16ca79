/** Who is let in, and what everybody else is told: the link, its abuse, an unpaired browser, a revoked one, a name that is not ours. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, expect, type Page } from '@playwright/test';
import { addSession, expectLive, pairPage, test } from './fixtures/installation.ts';

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

test('S4: a link lets one browser in, once; used, expired and wrong ones say what to do, and start no daemon', async ({
  installation,
  browser,
  page,
}) => {
  const { pairUrl, url } = await installation.up();
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${url}/pair#${'x'.repeat(27)}`);
  await expectRefused(stranger, 'This pairing link was used already, has expired, or was never made here.');
  await stranger.goto(`${url}/pair#short`);
  await expectRefused(stranger, 'This pairing link is not whole.');
  expireLinks(installation.dataDir);
  await stranger.goto(pairUrl);
  await expectRefused(stranger, 'This pairing link was used already, has expired, or was never made here.');
  expect(await installation.daemon()).toMatchObject({ state: 'stopped' });

  const { url: link } = await installation.ok<{ url: string }>(['pair']);
  await pairPage(page, link);
  expect(page.url()).toBe(`${url}/`);
  await page.goBack();
  expect(page.url(), 'it is not in the history').not.toContain(link.split('#')[1]);
  await stranger.goto(link);
  await expectRefused(stranger, 'This pairing link was used already, has expired, or was never made here.');
  // The browser that it did let in is where it wants to be.
  await page.goto(link);
  await expect(page).toHaveURL(`${url}/`);
  await expectLive(page);

  async function expectRefused(tab: Page, why: string): Promise<void> {
    await expect(tab.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
    await expect(tab.getByText(why)).toBeVisible();
    await expect(tab.getByText('ao pair', { exact: true })).toBeVisible();
    expect(tab.url()).toBe(`${url}/pair`);
  }
});

/** As if their ten minutes were over. */
function expireLinks(dataDir: string): void {
  const folder = join(dataDir, 'pairing');
  const names = readdirSync(folder);
  expect(names).toHaveLength(1);
  for (const name of names) writeFileSync(join(folder, name), `${Date.now() - 1}\n`);
}

test('an unpaired browser is told what to do on every page, and goes on there once it is paired; a revoked one loses all at once', async ({
  installation,
  browser,
  page,
}) => {
  const { pairUrl, url } = await installation.up();
  await page.goto(`${url}/`);
  await expect(title(page, 'This browser is not paired yet')).toBeVisible();
  await page.goto(`${url}/sessions/app-1`);
  await expect(title(page, 'This browser is not paired yet')).toBeVisible();
  await expect(page.getByText('ao pair', { exact: true })).toBeVisible();
  expect(await installation.daemon()).toMatchObject({ state: 'stopped' });

  const second = await page.context().newPage();
  await pairPage(second, pairUrl);
  await addSession(installation);
  await expectLive(page);
  await expect(page.getByRole('heading', { name: 'Fix the tests' })).toBeVisible();

  const { url: link } = await installation.ok<{ url: string }>(['pair']);
  const other = await (await browser.newContext()).newPage();
  await pairPage(other, link);
  const devices = await installation.ok<{ id: string; createdAt: string }[]>(['devices']);
  expect(devices).toHaveLength(2);
  const [first] = devices.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  await installation.ok(['devices', 'revoke', first?.id ?? '']);
  for (const tab of [page, second]) {
    await expect(title(tab, 'This browser is not let in any more')).toBeVisible();
    await expect(tab.getByText('Fix the tests')).toHaveCount(0);
  }
  await page.reload();
  await expect(title(page, 'This browser is not let in any more')).toBeVisible();
  await expect(page.getByText('Fix the tests')).toHaveCount(0);
  await expectLive(other);

  const again = await installation.ok<{ url: string }>(['pair']);
  await pairPage(second, again.url);
  await expectLive(page);
});

test('S2: under a name that is not ours a person reads which one is, and how to allow this one', async ({
  installation,
  launchOptions,
}) => {
  const { url } = await installation.up();
  const foreign = url.replace('localhost', 'box.example');
  const args = [...(launchOptions.args ?? []), '--host-resolver-rules=MAP box.example 127.0.0.1'];
  const browser = await chromium.launch({ ...launchOptions, args });
  try {
    const page = await browser.newPage();
    expect((await page.goto(foreign))?.status()).toBe(421);
    await expect(title(page, 'Agent Orchestrator is not known by this name')).toBeVisible();
    await expect(page.getByText(/^AO_ALLOWED_HOSTS=box\.example\S* .* ao up$/)).toBeVisible();
    const state = await page.request.get(`${url}/gateway/state`, { headers: { host: 'box.example' } });
    expect([state.status(), await state.json()]).toMatchObject([421, { error: { code: 'HOST_REFUSED' } }]);
    await page.getByRole('link', { name: url }).click();
    await expect(title(page, 'This browser is not paired yet')).toBeVisible();

    // The fix, as it is printed.
    await page.goto(foreign);
    const command = (await page.locator('pre').textContent()) ?? '';
    await installation.killGateway();
    Object.assign(installation.env, Object.fromEntries([...command.matchAll(/(AO_\w+)=(\S+)/g)].map(([, name, value]) => [name, value])));
    const { pairUrl } = await installation.up();
    await pairPage(page, pairUrl.replace('localhost', 'box.example'));
    expect(page.url()).toBe(`${foreign}/`);
    expect(await installation.daemon()).toMatchObject({
      supervisors: 1,
      holders: [{ detail: expect.stringMatching(/^a browser behind box\.example/) }],
    });
  } finally {
    await browser.close();
  }
});
