/** The user's own shell as an agent: nothing to prepare, nothing to resume, and after a reboot a fresh one is as good as the old. */

import { isAbsolute } from 'node:path';
import type { AgentCapabilities } from '../../../core/agent/capabilities.ts';
import { AppError } from '../../../core/errors.ts';
import type { AgentAdapter } from '../../../ports/agent.ts';
import { isExecutable } from '../executable.ts';

const CAPABILITIES: AgentCapabilities = { canResume: false, canSignal: false, steerable: true, freshIsWhole: true, pasteSettleMs: 0 };
const FALLBACKS = ['/bin/bash', '/bin/sh'] as const;

/** `$SHELL` where it can be run; a shell without arguments on a terminal is interactive and no login shell, which might `cd` away. */
export function chooseShell(env: Readonly<Record<string, string>>): string | null {
  const wished = env['SHELL'];
  if (wished !== undefined && isAbsolute(wished) && !/\/(nologin|false|true)$/.test(wished) && isExecutable(wished)) return wished;
  return FALLBACKS.find(isExecutable) ?? null;
}

export function createShellAgent(): AgentAdapter {
  return {
    name: 'shell',
    capabilities: CAPABILITIES,
    async assertAvailable({ env }) {
      requireShell(env);
    },
    newAgentSessionId: () => null,
    history: async () => 'absent',
    prepare: async () => undefined,
    launch: ({ env, prompt }) => ({ argv: [requireShell(env)], env: prompt === null ? {} : { AO_PROMPT: prompt } }),
    interpret: () => null,
  };
}

function requireShell(env: Readonly<Record<string, string>>): string {
  const shell = chooseShell(env);
  if (shell !== null) return shell;
  throw new AppError({
    code: 'AGENT_NOT_FOUND',
    message: `No shell can be run: neither $SHELL (${env['SHELL'] ?? 'not set'}) nor ${FALLBACKS.join(' nor ')}.`,
    hint: 'Install bash, or set SHELL to an absolute path and restart the daemon: ao stop && ao start',
  });
}
