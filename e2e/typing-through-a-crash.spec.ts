/** `kill -9` of the daemon under somebody's fingers: what was acknowledged arrived, nothing arrived twice, the rest is said to be lost. */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { type TypedAttach, watchInput } from './fixtures/input-frames.ts';
import { terminalText, test } from './fixtures/installation.ts';
import { openDashboard, openSession, recorderCommand, spawnSession } from './fixtures/session-page.ts';

/** Types `0001 0002 …` until it is told to stop; answers everything that was typed. */
function typeNumbers(page: Page): { readonly stop: () => Promise<string> } {
  let stopped = false;
  let typed = '';
  const typing = (async () => {
    for (let number = 1; !stopped; number += 1) {
      const word = `${String(number).padStart(4, '0')} `;
      await page.keyboard.type(word);
      typed += word;
    }
  })();
  return {
    async stop() {
      stopped = true;
      await typing;
      return typed;
    },
  };
}

/** Whether `received` is, attach by attach, all that was answered and some beginning of what was not. */
function isFaithful(received: Buffer, attaches: readonly TypedAttach[]): boolean {
  const [first, ...rest] = attaches;
  if (first === undefined) return received.length === 0;
  const { answered, unanswered } = first;
  if (!received.subarray(0, answered.length).equals(answered)) return false;
  for (let more = unanswered.length; more >= 0; more -= 1) {
    const end = answered.length + more;
    const begins = received.subarray(answered.length, end).equals(unanswered.subarray(0, more));
    if (begins && isFaithful(received.subarray(end), rest)) return true;
  }
  return false;
}

/** How many keys were left out before each attach's; each attach must have had a stretch of what was typed without a gap. */
function gapsOf(typed: string, stretches: readonly string[]): readonly number[] {
  let end = 0;
  return stretches.map((stretch) => {
    const at = typed.indexOf(stretch, end);
    expect(at, `"${stretch.slice(0, 40)}…" was typed after ${end} keys`).not.toBe(-1);
    const gap = at - end;
    end = at + stretch.length;
    return gap;
  });
}

test('kill -9 of the daemon while typing, twice: no acknowledged key is lost, none comes twice, and the rest is said', async ({
  installation,
  page,
}) => {
  test.setTimeout(180_000);
  const file = `${installation.root}/received`;
  const received = (): string => readFileSync(file, 'latin1');
  const input = watchInput(page);
  const url = await openDashboard(installation, page);
  const id = await spawnSession(installation, ['--agent', 'custom', '--command', recorderCommand(file)]);
  const panes = installation.panes();
  await openSession(page, `${url}/sessions/${id}`, 'ready');
  await page.locator('.xterm').click();

  const numbers = typeNumbers(page);
  const notices: string[] = [];
  for (const after of [150, 400]) {
    await expect.poll(() => received().length).toBeGreaterThan(after);
    const attached = input.attaches().length;
    // In the page's own time: it may be over before this side looks again.
    const locked = page
      .getByRole('status')
      .filter({ hasText: /keys are not sent until/i })
      .waitFor();
    await installation.killDaemon();
    await locked;
    await expect.poll(() => input.attaches().length, { timeout: 45_000 }).toBeGreaterThan(attached);
    const notice = page.getByText(/pressed while the terminal was away (was|were) not sent/);
    notices.push((await notice.textContent()) ?? '');
    await page.getByRole('button', { name: 'Dismiss' }).dispatchEvent('click');
    await expect(notice).toBeHidden();
  }
  const last = received().length;
  await expect.poll(() => received().length).toBeGreaterThan(last + 100);
  const typed = await numbers.stop();
  await expect.poll(() => input.attaches().at(-1)?.unanswered.length).toBe(0);
  const attaches = input.attaches();
  await expect.poll(() => isFaithful(Buffer.from(received(), 'latin1'), attaches)).toBe(true);

  expect(attaches).toHaveLength(3);
  const stretches = attaches.map(({ answered, unanswered }) => `${answered.toString('latin1')}${unanswered.toString('latin1')}`);
  const [before, ...gaps] = gapsOf(typed, stretches);
  expect(before).toBe(0);
  expect(stretches.at(-1)?.at(-1)).toBe(typed.at(-1));
  expect(notices.map((notice) => notice.match(/\S+ keys? pressed/)?.[0])).toEqual(
    gaps.map((gap) => (gap === 1 ? 'One key pressed' : `${gap} keys pressed`)),
  );

  expect(installation.panes()).toEqual(panes);
  expect((await installation.ok<{ id: string }[]>(['ls'])).map((session) => session.id)).toEqual([id]);
  const shown = received().slice(-60);
  await expect.poll(async () => (await terminalText(page)).replaceAll('\n', '')).toContain(shown.trimEnd());
});
