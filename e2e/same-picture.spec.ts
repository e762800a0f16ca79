/** A colour test and vim in the terminal: two browsers, resized and reloaded, show what tmux shows. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { type Installation, terminalText, test, typeInTerminal } from './fixtures/installation.ts';
import { differences, pictureOf, pictureOfTmux } from './fixtures/picture.ts';
import { openDashboard, openSession, pair, spawnSession } from './fixtures/session-page.ts';

/** 16, 256 and true colours, attributes, wide characters, combining ones, box drawing; narrow enough to wrap nowhere. */
const COLOURS = `
for c in 0 1 2 3 4 5 6 7; do printf '\\033[3%dm%d\\033[0m\\033[9%dm%d\\033[0m\\033[4%dm %d\\033[0m\\033[10%dm %d\\033[0m' $c $c $c $c $c $c $c $c; done; echo
for r in 0 1 2 3 4 5; do for c in 16 21 28 46 90 123 160 202 231 245; do printf '\\033[38;5;%dm%3d\\033[48;5;%dm \\033[0m' $((c + r)) $c $((c + r)); done; echo; done
for c in 0 32 64 96 128 160 192 224 255; do printf '\\033[48;2;%d;%d;%dm \\033[38;2;%d;10;200mx\\033[0m' $c $((255 - c)) 128 $c; done; echo
printf '\\033[1mbold\\033[0m \\033[2mdim\\033[0m \\033[3mitalic\\033[0m \\033[4munder\\033[0m \\033[7mreverse\\033[0m \\033[9mstruck\\033[0m \\033[1;4;31mall\\033[0m\\n'
printf '世界 한글 🚀 é ñ Ω\\n┌──┬──┐\\n│a │世│\\n├──┼──┤\\n╰▄▀█░╯\\n'
echo drawn
`;

const size = (page: Page) => page.getByTitle('Columns × rows');

/** Does `change` and waits until the terminal has another size, the same in all browsers. */
async function resized(pages: readonly Page[], change: () => Promise<void>): Promise<void> {
  const before = await Promise.all(pages.map((page) => size(page).textContent()));
  await change();
  for (const [index, page] of pages.entries()) await expect(size(page)).not.toHaveText(before[index] ?? '');
  // A change of the page's layout may come in two steps; in the end all agree.
  await expect.poll(async () => new Set(await Promise.all(pages.map((page) => size(page).textContent()))).size).toBe(1);
}

/** Both browsers show exactly what tmux has, in the same size. */
async function expectSamePicture(installation: Installation, session: string, pages: readonly Page[]): Promise<void> {
  const socket = installation.tmuxSocket();
  const handle = installation.panes()[0]?.name ?? session;
  for (const page of pages) {
    await expect.poll(async () => differences(await pictureOf(page), pictureOfTmux(socket, handle)), { timeout: 20_000 }).toEqual([]);
  }
  const [first, ...others] = await Promise.all(pages.map(pictureOf));
  for (const other of others) expect(other).toEqual(first);
}

test('colours, attributes, wide characters and vim look the same in two browsers and in tmux, resized and reloaded', async ({
  installation,
  page,
  browser,
}) => {
  test.setTimeout(180_000);
  const url = await openDashboard(installation, page);
  const id = await spawnSession(installation);
  await openSession(page, `${url}/sessions/${id}`);
  const other = await (await browser.newContext({ viewport: { width: 1100, height: 640 } })).newPage();
  await pair(installation, other);

  writeFileSync(`${installation.root}/colours.sh`, COLOURS);
  await typeInTerminal(page, `clear; sh ${installation.root}/colours.sh\n`);
  await expect.poll(() => terminalText(page)).toMatch(/^drawn/m);
  await openSession(other, `${url}/sessions/${id}`, /^drawn/m);
  await expectSamePicture(installation, id, [page, other]);

  await resized([page, other], () => page.setViewportSize({ width: 1000, height: 700 }));
  await expectSamePicture(installation, id, [page, other]);
  await other.reload();
  await expectSamePicture(installation, id, [page, other]);

  // Who has less room sees the end of what is printed, which begins at the top.
  await resized([page, other], () => other.setViewportSize({ width: 1100, height: 480 }));
  await resized([page, other], () => typeInTerminal(page, 'clear\n'));
  await expect.poll(() => terminalText(other)).toMatch(/^[#$] *\n\s*$/);
  await typeInTerminal(page, 'seq 29\n');
  await expect.poll(() => terminalText(other)).toMatch(/^29$/m);
  const last = other.locator('.xterm-rows > div').filter({ hasText: /^29\s*$/ });
  await expect.poll(() => last.evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
  await expectSamePicture(installation, id, [page, other]);

  const vim = spawnSync('vim', ['--version']).status === 0;
  if (vim) {
    writeFileSync(
      `${installation.root}/text`,
      Array.from({ length: 60 }, (_, line) => `line ${line} of 世界, a text to look at`).join('\n'),
    );
    await typeInTerminal(page, `vim -u NONE -N -c 'set number cursorline hlsearch' ${installation.root}/text\n`);
    await expect.poll(() => terminalText(page)).toContain('line 3 of');
    await page.keyboard.type('/text\n10Gyypvj');
    await expect.poll(() => terminalText(page)).toContain('VISUAL');
    await expectSamePicture(installation, id, [page, other]);
    await resized([page, other], () => other.setViewportSize({ width: 900, height: 560 }));
    await expectSamePicture(installation, id, [page, other]);
    await page.reload();
    await expect.poll(() => terminalText(page)).toContain('VISUAL');
    await expectSamePicture(installation, id, [page, other]);
    await typeInTerminal(page, '\u001b:q!\n');
    await expect.poll(() => terminalText(page)).toMatch(/^29$/m);
    await expectSamePicture(installation, id, [page, other]);
  }
  test.info().skip(!vim, 'vim is not installed, so only the colours were compared: apt-get install vim');
});
