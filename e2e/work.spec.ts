/** From a repository to a session and its end, as a newcomer types it; and what is typed wrong, said at its field, with nothing lost. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { SessionJson } from '../server/testing/world.ts';
import { type Installation, test } from './fixtures/installation.ts';
import { installStubAgent } from './stub-agent/install-stub-agent.ts';

/** Answers with the dashboard's address. */
async function pairBrowser(installation: Installation, page: Page): Promise<string> {
  await installation.ok(['start']);
  const { pairUrl, url } = await installation.up();
  await page.goto(pairUrl);
  await expect(page).toHaveURL(/\/$/);
  return url;
}

/** What is said under a field, as assistive technology has it. */
const describes = (page: Page, label: string, text: RegExp) =>
  expect(page.getByLabel(label, { exact: true })).toHaveAccessibleDescription(text);

test('a path is checked as it is typed, and whatever is wrong with it is said under it', async ({ installation, page }) => {
  const { root, repo } = installation;
  const [plain, unborn, home] = [join(root, 'plain'), join(root, 'unborn'), join(root, 'home', 'code', 'tool')];
  for (const folder of [plain, unborn, home]) mkdirSync(folder, { recursive: true });
  installation.git(['init', '--quiet'], unborn);
  installation.git(['init', '--quiet'], home);
  installation.git(['commit', '--quiet', '--allow-empty', '-m', 'first'], home);
  await pairBrowser(installation, page);

  const path = page.getByLabel('Path of the repository');
  const add = page.getByRole('button', { name: 'Add the project' });
  await expect(path).toBeFocused();
  const wrong: readonly (readonly [string, RegExp])[] = [
    [join(root, 'nowhere'), /nowhere does not exist/],
    ['code/app', /is not an absolute path/],
    [plain, /cannot be used as a repository/],
    [join(repo, 'README.md'), /it is a file, not a folder/],
    [unborn, /has no commit yet.*git -C .* commit/],
  ];
  for (const [typed, said] of wrong) {
    await path.fill(typed);
    await path.blur();
    await describes(page, 'Path of the repository', said);
    await expect(path).toHaveAttribute('aria-invalid', 'true');
    await expect(add).toBeDisabled();
    await expect(path).toHaveValue(typed);
  }
  // What was typed survives a reload.
  await page.reload();
  await expect(path).toHaveValue(unborn);

  await path.fill('~/code/tool');
  await describes(page, 'Path of the repository', /Git repository, on main, at .*\/home\/code\/tool/);
  await expect(page.getByLabel('Short name')).toHaveValue('tool');
  await page.getByLabel('Short name').fill('No Spaces');
  await add.click();
  await describes(page, 'Short name', /A project id is/);
  await page.getByLabel('Short name').fill('tool');
  await add.click();
  await expect(page).toHaveURL(/\/projects\/tool$/);
  await expect(page.getByRole('heading', { name: 'tool is ready' })).toBeVisible();
  expect((await installation.ok<{ path: string }[]>(['project', 'ls'])).map((project) => project.path)).toEqual([home]);

  // A second time it is no mistake to mend but a place to go to; another repository may not take its name.
  await page.keyboard.press('p');
  const dialog = page.getByRole('dialog', { name: 'Add a project' });
  await dialog.getByLabel('Path of the repository').fill(join(home));
  await expect(dialog.getByRole('link', { name: 'tool' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Add the project' })).toBeDisabled();
  await dialog.getByLabel('Path of the repository').fill(repo);
  await dialog.getByLabel('Short name').fill('tool');
  await dialog.getByRole('button', { name: 'Add the project' }).click();
  await expect(dialog.getByLabel('Short name')).toHaveAccessibleDescription(/tool/);
  await expect(dialog.getByLabel('Short name')).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await page.keyboard.press('p');
  await expect(dialog.getByLabel('Path of the repository')).toHaveValue(repo);
});

test('a start that fails at any step says so where it was tried, keeps what was typed and leaves nothing behind', async ({
  installation,
  page,
}) => {
  const { repo, bin, dataDir } = installation;
  installStubAgent(installation);
  const url = await pairBrowser(installation, page);
  await installation.ok(['project', 'add', '--path', repo, '--id', 'app', '--agent', 'claude-code']);
  // Only ours: whoever runs this may have the real one.
  await installation.ok(['project', 'set', 'app', '--env', `PATH=${bin}:/usr/bin:/bin`]);
  await page.goto(`${url}/projects/app`);
  await page.getByRole('main').getByRole('button', { name: 'New session' }).click();
  const dialog = page.getByRole('dialog', { name: 'New session in app' });
  const prompt = dialog.getByLabel('What should it do?');
  const branch = dialog.getByLabel('Branch');
  const start = dialog.getByRole('button', { name: /Start the session/ });
  await prompt.fill('work\nand write it down');

  const failsWith = async (said: RegExp, at: 'whole' | 'agent' | 'branch'): Promise<void> => {
    await start.click();
    if (at === 'branch') await expect(branch).toHaveAccessibleDescription(said, { timeout: 30_000 });
    else if (at === 'agent') await expect(dialog.getByText(said)).toBeVisible({ timeout: 30_000 });
    else await expect(dialog.getByRole('alert')).toContainText(said, { timeout: 30_000 });
    await expect(prompt).toHaveValue('work\nand write it down');
    await expect(start).toBeEnabled();
    expect(await installation.ok(['ls', '--all'])).toEqual([]);
    expect(installation.git(['branch', '--list', 'ao/*'])).toBe('');
    expect(installation.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1);
    expect(installation.panes()).toEqual([]);
  };

  // Found when the dialog opened, gone when it is started.
  await expect(dialog.getByRole('combobox')).toHaveText('Claude Code');
  rmSync(join(bin, 'claude'));
  await failsWith(/The program claude is not on the session's PATH/, 'agent');
  installStubAgent(installation);

  await branch.fill('main');
  await failsWith(/main.*checked out/, 'branch');
  await branch.fill('two..dots');
  await failsWith(/two\.\.dots/, 'branch');
  await branch.fill('');

  installation.program('tmux', '#!/bin/sh\necho "no terminals today" >&2\nexit 1\n');
  await failsWith(/tmux, in which sessions live, is not installed/, 'whole');
  rmSync(join(bin, 'tmux'));

  const worktrees = join(dataDir, 'worktrees', 'app');
  mkdirSync(join(dataDir, 'worktrees'), { recursive: true });
  writeFileSync(worktrees, 'a file in the way');
  await failsWith(/Spawn failed at "worktree" and was undone: Making the folder .* failed/, 'whole');
  rmSync(worktrees);

  await installation.ok(['project', 'set', 'app', '--post-create', 'echo no room on the disk >&2; exit 7']);
  await failsWith(/post-create.*exited with 7.*no room on the disk/, 'whole');
  expect(readdirSync(worktrees)).toEqual([]);
  await installation.ok(['project', 'set', 'app', '--post-create', '']);

  const settings = join(dataDir, 'agents', 'claude-code');
  mkdirSync(join(dataDir, 'agents'), { recursive: true });
  rmSync(settings, { recursive: true, force: true });
  writeFileSync(settings, 'a file in the way');
  await failsWith(/Spawn failed at "agent setup".*hook settings/, 'whole');
  rmSync(settings);

  // The same form, once nothing is in the way: pending is said on the button, then the session is on the page.
  await start.click();
  await expect(dialog.getByRole('button', { name: 'Starting…' })).toBeVisible();
  await expect(page).toHaveURL(/\/sessions\/app-\d+$/, { timeout: 30_000 });
  await expect(page.locator('.xterm-rows').first()).toContainText('stub: and write it down');
  // The form is empty again.
  await page.goto(`${url}/projects/app`);
  await page.getByRole('main').getByRole('button', { name: 'New session' }).click();
  await expect(prompt).toHaveValue('');
});

test('orchestrator, custom command, kill, restore, resume and rename', async ({ installation, page }) => {
  installStubAgent(installation);
  const url = await pairBrowser(installation, page);
  await installation.ok(['project', 'add', '--path', installation.repo, '--id', 'app', '--agent', 'claude-code']);
  await page.goto(`${url}/projects/app`);
  const main = page.getByRole('main');

  // Twice as fast as anybody clicks: one orchestrator, and both clicks lead to it.
  await main.getByRole('button', { name: 'Start the orchestrator' }).dblclick();
  await expect(page).toHaveURL(/\/sessions\/app-1$/, { timeout: 30_000 });
  await page.goto(`${url}/projects/app`);
  await main.getByRole('button', { name: 'Orchestrator' }).click();
  await expect(page).toHaveURL(/\/sessions\/app-1$/);
  expect((await installation.ok<SessionJson[]>(['ls', '--all'])).map(({ id }) => id)).toEqual(['app-1']);

  // A command of one's own.
  await page.goto(`${url}/projects/app`);
  await main.getByRole('button', { name: 'New session' }).click();
  const dialog = page.getByRole('dialog', { name: 'New session in app' });
  await dialog.getByRole('combobox').click();
  await page.getByRole('option', { name: 'Custom command' }).click();
  await expect(dialog.getByRole('button', { name: /Start the session/ })).toBeDisabled();
  await expect(dialog.getByText('Say which command to run')).toBeVisible();
  await dialog.getByLabel('What should it do?').fill('all of it');
  await dialog.getByLabel('Title').fill('Count');
  await dialog.getByLabel('Branch').fill('counting');
  await dialog.getByLabel('Command').fill('echo "told: $AO_PROMPT"; cat');
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/sessions\/app-2$/, { timeout: 30_000 });
  await expect(page.locator('.xterm-rows').first()).toContainText('told: all of it');
  const made = await installation.ok<SessionJson>(['get', 'app-2']);
  expect(made.branch).toBe('counting');

  // Kill asks first, names everything, and Cancel has the focus.
  writeFileSync(join(made.workspacePath, 'half a thought.md'), '');
  const askToKill = async (): Promise<void> => {
    await page.getByRole('button', { name: 'More for app-2' }).click();
    await page.getByRole('menuitem', { name: 'Kill…' }).click();
  };
  await askToKill();
  const confirm = page.getByRole('alertdialog', { name: 'Kill Count (app-2)?' });
  await expect(confirm.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expect(confirm).toContainText('counting');
  await expect(confirm.getByRole('listitem')).toHaveText(['half a thought.md']);
  await page.keyboard.press('Escape');
  await expect(confirm).toHaveCount(0);
  expect((await installation.ok<SessionJson>(['get', 'app-2'])).phase).toBe('live');
  await askToKill();
  await confirm.getByRole('button', { name: 'Kill app-2' }).click();
  await expect(page.getByRole('heading', { name: 'app-2 has ended' })).toBeVisible({ timeout: 30_000 });
  await expect(main.getByText('Its worktree is kept, with what was not committed')).toBeVisible();

  await page.getByRole('button', { name: 'Restore it' }).click();
  await expect(page.locator('.xterm-rows').first()).toContainText('told: all of it', { timeout: 30_000 });
  expect(await installation.ok<SessionJson>(['get', 'app-2'])).toMatchObject({
    id: 'app-2',
    phase: 'live',
    workspacePath: made.workspacePath,
  });

  // Renamed in place; Escape leaves it as it was.
  await page.getByRole('button', { name: 'More for app-2' }).click();
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByLabel('Name of the session').fill('Count everything');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Count everything' })).toBeVisible();
  await expect(page).toHaveTitle(/Count everything/);
  expect((await installation.ok<{ title: string }>(['get', 'app-2'])).title).toBe('Count everything');
  await page.getByRole('button', { name: 'More for app-2' }).click();
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByLabel('Name of the session').fill('something else');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { level: 1, name: 'Count everything' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Rename' })).toBeFocused();

  // An agent that ends: its last screen, its code, and the way back in the same place.
  const ends = await installation.ok<SessionJson>(['spawn', '--project', 'app', '--title', 'Ends by itself', '--prompt', 'work']);
  await page.goto(`${url}/sessions/${ends.id}`);
  await expect(page.locator('.xterm-rows').first()).toContainText('stub: work');
  await installation.ok(['send', ends.id, 'exit 3']);
  await expect(page.getByText('The agent exited with code 3').locator('visible=true').first()).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('The agent exited with code 3').locator('visible=true')).toHaveCount(0, { timeout: 30_000 });
  await installation.status(ends.id, 'idle');
});

test('a project’s settings are changed and the project is forgotten in the page, each mistake at its field', async ({
  installation,
  page,
}) => {
  installStubAgent(installation);
  const url = await pairBrowser(installation, page);
  await installation.ok(['project', 'add', '--path', installation.repo, '--id', 'app', '--agent', 'shell']);
  await installation.ok(['project', 'set', 'app', '--env', 'GREETING=two\nlines', '--post-create', 'true\ntrue']);
  await page.goto(`${url}/projects/app`);
  await page.getByRole('button', { name: 'More for app' }).click();
  await page.getByRole('menuitem', { name: 'Settings of the project' }).click();
  await expect(page).toHaveURL(/\/projects\/app\/settings$/);
  const project = () => installation.ok<Record<string, unknown>>(['project', 'get', 'app']);
  const edit = async (label: string, text: string): Promise<void> => {
    await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByRole('button', { name: `Save ${label.toLowerCase()}` }).click();
  };
  const saved = (label: string) => expect(page.getByRole('button', { name: `Save ${label.toLowerCase()}` })).toHaveCount(0);

  await edit('Base', 'nowhere/to/be-found');
  await describes(page, 'Base', /nowhere\/to\/be-found/);
  await edit('Environment', '1BAD=x');
  await describes(page, 'Environment', /1BAD.*is not an environment variable name/);
  await edit('Linked from your checkout', '.env\n../outside');
  await describes(page, 'Linked from your checkout', /Number 2 must be relative to the repository/);
  await page.getByLabel('Environment', { exact: true }).fill('no assignment');
  await describes(page, 'Environment', /“no assignment” is not of the form NAME=value/);
  await expect(page.getByRole('button', { name: 'Save environment' })).toBeDisabled();
  expect(await project()).toMatchObject({ base: 'main', env: { GREETING: 'two\nlines' }, symlinks: [] });
  // Half-made changes outlive a reload, and are put back at will.
  await page.reload();
  await expect(page.getByLabel('Environment', { exact: true })).toHaveValue('no assignment');
  await page.getByRole('button', { name: 'Undo the change of environment' }).click();
  await expect(page.getByLabel('Environment', { exact: true })).toHaveValue('GREETING="two\\nlines"');

  installation.git(['branch', 'develop']);
  await edit('Base', 'develop');
  await saved('Base');
  await edit('Name', 'The app');
  await saved('Name');
  await edit('Environment', 'GREETING="two\\nlines"\nLEVEL = 3');
  await saved('Environment');
  await edit('Linked from your checkout', '.env\nnode_modules');
  await saved('Linked from your checkout');
  await edit('Disposable files', 'dist');
  await saved('Disposable files');
  await expect(page.getByLabel('Command 1', { exact: true })).toHaveValue('true\ntrue');
  await page.getByRole('button', { name: 'Add a command' }).click();
  await page.getByLabel('Command 2', { exact: true }).fill('echo ready');
  await page.getByRole('button', { name: 'Save commands in a new worktree' }).click();
  await saved('Commands in a new worktree');
  await page.getByRole('combobox', { name: 'Agent of workers' }).click();
  await page.getByRole('option', { name: 'Claude Code' }).click();
  await page.getByRole('button', { name: 'Save agent of workers' }).click();
  await saved('Agent of workers');
  expect(await project()).toMatchObject({
    name: 'The app',
    base: 'develop',
    agent: 'claude-code',
    orchestratorAgent: 'shell',
    env: { GREETING: 'two\nlines', LEVEL: '3' },
    symlinks: ['.env', 'node_modules'],
    postCreate: ['true\ntrue', 'echo ready'],
    disposable: ['dist'],
  });

  // In use it stays; then it is asked about, by name, with Cancel in focus.
  const { id } = await installation.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'shell']);
  const remove = page.getByRole('button', { name: 'Remove the project…' });
  await expect(remove).toHaveAccessibleDescription('One session still runs in it');
  await installation.ok(['kill', id]);
  await expect(remove).not.toHaveAttribute('aria-disabled', 'true');
  await remove.click();
  const confirm = page.getByRole('alertdialog', { name: 'Remove The app?' });
  await expect(confirm.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expect(confirm).toContainText(installation.repo);
  await confirm.getByRole('button', { name: 'Remove The app' }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole('heading', { name: 'Add your repository' })).toBeVisible();
  expect(await installation.ok(['project', 'ls'])).toEqual([]);
  expect(installation.git(['log', '--oneline', 'main'])).toContain('first');
});
