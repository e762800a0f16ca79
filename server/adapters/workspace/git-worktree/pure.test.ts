/** The parts of the git adapter that need no git. */
import { describe, expect, test } from 'vitest';
import type { SessionId } from '../../../core/ids.ts';
import { pickBranch } from './branches.ts';
import { deriveGuard, parseConfigList } from './config-guard.ts';
import { parseHidden, parseStatus } from './dirt.ts';
import { parseEntries } from './entries.ts';
import { deriveGitEnv } from './git.ts';
import { describeDirt } from './remove.ts';
import { createSerial } from './serial.ts';
import { toShellWord } from './shell-word.ts';

const id = 'app-1' as SessionId;

/** The overrides of a guard, the last one for each key, as git reads them. */
function overridesOf(config: string, env: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const guard = deriveGuard(parseConfigList(config), env).env;
  const count = Number(guard['GIT_CONFIG_COUNT']);
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [guard[`GIT_CONFIG_KEY_${n}`], guard[`GIT_CONFIG_VALUE_${n}`]]));
}
const entry = (scope: string, key: string, value: string): string => `${scope}\0${key}\n${value}\0`;

describe('S7 the guard', () => {
  test('reads what git lists, a key without a value and one with line breaks included', () => {
    expect(parseConfigList(`local\0core.bare\0${entry('global', 'a.b', 'x\ny=z')}`)).toEqual([
      { scope: 'local', key: 'core.bare', value: 'true' },
      { scope: 'global', key: 'a.b', value: 'x\ny=z' },
    ]);
    expect(parseConfigList('')).toEqual([]);
  });

  test('takes away what the repository brings and leaves what the user has', () => {
    const lfs = entry('global', 'filter.lfs.process', 'git-lfs filter-process') + entry('global', 'filter.lfs.required', 'true');
    expect(overridesOf(lfs)).toEqual({});
    expect(overridesOf(lfs + entry('local', 'filter.lfs.process', 'evil'))).toEqual({ 'filter.lfs.process': 'git-lfs filter-process' });
    expect(overridesOf(entry('local', 'filter.a=b.clean', 'evil') + entry('worktree', 'filter.a=b.required', 'true'))).toEqual({
      'filter.a=b.clean': '',
      'filter.a=b.required': 'false',
    });
    expect(overridesOf(entry('global', 'filter.x.required', 'true') + entry('local', 'filter.x.smudge', 'evil'))).toEqual({
      'filter.x.smudge': '',
      'filter.x.required': 'false',
    });
  });

  test('credential helpers are cleared and the user’s own named again', () => {
    const config = entry('global', 'credential.helper', 'store') + entry('local', 'credential.https://x.helper', '!evil');
    const guard = deriveGuard(parseConfigList(config), {}).env;
    expect([guard['GIT_CONFIG_VALUE_0'], guard['GIT_CONFIG_VALUE_1']]).toEqual(['', 'store']);
  });

  test('ssh asks nothing, but the user’s own ssh command stays', () => {
    expect(deriveGuard([], {}).env['GIT_SSH_COMMAND']).toContain('BatchMode=yes');
    expect(deriveGuard([], { GIT_SSH_COMMAND: 'mine' }).env['GIT_SSH_COMMAND']).toBeUndefined();
    const config = entry('global', 'core.sshcommand', 'mine') + entry('local', 'core.sshcommand', 'evil');
    expect(overridesOf(config)).toEqual({ 'core.sshcommand': 'mine' });
  });

  test('hooks that are configured and not files are disabled too', () => {
    expect(overridesOf(entry('local', 'hook.evil.command', 'x') + entry('local', 'hook.evil.event', 'post-checkout'))).toEqual({
      'hook.evil.enabled': 'false',
    });
  });

  test('a scrubbed environment keeps the person and the transport, and nothing that points elsewhere', () => {
    const env = deriveGitEnv({
      PATH: '/bin',
      GIT_DIR: '/x',
      GIT_EXTERNAL_DIFF: 'x',
      GIT_AUTHOR_NAME: 'me',
      GIT_ASKPASS: 'x',
      SSH_ASKPASS: 'x',
      AO_SESSION_TOKEN: 'x',
      TMUX: 'x',
      LC_MESSAGES: 'de',
      HOME: undefined,
    });
    expect(env).toMatchObject({ PATH: '/bin', GIT_AUTHOR_NAME: 'me', LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' });
    for (const gone of ['GIT_DIR', 'GIT_EXTERNAL_DIFF', 'GIT_ASKPASS', 'SSH_ASKPASS', 'AO_SESSION_TOKEN', 'TMUX', 'LC_MESSAGES', 'HOME'])
      expect(env).not.toHaveProperty(gone);
  });
});

describe('names and lists', () => {
  test.each([
    [[], 'ao/app-1'],
    [['ao/app-1'], 'ao/app-1-2'],
    [['ao/app-1', 'ao/app-1-2'], 'ao/app-1-3'],
    [['ao/app-1/sub'], 'ao/app-1-2'],
    [['ao'], 'ao-app-1'],
    [['ao', 'ao-app-1'], 'ao-app-1-2'],
  ])('with %j taken the branch is %s', (taken, expected) => {
    expect(pickBranch(id, taken)).toBe(expected);
  });

  test('worktrees, detached, locked and prunable ones', () => {
    const text = 'worktree /r\nHEAD abc\nbranch refs/heads/main\n\nworktree /w 1\nHEAD abc\ndetached\nlocked why\nprunable gone\n\n';
    expect(parseEntries(text)).toEqual([
      { path: '/r', branch: 'refs/heads/main', prunable: false },
      { path: '/w 1', branch: null, prunable: true },
    ]);
  });

  test('status and hidden files', () => {
    expect(parseStatus(' M a b\0?? new\nline\0')).toEqual(['a b', 'new\nline']);
    expect(parseHidden('H seen\0h assumed\0S skipped\0s both\0')).toEqual({ assumed: ['assumed', 'both'], skipped: ['skipped', 'both'] });
  });

  test('a sentence of what is dirty', () => {
    expect(describeDirt(['a'])).toBe('1 uncommitted file: a');
    expect(describeDirt(['1', '2', '3', '4', '5', '6'])).toBe('6 uncommitted files: 1, 2, 3, 4, 5, and 1 more');
  });

  test('S6 paths in hints are one word of a shell', () => {
    expect(toShellWord('/plain/path-1.x')).toBe('/plain/path-1.x');
    expect(toShellWord("/it's; rm -rf ~")).toBe(`'/it'\\''s; rm -rf ~'`);
  });
});

test('writers of one repository take turns, a failure included; other repositories do not wait', async () => {
  const serial = createSerial();
  const seen: string[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const first = serial.run('a', async () => {
    await gate;
    seen.push('first');
    throw new Error('first failed');
  });
  const second = serial.run('a', async () => void seen.push('second'));
  await serial.run('b', async () => void seen.push('other'));
  open();
  await expect(first).rejects.toThrow('first failed');
  await second;
  expect(seen).toEqual(['other', 'first', 'second']);
});
