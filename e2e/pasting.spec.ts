/** Pastes: asked about where they are large or run as they come, whole and in order, stoppable, and nothing in them ends them early. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { terminalText, test } from './fixtures/installation.ts';
import { openDashboard, openSession, recorderCommand, spawnSession } from './fixtures/session-page.ts';

/** As the browser's own paste event brings it; the text is made in the page, since 16 MB are slow to send there. */
async function paste(page: Page, text: string, times = 1): Promise<void> {
  await page
    .getByLabel('Terminal input')
    .first()
    .evaluate(
      (field, { part, count }) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', Array.from({ length: count }, (_, line) => part.replace('#', String(line))).join(''));
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      },
      { part: text, count: times },
    );
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

test('a paste of 16 MB is asked about, can be stopped, and arrives whole and in order on a page that stays awake', async ({
  installation,
  page,
}) => {
  test.setTimeout(240_000);
  const url = await openDashboard(installation, page);
  const file = `${installation.root}/received`;
  const id = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(file, 'quiet', 'bracketed')]);
  await openSession(page, `${url}/sessions/${id}`, 'ready');
  const daemon = installation.daemonPid();
  const line = 'line # of a text that somebody pastes, with 世界 in it\n';
  const lines = 300_000;
  const question = page.getByRole('dialog', { name: 'Paste this much?' });
  const progress = page.getByText(/^Pasting .* million characters: \d+ %$/);

  await paste(page, line, lines);
  await expect(question).toBeVisible();
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  expect(sizeOf(file)).toBe(0);

  await paste(page, line, lines);
  await question.getByRole('button', { name: 'Paste' }).click();
  await expect(progress).toBeVisible();
  await expect.poll(() => sizeOf(file)).toBeGreaterThan(200_000);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(progress).toBeHidden();
  await page.keyboard.type('after');
  await expect.poll(() => readFileSync(file, 'utf8').slice(-11)).toBe('\u001b[201~after');
  const stopped = sizeOf(file);
  expect(stopped).toBeLessThan(8_000_000);

  const whole = Array.from({ length: lines }, (_, number) => line.replace('#', String(number)))
    .join('')
    .replaceAll('\n', '\r');
  expect(Buffer.byteLength(whole)).toBeGreaterThan(16_000_000);
  await page.evaluate(() => {
    const seen = { longestMs: 0, lastMs: performance.now() };
    const tick = (): void => {
      const nowMs = performance.now();
      seen.longestMs = Math.max(seen.longestMs, nowMs - seen.lastMs);
      seen.lastMs = nowMs;
      setTimeout(tick, 10);
    };
    Object.assign(window, { seen });
    tick();
  });
  await paste(page, line, lines);
  await question.getByRole('button', { name: 'Paste' }).click();
  await page.evaluate(() => Object.assign((window as unknown as { seen: { longestMs: number } }).seen, { longestMs: 0 }));
  const startedMs = performance.now();
  await expect(progress).toBeVisible();
  await expect(progress).toBeHidden({ timeout: 180_000 });
  const tookMs = performance.now() - startedMs;
  await expect.poll(() => sizeOf(file), { timeout: 60_000 }).toBe(stopped + Buffer.byteLength(whole) + 12);
  expect(sha256(readFileSync(file).subarray(stopped))).toBe(sha256(`\u001b[200~${whole}\u001b[201~`));
  const longestMs = await page.evaluate(() => (window as unknown as { seen: { longestMs: number } }).seen.longestMs);
  const description = `${Math.round(tookMs)} ms, the page's longest silence ${Math.round(longestMs)} ms`;
  test.info().annotations.push({ type: '16 MB pasted', description });
  expect(longestMs).toBeLessThan(1_000);
  expect(installation.daemonPid()).toBe(daemon);
  await expect(page.locator('[data-terminal]')).toHaveAttribute('data-attach', 'attached');
});

test('several lines into a shell are asked about, and nothing in a paste ends it early', async ({ installation, page }) => {
  const url = await openDashboard(installation, page);
  const shell = await spawnSession(installation);
  await openSession(page, `${url}/sessions/${shell}`);
  const question = page.getByRole('dialog', { name: 'Paste 2 lines?' });
  await paste(page, 'echo one-$((1+1))\necho two-$((2+2))\n');
  await expect(question).toContainText('each line runs as soon as it arrives');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  await paste(page, 'echo alone-$((3+3))');
  await expect.poll(() => terminalText(page)).toContain('echo alone-$((3+3))');
  await page.keyboard.press('Enter');
  await expect.poll(() => terminalText(page)).toContain('alone-6');
  expect(await terminalText(page)).not.toContain('one-2');
  await paste(page, 'echo one-$((1+1))\necho two-$((2+2))\n');
  await question.getByRole('button', { name: 'Paste, and do not ask again' }).click();
  await expect.poll(() => terminalText(page)).toContain('two-4');
  await paste(page, 'echo three-$((1+2))\necho four-$((2+2))\n');
  await expect.poll(() => terminalText(page)).toContain('four-4');

  const file = `${installation.root}/received`;
  const agent = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(file, 'bracketed')]);
  await openSession(page, `${url}/sessions/${agent}`, 'ready');
  await paste(page, 'safe\u001b[201~\u009b201~\u0003rm -rf /\nend\t!');
  const typed = '\u001b[200~safe[201~201~rm -rf /\rend\t!\u001b[201~';
  await expect.poll(() => (sizeOf(file) === 0 ? '' : readFileSync(file, 'utf8'))).toBe(typed);
});
