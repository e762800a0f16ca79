import { expect } from '@playwright/test';
import { terminalText, test, typeInTerminal } from './fixtures/installation.ts';
import { openDashboard, openSession, spawnSession, terminal } from './fixtures/session-page.ts';
test('tmp', async ({ installation, page }) => {
  page.on('console', (m) => console.log('C', m.text()));
  page.on('pageerror', (m) => console.log('E', m.message, m.stack));
  const url = await openDashboard(installation, page);
  const id = await spawnSession(installation, ['--title', 'A long one']);
  await openSession(page, `${url}/sessions/${id}`);
  await typeInTerminal(page, 'clear; seq -f "line-%.0f here" 3000; (n=0; while sleep 0.1; do n=$((n+1)); echo tick-$n; done) &\n');
  await expect.poll(async () => (await terminalText(page))).toContain('tick-3');
  await page.mouse.wheel(0, -100);
  for (let n = 0; n < 6; n += 1) {
    await page.waitForTimeout(400);
    console.log(n, await page.evaluate(() => {
      const h = document.querySelector('.ao-history .xterm-rows');
      const se = document.querySelector('.ao-history .xterm-scrollable-element');
      const el = document.elementFromPoint(600, 400);
      return [h?.children[0]?.textContent, h?.children.length, se?.getBoundingClientRect().height, el?.className, document.querySelector('[role=status]')?.parentElement?.textContent, [...document.querySelectorAll('.ao-history .slider')].map((x) => (x as HTMLElement).style.cssText)];
    }));
    await page.mouse.wheel(0, -20_000);
  }
  await page.screenshot({ path: '/tmp/h2t/a.png' });
});
