/** Makes the adapters of the outside world for one data directory. Wires; decides nothing. */
import { join } from 'node:path';
import { createClaudeCodeAgent } from '../adapters/agent/claude-code/claude-code.ts';
import { createCustomAgent } from '../adapters/agent/custom/custom.ts';
import { createAgentRegistry } from '../adapters/agent/registry.ts';
import { createShellAgent } from '../adapters/agent/shell/shell.ts';
import { createHookSpool } from '../adapters/hook-spool/hook-spool.ts';
import { createTmuxRuntime } from '../adapters/runtime/tmux/tmux-runtime.ts';
import { openHeadlessScreen } from '../adapters/screen/headless-screen.ts';
import { createProcessRunner } from '../adapters/system/process-runner.ts';
import type { ProcessTable } from '../adapters/system/process-table.ts';
import { createGitWorktrees } from '../adapters/workspace/git-worktree/git-worktrees.ts';
import { hookInput } from '../contract/hook.ts';
import { parseLaunchId, parseSessionId } from '../core/ids.ts';
import type { AgentRegistry } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { HookSpool, SpooledReport } from '../ports/hook-spool.ts';
import type { Log } from '../ports/log.ts';
import type { ProcessRunner } from '../ports/process-runner.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { OpenScreen, RuntimeAttach } from '../ports/terminal.ts';
import type { WorkspacePort, WorkspaceSurvey } from '../ports/workspace.ts';
import type { Installation } from './installation.ts';

export type Adapters = {
  readonly runner: ProcessRunner;
  readonly runtime: Runtime & RuntimeAttach;
  readonly openScreen: OpenScreen;
  readonly workspace: WorkspacePort & WorkspaceSurvey;
  readonly agents: AgentRegistry;
  readonly spool: HookSpool;
};

export type AdapterDeps = {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly installation: Installation;
  readonly processes: ProcessTable;
  readonly clock: Clock;
  readonly log: Log;
};

export function openAdapters({ dataDir, env, installation, processes, clock, log }: AdapterDeps): Adapters {
  const runner = createProcessRunner();
  return {
    runner,
    runtime: createTmuxRuntime({ dataDir, env, runner, processes, tree: processes, clock, log: log.child({ part: 'tmux' }) }),
    openScreen: openHeadlessScreen,
    workspace: createGitWorktrees({ dataDir, runner, env, log: log.child({ part: 'git' }) }),
    agents: createAgentRegistry([
      createClaudeCodeAgent({
        dataDir,
        nodePath: process.execPath,
        hookPath: installation.hookPath,
        log: log.child({ part: 'claude-code' }),
      }),
      createCustomAgent(),
      createShellAgent(),
    ]),
    spool: createHookSpool({ directory: join(dataDir, 'spool'), parse: parseSpooled, log }),
  };
}

function parseSpooled(text: string): SpooledReport | null {
  try {
    const parsed = hookInput.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    const { sessionId: session, launchId: launch, ...report } = parsed.data;
    const sessionId = parseSessionId(session);
    const launchId = parseLaunchId(launch);
    return sessionId === null || launchId === null ? null : { sessionId, report: { ...report, launchId } };
  } catch {
    return null;
  }
}
