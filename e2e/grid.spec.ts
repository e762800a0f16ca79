/** Many sessions at a glance: terminals side by side, and screens on the board's cards. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { expectLive, type Installation, test } from './fixtures/installation.ts';
import { openDashboard, recorderCommand, spawnSession } from './fixtures/session-page.ts';

const tile = (page: Page, id: string) => page.locator(`[data-tile="${id}"]`);
const name = (page: Page, id: string) => tile(page, id).locator('[data-tile-entry]');
const input = (page: Page, id: string) => tile(page, id).getByLabel('Terminal input');
const shownIds = (page: Page) => page.locator('[data-tile]').evaluateAll((tiles) => tiles.map((each) => each.getAttribute('data-tile')));
const screenOf = async (page: Page, id: string): Promise<string> =>
  ((await tile(page, id).locator('.xterm-rows').textContent()) ?? '').replaceAll('\u00a0', ' ');

/** As the session host has it, whoever looks. */
function sizeOf(installation: Installation, id: string): string {
  const { stdout } = spawnSync(
    'tmux',
    ['-S', installation.tmuxSocket(), 'display-message', '-p', '-t', `=${id}:`, '#{pane_width}x#{pane_height}'],
    {
      encoding: 'utf8',
    },
  );
  return stdout.trim();
}

test('terminals side by side are live, typed into one by one by keyboard, and sized by none that only looks', async ({
  installation,
  page,
}) => {
  test.setTimeout(180_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const url = await openDashboard(installation, page);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await page.keyboard.press('g');
  await expect(page).toHaveURL(`${url}/grid`);
  await expect(page.getByRole('heading', { name: 'Nothing is running' })).toBeVisible();

  const [fileA, fileB] = [`${installation.root}/a`, `${installation.root}/b`];
  const a = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(fileA)]);
  const b = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(fileB)]);
  const counting = 'n=0; while :; do n=$((n+1)); echo tick-$n; sleep 0.3; done';
  const c = await spawnSession(installation, ['--agent', 'custom', '--command', counting]);
  const before = [a, b, c].map((id) => sizeOf(installation, id));

  for (const id of [a, b]) await expect.poll(() => screenOf(page, id)).toContain('ready');
  const latest = async (): Promise<number> =>
    Math.max(0, ...[...(await screenOf(page, c)).matchAll(/tick-(\d+)/g)].map(([, n]) => Number(n)));
  const seen = await latest();
  await expect.poll(latest).toBeGreaterThan(seen + 3);
  expect([a, b, c].map((id) => sizeOf(installation, id))).toEqual(before);
  // All of its width is drawn, however small, and its letters stand apart: where motion is reduced xterm measured them too early.
  const drawn = await tile(page, c)
    .locator('.ao-terminal')
    .evaluate((place) => ({
      tooWide: place.scrollWidth - place.clientWidth,
      spacing: Number.parseFloat(place.querySelector<HTMLElement>('.xterm-rows')?.style.letterSpacing ?? ''),
    }));
  expect(drawn.tooWide).toBeLessThanOrEqual(1);
  expect(Math.abs(drawn.spacing)).toBeLessThan(0.3);

  await page.keyboard.press('Control+Shift+L');
  await expect(name(page, a)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(input(page, a)).toBeFocused();
  await expect(tile(page, a).getByText('To leave')).toBeVisible();
  expect(sizeOf(installation, a)).toBe(before[0]);
  await page.keyboard.type('gfor-a');
  await expect.poll(() => readFileSync(fileA, 'utf8')).toBe('gfor-a');
  await expect.poll(() => sizeOf(installation, a)).not.toBe(before[0]);

  await page.keyboard.press('Control+Shift+L');
  await expect(input(page, b)).toBeFocused();
  await page.keyboard.type('for-b');
  await expect.poll(() => readFileSync(fileB, 'utf8')).toBe('for-b');
  expect(readFileSync(fileA, 'utf8')).toBe('gfor-a');
  await page.keyboard.press('Control+Shift+E');
  await expect(name(page, b)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(name(page, a)).toBeFocused();

  await page.keyboard.press('Control+Shift+X');
  await expect(page).toHaveURL(`${url}/sessions/${a}`);
  await expect(page.locator(`[data-terminal="${a}"]`)).toHaveAttribute('data-attach', 'attached');
  await page.goBack();
  await expect(name(page, c)).toBeVisible();
  await tile(page, b)
    .getByRole('button', { name: /^Remove/ })
    .click();
  await expect.poll(() => shownIds(page)).toEqual([a, c]);
  await page.reload();
  await expectLive(page);
  await expect.poll(() => shownIds(page)).toEqual([a, c]);
  await expect.poll(() => screenOf(page, a)).toContain('gfor-a');
  await page.getByRole('button', { name: 'Add a terminal' }).click();
  await page.getByRole('menuitem', { name: b }).click();
  await expect.poll(() => shownIds(page)).toEqual([a, c, b]);
  expect(sizeOf(installation, c)).toBe(before[2]);

  // On a phone they stand below each other, and only those in sight are attached.
  await page.setViewportSize({ width: 390, height: 600 });
  await expect(tile(page, a).locator('[data-attach="attached"]')).toBeVisible();
  await expect(tile(page, b).locator('[data-attach="none"]')).toBeAttached();
  await tile(page, b).scrollIntoViewIfNeeded();
  await expect(tile(page, b).locator('[data-attach="attached"]')).toBeVisible();
  await expect.poll(() => screenOf(page, b)).toContain('for-b');
});

test('S8: cards show the screens of their sessions in colour, inert, for one capture a second however many tabs look', async ({
  installation,
  page,
  context,
}) => {
  test.setTimeout(120_000);
  const log = `${installation.root}/captures`;
  const real = spawnSync('sh', ['-c', 'command -v tmux'], { encoding: 'utf8' }).stdout.trim();
  // What the daemon says on its control channel, line by line; the client itself keeps its process id.
  installation.program(
    'tmux',
    `#!/bin/sh
case "$*" in *' -C attach-session '*)
  mkfifo '${log}'.$$
  exec 3<&0
  tee -a '${log}' <&3 >'${log}'.$$ &
  exec ${real} "$@" <'${log}'.$$ 3<&-
esac
exec ${real} "$@"
`,
  );
  const looks = (): readonly number[] =>
    (existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []).flatMap((line) => {
      const count = line.split("capture-pane '-p' '-e'").length - 1;
      return count === 0 ? [] : [count];
    });
  const url = await openDashboard(installation, page);
  const hostile = String.raw`printf '\033[31mred words\033[0m <b>not bold</b>\n\033]8;;javascript:alert(1)\033\\linked\033]8;;\033\\ \033]0;title\007\033]52;c;aGk=\007done\n'; exec cat`;
  const red = await spawnSession(installation, ['--agent', 'custom', '--command', hostile, '--title', 'Says much']);
  for (const title of ['Quiet', 'Silent']) await spawnSession(installation, ['--agent', 'shell', '--title', title]);
  await expect(page.locator('[data-card]')).toHaveCount(3);
  expect(looks()).toEqual([]);

  await page.keyboard.press('v');
  const peek = page.locator(`[data-peek="${red}"]`);
  await expect(peek).toContainText('red words <b>not bold</b>');
  await expect(peek).toContainText('linked done');
  await expect(peek.locator('a, b')).toHaveCount(0);
  expect(await peek.getByText('red words', { exact: true }).evaluate((run) => run.style.color)).toBe('var(--term-red)');
  await expect(page.locator(`[data-card="${red}"]`)).not.toHaveAccessibleName(/red words/);
  const card = page.locator(`[data-card="${red}"]`);
  const height = (await card.boundingBox())?.height;

  await installation.ok(['send', red, 'and more of it']);
  await expect(peek).toContainText('and more of it');
  expect((await card.boundingBox())?.height).toBe(height);
  // Remembered, and in another tab too.
  const other = await context.newPage();
  await other.goto(url);
  await expect(other.locator(`[data-peek="${red}"]`)).toContainText('red words');
  await expect(page.getByRole('button', { name: 'Show screens' })).toHaveAttribute('aria-pressed', 'true');

  const [count, startedMs] = [looks().length, Date.now()];
  await expect.poll(() => looks().length, { intervals: [50], timeout: 30_000 }).toBeGreaterThanOrEqual(count + 3);
  expect(Date.now() - startedMs).toBeGreaterThan(1_900);
  expect(looks().slice(count)).toEqual(
    looks()
      .slice(count)
      .map(() => 3),
  );
});
