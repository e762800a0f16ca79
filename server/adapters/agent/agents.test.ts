/** The registry, and the agents that need no program of their own. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentContext } from '../../testing/agent-context.ts';
import { makeTempDir } from '../../testing/resources.ts';
import { createCustomAgent } from './custom/custom.ts';
import { findOnPath } from './executable.ts';
import { createAgentRegistry } from './registry.ts';
import { createShellAgent } from './shell/shell.ts';

describe('the registry', () => {
  const registry = createAgentRegistry([createShellAgent(), createCustomAgent()]);

  test('knows agents by name', () => {
    expect(registry.names).toEqual(['custom', 'shell']);
    expect(registry.get('shell').name).toBe('shell');
  });

  test.each(['codex', '', '__proto__', 'constructor', 'SHELL'])('S6 refuses %j and names the known ones', (name) => {
    expect(() => registry.get(name)).toThrow(
      expect.objectContaining({ code: 'AGENT_UNKNOWN', message: expect.stringContaining('custom, shell') }),
    );
  });
});

describe('shell', () => {
  const shell = createShellAgent();

  test('is the user’s own shell, without arguments: interactive on a terminal, no login shell', async () => {
    const context = agentContext({ env: { SHELL: '/bin/sh' } });
    await shell.assertAvailable({ env: context.env, command: null });
    expect(shell.launch(context)).toEqual({ argv: ['/bin/sh'], env: {} });
  });

  test.each([undefined, '', 'bash', '/nowhere/fish', '/usr/sbin/nologin', '/etc/passwd', '/tmp'])(
    'falls back where $SHELL is %j',
    (wished) => {
      const env = wished === undefined ? {} : { SHELL: wished };
      expect(['/bin/bash', '/bin/sh']).toContain(shell.launch(agentContext({ env })).argv[0]);
    },
  );

  test('finds a prompt in AO_PROMPT, and is whole when fresh', () => {
    expect(shell.launch(agentContext({ prompt: '$(touch owned)\n"\'' })).env).toEqual({ AO_PROMPT: '$(touch owned)\n"\'' });
    expect(shell.capabilities).toMatchObject({ freshIsWhole: true, canResume: false, canSignal: false, steerable: true });
    expect(shell.newAgentSessionId()).toBeNull();
    expect(shell.interpret('Stop', {})).toBeNull();
  });
});

describe('custom', () => {
  const custom = createCustomAgent();
  const command = `my-agent "$AO_PROMPT" | tee 'log'`;

  test('hands the command to sh as it is, with the prompt in AO_PROMPT', () => {
    expect(custom.launch(agentContext({ command, prompt: 'do it' }))).toEqual({
      argv: ['/bin/sh', '-c', command],
      env: { AO_PROMPT: 'do it' },
    });
    expect(custom.launch(agentContext({ command })).env).toEqual({});
  });

  test('an orchestrator without a prompt of its own has its role as prompt', () => {
    expect(custom.launch(agentContext({ command, kind: 'orchestrator', rolePrompt: 'lead' })).env).toEqual({ AO_PROMPT: 'lead' });
    expect(custom.launch(agentContext({ command, kind: 'orchestrator', rolePrompt: 'lead', prompt: 'mine' })).env).toEqual({
      AO_PROMPT: 'mine',
    });
  });

  test.each([null, '', '  \n'])('needs a command, and %j is none', async (none) => {
    const refused = expect.objectContaining({ code: 'COMMAND_REQUIRED' });
    await expect(custom.assertAvailable({ env: {}, command: none })).rejects.toEqual(refused);
    expect(() => custom.launch(agentContext({ command: none }))).toThrow(refused);
  });

  test('can neither resume nor signal', () => {
    expect(custom.capabilities).toMatchObject({ canResume: false, canSignal: false, freshIsWhole: false });
  });
});

describe('looking on PATH', () => {
  test('S7 finds only what can be run, in absolute folders, in order', async () => {
    await using dir = await makeTempDir();
    const [first, second] = [join(dir.path, 'first'), join(dir.path, 'second')];
    for (const folder of [first, second]) mkdirSync(folder);
    writeFileSync(join(first, 'tool'), '');
    expect(findOnPath('tool', `${first}:${second}`)).toBeNull();
    writeFileSync(join(second, 'tool'), '');
    chmodSync(join(second, 'tool'), 0o755);
    mkdirSync(join(first, 'sub', 'tool'), { recursive: true });
    expect(findOnPath('tool', `${join(first, 'sub')}:${first}:${second}`)).toBe(join(second, 'tool'));
    expect(findOnPath('tool', `:.:./second:second:~/second`)).toBeNull();
    expect(findOnPath('tool', undefined)).toBeNull();
  });
});
