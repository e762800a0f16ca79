/** Claude Code without Claude Code: argv, signals, settings. The real one is in claude-code.int.test.ts. */
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentContext } from '../../../testing/agent-context.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeTempDir } from '../../../testing/resources.ts';
import { createClaudeCodeAgent } from './claude-code.ts';
import type { toHookSettings } from './hook-settings.ts';
import { interpretHook } from './signals.ts';

const ID = '3b241101-e2bb-4255-8caf-4136c566a962';
const MODE = `{"type":"permission-mode","permissionMode":"default","sessionId":"${ID}"}`;
const MESSAGE = `{"parentUuid":null,"type":"user","message":{"role":"user","content":"hello"},"uuid":"${ID}"}`;

async function setUp() {
  const dir = await makeTempDir();
  const [bin, home, dataDir] = [join(dir.path, 'bin'), join(dir.path, 'home'), join(dir.path, 'data')];
  for (const folder of [bin, home, dataDir]) mkdirSync(folder);
  writeFileSync(join(bin, 'claude'), '#!/bin/sh\n');
  chmodSync(join(bin, 'claude'), 0o755);
  const log = createRecordingLog();
  const agent = createClaudeCodeAgent({ dataDir, nodePath: '/opt/my node/bin/node', hookPath: "/opt/it's/ao-hook.cjs", log });
  const env: Record<string, string> = { PATH: bin, HOME: home };
  return {
    bin,
    home,
    dataDir,
    log,
    agent,
    env,
    settings: join(dataDir, 'agents/claude-code/app-1.json'),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

describe('launching', () => {
  test('a new conversation has the id of our choice, and the prompt comes last, after --', async () => {
    await using it = await setUp();
    expect(it.agent.launch(agentContext({ env: it.env, prompt: '--help me\n$(x)', agentSessionId: ID }))).toEqual({
      argv: [join(it.bin, 'claude'), '--session-id', ID, '--settings', it.settings, '--', '--help me\n$(x)'],
      env: {},
    });
  });

  test.each([
    ['spawned', 'p', ['--session-id', ID], ['--', 'p']],
    ['replayed', 'p', ['--session-id', ID], ['--', 'p']],
    ['resumed', 'p', ['--resume', ID], []],
    ['fresh', 'p', ['--session-id', ID], []],
    ['spawned', '', ['--session-id', ID], []],
    ['spawned', null, ['--session-id', ID], []],
  ] as const)('%s with prompt %j', async (mode, prompt, conversation, said) => {
    await using it = await setUp();
    const { argv } = it.agent.launch(agentContext({ env: it.env, mode, prompt, agentSessionId: ID, rolePrompt: 'role' }));
    expect(argv.slice(1)).toEqual([...conversation, '--settings', it.settings, '--append-system-prompt', 'role', ...said]);
  });

  test('S6 an id that is no uuid never gets on the command line', async () => {
    await using it = await setUp();
    for (const agentSessionId of ['--dangerously-skip-permissions', `${ID} x`, '', ID.toUpperCase()]) {
      const { argv } = it.agent.launch(agentContext({ env: it.env, mode: 'resumed', agentSessionId }));
      expect(argv.slice(1)).toEqual(['--settings', it.settings]);
    }
  });

  test('permissions are never bypassed', async () => {
    await using it = await setUp();
    await it.agent.prepare(agentContext({ env: it.env }));
    const { argv } = it.agent.launch(agentContext({ env: it.env, prompt: 'p', rolePrompt: 'r', agentSessionId: ID }));
    expect(`${argv.join(' ')} ${readFileSync(it.settings, 'utf8')}`).not.toMatch(/dangerously|bypass|permission-mode|allowedTools/i);
  });

  test('without claude on the session’s PATH: AGENT_NOT_FOUND, naming the PATH and the install command', async () => {
    await using it = await setUp();
    await it.agent.assertAvailable({ env: it.env, command: null });
    const env = { ...it.env, PATH: '/nowhere:.:' };
    const refused = expect.objectContaining({
      code: 'AGENT_NOT_FOUND',
      message: expect.stringContaining('/nowhere'),
      hint: expect.stringContaining('npm install'),
    });
    await expect(it.agent.assertAvailable({ env, command: null })).rejects.toEqual(refused);
    expect(() => it.agent.launch(agentContext({ env }))).toThrow(refused);
  });

  test('a new conversation id is a new uuid', async () => {
    await using it = await setUp();
    expect(it.agent.newAgentSessionId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(it.agent.newAgentSessionId()).not.toBe(it.agent.newAgentSessionId());
  });
});

describe('preparing', () => {
  test('settings are 0600 in the data dir, with every word quoted for sh', async () => {
    await using it = await setUp();
    await it.agent.prepare(agentContext({ env: it.env }));
    await it.agent.prepare(agentContext({ env: it.env }));
    expect(statSync(it.settings).mode & 0o777).toBe(0o600);
    expect(statSync(join(it.dataDir, 'agents/claude-code')).mode & 0o777).toBe(0o700);
    const settings = JSON.parse(readFileSync(it.settings, 'utf8')) as ReturnType<typeof toHookSettings>;
    expect(Object.keys(settings.hooks)).toEqual(
      expect.arrayContaining(['SessionStart', 'UserPromptSubmit', 'PermissionRequest', 'Notification', 'Stop', 'SessionEnd']),
    );
    expect(settings.hooks['Stop']?.[0]?.hooks[0]?.command).toBe(`'/opt/my node/bin/node' '/opt/it'\\''s/ao-hook.cjs' 'claude-code' 'Stop'`);
  });

  test('a data dir that cannot be written is AGENT_SETUP_FAILED', async () => {
    await using it = await setUp();
    rmSync(it.dataDir, { recursive: true });
    writeFileSync(it.dataDir, 'a file');
    await expect(it.agent.prepare(agentContext({ env: it.env }))).rejects.toMatchObject({ code: 'AGENT_SETUP_FAILED' });
  });
});

describe('history', () => {
  const look = (
    it: Awaited<ReturnType<typeof setUp>>,
    patch: { readonly env?: Readonly<Record<string, string>>; readonly agentSessionId?: string | null } = {},
  ) => it.agent.history({ env: it.env, worktree: '/w', agentSessionId: ID, ...patch });

  test('present where the transcript is, whatever folder Claude keeps it in', async () => {
    await using it = await setUp();
    mkdirSync(join(it.home, '.claude/projects/-w-app-1'), { recursive: true });
    writeFileSync(join(it.home, `.claude/projects/-w-app-1/${ID}.jsonl`), `${MODE}\n${MESSAGE}\n`);
    expect(await look(it)).toBe('present');
    const elsewhere = join(it.home, 'elsewhere');
    mkdirSync(join(elsewhere, 'projects/x'), { recursive: true });
    expect(await look(it, { env: { ...it.env, CLAUDE_CONFIG_DIR: elsewhere } })).toBe('absent');
  });

  test.each([
    ['nothing', '', 'absent'],
    ['what Claude writes before the first message', `${MODE}\n{"type":"last-prompt","lastPrompt":"x","leafUuid":"${ID}"}\n`, 'absent'],
    ['a message', `${MODE}\n${MESSAGE}\n`, 'present'],
    ['a record of an unknown kind, which may be one', `${MODE}\n{"uuid":"${ID}"}\n`, 'present'],
    ['a record that was cut off', `${MODE}\n${MESSAGE.slice(0, 20)}`, 'present'],
    ['more than is looked at', `${MODE}\n`.repeat(20_000), 'present'],
  ])('of a transcript that holds %s', async (_what, transcript, history) => {
    await using it = await setUp();
    mkdirSync(join(it.home, '.claude/projects/one'), { recursive: true });
    writeFileSync(join(it.home, `.claude/projects/one/${ID}.jsonl`), transcript);
    expect(await look(it)).toBe(history);
  });

  test('absent only where every folder could be looked into', async () => {
    await using it = await setUp();
    expect(await look(it)).toBe('unknown');
    mkdirSync(join(it.home, '.claude'));
    expect(await look(it)).toBe('absent');
    mkdirSync(join(it.home, '.claude/projects/one'), { recursive: true });
    expect(await look(it)).toBe('absent');
    writeFileSync(join(it.home, `.claude/projects/one/${ID}.jsonl`), '');
    expect(await look(it)).toBe('absent');
    symlinkSync('loop', join(it.home, '.claude/projects/loop'));
    expect(await look(it)).toBe('unknown');
    expect(await look(it, { env: {} })).toBe('unknown');
    expect(await look(it, { agentSessionId: '../../x' })).toBe('unknown');
    expect(await look(it, { agentSessionId: null })).toBe('absent');
  });
});

describe('signals', () => {
  const payload = { session_id: ID };
  test.each([
    ['SessionStart', { source: 'startup' }, 'idle', null],
    ['SessionStart', { source: 'resume' }, 'idle', null],
    ['UserPromptSubmit', {}, 'working', null],
    ['PostToolUse', { tool_name: 'Bash' }, 'working', null],
    ['PermissionRequest', { tool_name: 'Bash' }, 'needs_you', 'permission'],
    ['PermissionRequest', { tool_name: 'AskUserQuestion' }, 'needs_you', 'question'],
    ['PermissionRequest', { tool_name: 'ExitPlanMode' }, 'needs_you', 'plan'],
    ['Notification', { notification_type: 'permission_prompt' }, 'needs_you', 'permission'],
    ['Notification', { notification_type: 'idle_prompt' }, 'idle', null],
    ['Stop', {}, 'idle', null],
    ['StopFailure', {}, 'needs_you', 'error'],
    ['SessionEnd', { reason: 'logout' }, 'unknown', null],
  ])('%s %j is %s', (event, more, activity, attention) => {
    expect(interpretHook(event, { ...payload, ...more })).toMatchObject({ activity, attention });
  });

  test.each([
    ['SessionStart', { source: 'compact' }],
    ['SessionEnd', { reason: 'clear' }],
    ['Notification', { notification_type: 'auth_success' }],
    ['Notification', {}],
    ['PreToolUse', {}],
    ['constructor', {}],
    ['', {}],
  ])('%s %j says nothing', (event, more) => {
    expect(interpretHook(event, { ...payload, ...more })).toBeNull();
  });

  test('a conversation counts from the first thing said in it, so that /clear and a reboot lose nothing', () => {
    expect(interpretHook('SessionStart', { ...payload, source: 'clear' })?.agentSessionId).toBeNull();
    expect(interpretHook('UserPromptSubmit', payload)?.agentSessionId).toBe(ID);
  });

  test('S5 whatever an agent sends, an id is a uuid or nothing, and nothing throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Stop', 'Notification', 'SessionStart', 'PermissionRequest', 'StopFailure'),
        fc.dictionary(fc.constantFrom('session_id', 'source', 'notification_type', 'tool_name', '__proto__'), fc.anything()),
        (event, hostile) => {
          const signal = interpretHook(event, hostile);
          expect(signal?.agentSessionId ?? ID).toMatch(/^[0-9a-f-]{36}$/);
          expect([null, 'permission', 'question', 'plan', 'error']).toContain(signal?.attention ?? null);
        },
      ),
    );
  });
});
