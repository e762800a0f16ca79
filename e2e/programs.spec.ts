/**
 * Programs that draw the whole screen, seen by two browsers of different sizes: the second comes in the middle, each sizes it in
 * turn, the daemon dies, and both show what tmux has, cell by cell with its looks. With AO_TEST_SCREENSHOTS each state is kept.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type Browser, expect, type Page } from '@playwright/test';
import { installClaude, isClaudeInstalled } from '../server/testing/claude.ts';
import { openModelApi } from '../server/testing/model-api/model-api.ts';
import { keepPicture } from './fixtures/accessible.ts';
import { type Installation, terminalText, test, typeInTerminal } from './fixtures/installation.ts';
import { differences, pictureOf, pictureOfTmux } from './fixtures/picture.ts';
import { openDashboard, openSession, pair, spawnSession, terminal } from './fixtures/session-page.ts';

type Program = {
  readonly name: string;
  readonly spawn: readonly string[];
  /** On its screen once it is there. */
  readonly ready: RegExp;
  /** Typed, so that the screen is not as it began, and what of it can be seen. */
  readonly typed: string;
  readonly shown: RegExp;
  /** Typed at the end, through the new daemon. */
  readonly more: string;
  readonly moreShown: RegExp;
};

type Stand = { readonly installation: Installation; readonly page: Page; readonly browser: Browser };

const isMissing = (program: string): boolean => spawnSync(program, ['--version']).error !== undefined;
const size = (page: Page) => page.getByTitle('Columns × rows');

/** Each shows exactly what tmux has; what is drawn meanwhile is waited for. */
async function expectPictureOfTmux(installation: Installation, pages: readonly Page[]): Promise<void> {
  const [pane] = installation.panes();
  const tmux = () => pictureOfTmux(installation.tmuxSocket(), pane?.name ?? '');
  for (const page of pages) await expect.poll(async () => differences(await pictureOf(page), tmux()), { timeout: 20_000 }).toEqual([]);
}

/** `page` has the keyboard: the terminal is as large as fits into it, and the others see it letterboxed. */
async function takeSize(page: Page, other: Page, viewport: { readonly width: number; readonly height: number }): Promise<void> {
  await page.setViewportSize(viewport);
  await terminal(page).locator('.xterm').click();
  await expect(terminal(page)).toHaveAttribute('data-size', 'own');
  await expect(terminal(other)).toHaveAttribute('data-size', 'foreign');
  await expect.poll(async () => (await size(other).textContent()) === (await size(page).textContent())).toBe(true);
}

async function watchTwice({ installation, page, browser }: Stand, program: Program): Promise<void> {
  const url = await openDashboard(installation, page);
  const id = await spawnSession(installation, program.spawn);
  const address = `${url}/sessions/${id}`;
  await openSession(page, address, program.ready);
  await typeInTerminal(page, program.typed);
  await expect.poll(() => terminalText(page)).toMatch(program.shown);
  const panes = installation.panes();
  expect(panes).toHaveLength(1);

  const other = await (await browser.newContext({ viewport: { width: 940, height: 600 } })).newPage();
  await pair(installation, other);
  await openSession(other, address, program.shown);
  const both = [page, other];
  const keep = async (state: string): Promise<void> => {
    await expectPictureOfTmux(installation, both);
    await keepPicture(page, `${program.name}-${state}-first`);
    await keepPicture(other, `${program.name}-${state}-second`);
  };
  await keep('attached');
  await takeSize(other, page, { width: 820, height: 540 });
  await keep('sized-by-second');
  await takeSize(page, other, { width: 1180, height: 760 });
  await keep('sized-by-first');

  const daemon = installation.daemonPid();
  const away = both.map((each) => each.locator('[data-terminal]:not([data-attach="attached"])').waitFor());
  await installation.killDaemon();
  await Promise.all(away);
  // The pages have their gateway start another one.
  for (const each of both) await expect(terminal(each)).toHaveAttribute('data-attach', 'attached', { timeout: 45_000 });
  expect(installation.daemonPid()).not.toBe(daemon);
  await keep('daemon-killed');
  await typeInTerminal(other, program.more);
  for (const each of both) await expect.poll(() => terminalText(each)).toMatch(program.moreShown);
  await keep('typed-after');
  expect(installation.panes()).toEqual(panes);
}

test.describe('watched from two browsers, resized by each, over a kill -9 of the daemon, tmux’s own picture is seen in both:', () => {
  test.describe.configure({ timeout: 180_000 });

  test('vim', async ({ installation, page, browser }) => {
    test.info().skip(isMissing('vim'), 'vim is not installed: apt-get install vim');
    const file = `${installation.root}/text`;
    writeFileSync(file, Array.from({ length: 80 }, (_, line) => `line ${line} of 世界, a text to look at`).join('\n'));
    await watchTwice(
      { installation, page, browser },
      {
        name: 'vim',
        spawn: ['--agent', 'custom', '--command', `exec vim -u NONE -N -c 'set number cursorline hlsearch noswapfile' ${file}`],
        ready: /line 3 of/,
        typed: '/text\n10GO\u001b:split\ninew words',
        shown: /new words[\s\S]*INSERT/,
        more: ' and more\u001b',
        moreShown: /new words and more/,
      },
    );
  });

  test('htop', async ({ installation, page, browser }) => {
    test.info().skip(isMissing('htop'), 'htop is not installed: apt-get install htop');
    await watchTwice(
      { installation, page, browser },
      {
        name: 'htop',
        // Ten seconds from one picture to the next, so that there is one to compare.
        spawn: ['--agent', 'custom', '--command', 'exec htop --delay=100'],
        ready: /F1Help/,
        typed: '/nothing-of-that-name',
        shown: /nothing-of-that-name/,
        more: '\u001b',
        moreShown: /F1Help/,
      },
    );
  });

  test('Claude Code', async ({ installation, page, browser }) => {
    test.info().skip(!isClaudeInstalled(), 'Claude Code could not be installed; npm test tries');
    await using model = await openModelApi();
    installClaude(installation, model.url);
    await watchTwice(
      { installation, page, browser },
      {
        name: 'claude-code',
        spawn: ['--agent', 'claude-code', '--prompt', 'remember the word heron'],
        ready: /You said: remember the word heron/,
        typed: 'and the word plover\r',
        shown: /You said: and the word plover/,
        more: 'and the word curlew\r',
        moreShown: /You said: and the word curlew/,
      },
    );
  });
});
