/**
 * The real Claude Code against a stand-in for its model: what we hand it, and what it tells us. Needs its program: named by
 * AO_TEST_CLAUDE, or installed by `npm test`; skipped, with the reason, where there is none.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { AgentLaunchContext } from '../../../ports/agent.ts';
import { agentContext } from '../../../testing/agent-context.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { bundleHookClient } from '../../../testing/hook-bundle.ts';
import { openHookReceiver } from '../../../testing/model-api/hook-receiver.ts';
import { ECHO, type ModelApiOptions, openModelApi } from '../../../testing/model-api/model-api.ts';
import { eventually, makeTempDir } from '../../../testing/resources.ts';
import { createClaudeCodeAgent } from './claude-code.ts';

const INSTALLED = fileURLToPath(new URL('../../../../.tooling/agents/node_modules/.bin/claude', import.meta.url));
const CLAUDE = [process.env['AO_TEST_CLAUDE'], INSTALLED].find((path) => path !== undefined && path !== '' && existsSync(path));
const SKIPPED = CLAUDE === undefined ? ' (skipped: no claude; set AO_TEST_CLAUDE to its path, or node scripts/test.mjs installs it)' : '';

const KEY = `sk-ant-${'0'.repeat(60)}`;
const PATIENCE = { limitMs: 60_000, everyMs: 50 };
const TRUST_DIALOG = /trust this folder|Is this a project you/i;

/** A home, a repository, a model, a daemon's ear, and a terminal of its own for one Claude. */
async function setUp(options: ModelApiOptions = {}) {
  const dir = await makeTempDir('ao-claude-');
  const model = await openModelApi(options);
  const daemon = await openHookReceiver();
  const root = realpathSync(dir.path);
  const [home, repository, worktree, bin, dataDir, runFile] = ['home', 'repo', 'worktree', 'bin', 'data', 'running.json'].map((name) =>
    join(root, name),
  ) as [string, string, string, string, string, string];
  for (const folder of [home, repository, bin, dataDir]) mkdirSync(folder);
  symlinkSync(CLAUDE ?? '', join(bin, 'claude'));
  writeFileSync(runFile, JSON.stringify({ port: daemon.port, pid: process.pid }));
  const configFile = join(home, '.claude.json');
  writeFileSync(
    configFile,
    JSON.stringify(
      { hasCompletedOnboarding: true, theme: 'dark', customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] } },
      null,
      2,
    ),
  );
  const env: Record<string, string> = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    GIT_CONFIG_GLOBAL: '/dev/null',
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    AO_SESSION_ID: 'app-1',
    AO_LAUNCH_ID: randomUUID(),
    AO_SESSION_TOKEN: 'token',
    AO_RUN_FILE: runFile,
    AO_DATA_DIR: dataDir,
  };
  const git = (args: readonly string[], cwd = repository): string =>
    spawnSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], { cwd, env, encoding: 'utf8' }).stdout;
  git(['init', '--quiet']);
  git(['commit', '--quiet', '--allow-empty', '--message', 'first']);
  git(['worktree', 'add', '--quiet', worktree]);
  const hookPath = await bundleHookClient(root);
  const agent = createClaudeCodeAgent({ dataDir, nodePath: process.execPath, hookPath, log: createRecordingLog() });

  const tmux = (...args: readonly string[]) =>
    spawnSync('tmux', ['-S', join(root, 's'), '-f', '/dev/null', ...args], { env: { PATH: env['PATH'], HOME: home }, encoding: 'utf8' });
  const screen = (): string => tmux('capture-pane', '-p', '-t', '=claude:').stdout;
  /** In the order of the hooks' own times, as the daemon takes them: those that Claude does not wait for may arrive late. */
  const activities = (): readonly string[] =>
    daemon.received
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ event, payload }) => agent.interpret(event, payload))
      .flatMap((signal) => (signal === null ? [] : [`${signal.activity}${signal.attention === null ? '' : `/${signal.attention}`}`]));

  /** As a reboot does it; only this test knows the socket. Waits, or Claude would still be writing into its home. */
  async function end(): Promise<void> {
    const pid = Number(tmux('display-message', '-p', '-t', '=claude:', '#{pane_pid}').stdout);
    tmux('kill-server');
    if (pid > 0) await eventually('claude to be gone', () => isGone(pid), PATIENCE);
  }

  const transcriptOf = (conversation: string | null): string | undefined => {
    const projects = join(home, '.claude/projects');
    const folders = existsSync(projects) ? readdirSync(projects) : [];
    return folders.map((folder) => join(projects, folder, `${conversation}.jsonl`)).find((path) => existsSync(path));
  };

  return {
    agent,
    model,
    daemon,
    env,
    /** What Claude has written of a conversation so far. */
    transcript(conversation: string | null): string {
      const path = transcriptOf(conversation);
      return path === undefined ? '' : readFileSync(path, 'utf8');
    },
    writeTranscript(conversation: string | null, text: string): void {
      writeFileSync(transcriptOf(conversation) ?? '', text);
    },
    runs: (): boolean => tmux('has-session', '-t', '=claude').status === 0,
    worktree,
    configFile,
    git,
    screen,
    activities,
    context: (patch: Partial<AgentLaunchContext> = {}) => agentContext({ env, worktree, repository, ...patch }),
    start(context: AgentLaunchContext): void {
      const { argv, env: more } = agent.launch(context);
      const assignments = Object.entries({ ...context.env, ...more }).map(([name, value]) => `${name}=${value}`);
      const started = tmux(
        'new-session',
        '-d',
        '-s',
        'claude',
        '-x',
        '120',
        '-y',
        '40',
        '-c',
        worktree,
        '--',
        'env',
        '-i',
        ...assignments,
        ...argv,
      );
      if (started.status !== 0) throw new Error(started.stderr);
    },
    async says(text: string | RegExp): Promise<void> {
      const look = (): boolean => (typeof text === 'string' ? screen().includes(text) : text.test(screen()));
      await eventually(`${String(text)} on the screen`, look, PATIENCE).catch((error: unknown) => {
        throw new Error(`the screen says instead:\n${screen()}`, { cause: error });
      });
    },
    becomes: (activity: string) => eventually(`the last report to be ${activity}`, () => activities().at(-1) === activity, PATIENCE),
    press: (...keys: readonly string[]) => void tmux('send-keys', '-t', '=claude:', ...keys),
    end,
    async [Symbol.asyncDispose]() {
      await end();
      for (const open of [daemon, model, dir]) await open[Symbol.asyncDispose]();
    },
  };
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

describe.skipIf(CLAUDE === undefined)(`the real Claude Code${SKIPPED}`, () => {
  test('says its prompt under our conversation id, asks for no trust, and its hooks arrive', { timeout: 120_000 }, async () => {
    await using it = await setUp();
    const agentSessionId = it.agent.newAgentSessionId();
    const context = it.context({ agentSessionId, prompt: '--say "hello" $(there)', rolePrompt: 'You lead the orchestra.' });
    expect(await it.agent.history({ env: it.env, worktree: it.worktree, agentSessionId })).not.toBe('present');
    await it.agent.prepare(context);
    it.start(context);
    await it.says(`${ECHO}--say "hello" $(there)`);
    await it.becomes('idle');
    expect(it.screen()).not.toMatch(TRUST_DIALOG);
    expect(it.model.conversation[0]?.system).toContain('You lead the orchestra.');
    expect(it.activities()).toEqual(['idle', 'working', 'idle']);
    expect(it.daemon.received.at(-1)).toMatchObject({
      sessionId: 'app-1',
      launchId: it.env['AO_LAUNCH_ID'],
      agent: 'claude-code',
      event: 'Stop',
      authorization: 'Bearer token',
      payload: { session_id: agentSessionId },
    });
    expect(it.daemon.bodies.join()).not.toContain('hello');
    // Claude writes behind what it shows and reports.
    const look = () => it.agent.history({ env: it.env, worktree: it.worktree, agentSessionId });
    await eventually('its transcript to hold the message', async () => (await look()) === 'present', PATIENCE);
    // Nothing of ours makes the tree dirty.
    expect(it.git(['status', '--porcelain', '--ignored'], it.worktree)).toBe('');
  });

  test('killed and resumed, it has the whole conversation under the same id', { timeout: 120_000 }, async () => {
    await using it = await setUp();
    const agentSessionId = it.agent.newAgentSessionId();
    const context = it.context({ agentSessionId, prompt: 'remember the tune' });
    await it.agent.prepare(context);
    it.start(context);
    await it.says(`${ECHO}remember the tune`);
    await it.becomes('idle');
    // Claude writes behind what it shows and reports: what is killed before that has no conversation to come back to.
    await eventually('the answer to be in the transcript', () => it.transcript(agentSessionId).includes(`"${ECHO}remember`), PATIENCE);
    await it.end();

    const again = it.context({ agentSessionId, prompt: 'remember the tune', mode: 'resumed' });
    await it.agent.prepare(again);
    it.start(again);
    await it.says(`${ECHO}remember the tune`);
    await eventually(
      'the resumed session to report',
      () => it.daemon.received.some(({ event, payload }) => event === 'SessionStart' && payload['source'] === 'resume'),
      PATIENCE,
    );
    // The prompt was not said again.
    expect(it.model.conversation).toHaveLength(1);
    it.press('-l', 'and now the words');
    await it.says('and now the words');
    it.press('Enter');
    await it.says(`${ECHO}and now the words`);
    expect(
      it.model.conversation
        .at(-1)
        ?.messages.map(({ text }) => text)
        .filter((text) => text !== ''),
    ).toEqual(['remember the tune', `${ECHO}remember the tune`, 'and now the words']);
    await it.becomes('idle');
    expect(it.daemon.received.at(-1)?.payload['session_id']).toBe(agentSessionId);
  });

  test('a transcript without a message is one that it refuses to resume, and no history to us', { timeout: 120_000 }, async () => {
    await using it = await setUp();
    const agentSessionId = it.agent.newAgentSessionId();
    const look = () => it.agent.history({ env: it.env, worktree: it.worktree, agentSessionId });
    const context = it.context({ agentSessionId, prompt: 'remember the tune' });
    await it.agent.prepare(context);
    it.start(context);
    await eventually('the prompt to be in the transcript', () => it.transcript(agentSessionId).includes('"user"'), PATIENCE);
    await it.end();
    expect(await look()).toBe('present');
    const own = it
      .transcript(agentSessionId)
      .split('\n')
      .filter((record) => record !== '' && !('uuid' in JSON.parse(record)));
    expect(own).not.toEqual([]);
    it.writeTranscript(agentSessionId, `${own.join('\n')}\n`);
    expect(await look()).toBe('absent');
    it.start(it.context({ agentSessionId, mode: 'resumed' }));
    await eventually('claude to give up', () => !it.runs(), PATIENCE);
  });

  test('waits for a permission, says so, and works on when it has it', { timeout: 120_000 }, async () => {
    await using it = await setUp({
      reply: ({ messages }) =>
        messages.length < 2
          ? { tool: 'Bash', input: { command: 'touch made-by-claude', description: 'make a file' } }
          : { text: 'all done' },
    });
    const context = it.context({ agentSessionId: it.agent.newAgentSessionId(), prompt: 'make a file' });
    await it.agent.prepare(context);
    it.start(context);
    await it.becomes('needs_you/permission');
    await it.says('Do you want to proceed?');
    expect(existsSync(join(it.worktree, 'made-by-claude'))).toBe(false);
    it.press('Enter');
    await it.says('all done');
    expect(existsSync(join(it.worktree, 'made-by-claude'))).toBe(true);
    const changes = () => it.activities().filter((activity, index, all) => activity !== all[index - 1]);
    const whole = ['idle', 'working', 'needs_you/permission', 'working', 'idle'];
    await eventually(
      () => `${whole.join()} instead of ${changes().join()}`,
      () => changes().join() === whole.join(),
      PATIENCE,
    );
  });

  test('without the trust flag it does ask, and reports nothing', { timeout: 120_000 }, async () => {
    await using it = await setUp();
    const before = readFileSync(it.configFile, 'utf8');
    const context = it.context({ agentSessionId: it.agent.newAgentSessionId(), prompt: 'hello' });
    await it.agent.prepare(context);
    writeFileSync(it.configFile, before);
    it.start(context);
    await it.says(TRUST_DIALOG);
    expect(it.activities()).toEqual([]);
  });
});
