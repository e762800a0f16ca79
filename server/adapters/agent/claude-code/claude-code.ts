/**
 * Claude Code: how it is found, started under a conversation id of our choice, and resumed. Permissions are the user's own
 * business: nothing here ever bypasses them. What it writes, it writes outside the worktree.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AgentCapabilities } from '../../../core/agent/capabilities.ts';
import { AppError } from '../../../core/errors.ts';
import type { SessionId } from '../../../core/ids.ts';
import type { AgentAdapter } from '../../../ports/agent.ts';
import type { Log } from '../../../ports/log.ts';
import { findOnPath, searchedFolders } from '../executable.ts';
import { findHistory } from './history.ts';
import { toHookSettings, writeSettings } from './hook-settings.ts';
import { configDirOf, configFileOf } from './places.ts';
import { interpretHook, isConversationId } from './signals.ts';
import { createTrust } from './trust.ts';

const CAPABILITIES: AgentCapabilities = { canResume: true, canSignal: true, steerable: true, freshIsWhole: false, pasteSettleMs: 300 };

export type ClaudeCodeDeps = {
  readonly dataDir: string;
  /** Absolute path of the node that runs hooks. */
  readonly nodePath: string;
  /** Absolute path of the bundled hook client. */
  readonly hookPath: string;
  readonly log: Log;
};

export function createClaudeCodeAgent({ dataDir, nodePath, hookPath, log }: ClaudeCodeDeps): AgentAdapter {
  const trust = createTrust(log);
  const settingsFile = (sessionId: SessionId): string => join(dataDir, 'agents', 'claude-code', `${sessionId}.json`);

  return {
    name: 'claude-code',
    capabilities: CAPABILITIES,

    async assertAvailable({ env }) {
      requireClaude(env);
    },

    newAgentSessionId: () => randomUUID(),

    history: ({ env, agentSessionId }) => findHistory(configDirOf(env), agentSessionId),

    async prepare({ sessionId, worktree, repository, env }) {
      await writeSettings(settingsFile(sessionId), toHookSettings({ nodePath, hookPath }));
      await trust.grant(configFileOf(env), [worktree, repository]);
    },

    launch({ sessionId, mode, prompt, rolePrompt, agentSessionId, env }) {
      const id = agentSessionId !== null && isConversationId(agentSessionId) ? agentSessionId : null;
      const resumed = mode === 'resumed' && id !== null;
      const conversation = id === null ? [] : [resumed ? '--resume' : '--session-id', id];
      const role = rolePrompt === null ? [] : ['--append-system-prompt', rolePrompt];
      const says = (mode === 'spawned' || mode === 'replayed') && prompt !== null && prompt !== '';
      return {
        argv: [requireClaude(env), ...conversation, '--settings', settingsFile(sessionId), ...role, ...(says ? ['--', prompt] : [])],
        env: {},
      };
    },

    interpret: interpretHook,
  };
}

function requireClaude(env: Readonly<Record<string, string>>): string {
  const found = findOnPath('claude', env['PATH']);
  if (found !== null) return found;
  const folders = searchedFolders(env['PATH']);
  throw new AppError({
    code: 'AGENT_NOT_FOUND',
    message: `The program claude is not on the session's PATH (${folders.length === 0 ? 'it has no absolute folder' : folders.join(':')}).`,
    hint: 'Install it with: npm install -g @anthropic-ai/claude-code; if it is installed, start the daemon where claude is found: ao stop && ao start',
  });
}
