/** Makes the adapters of the outside world for one data directory. Wires; decides nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createClaudeCodeAgent } from '../adapters/agent/claude-code/claude-code.ts';
import { createCustomAgent } from '../adapters/agent/custom/custom.ts';
import { findOnPath } from '../adapters/agent/executable.ts';
import { createAgentRegistry } from '../adapters/agent/registry.ts';
import { createShellAgent } from '../adapters/agent/shell/shell.ts';
import { createHookSpool } from '../adapters/hook-spool/hook-spool.ts';
import { createPtyHostRuntime } from '../adapters/runtime/ptyhost/ptyhost-runtime.ts';
import { createTmuxRuntime } from '../adapters/runtime/tmux/tmux-runtime.ts';
import { createProcessRunner } from '../adapters/system/process-runner.ts';
import type { ProcessTable } from '../adapters/system/process-table.ts';
import { createGitWorktrees } from '../adapters/workspace/git-worktree/git-worktrees.ts';
import { hookInput } from '../contract/hook.ts';
import { parseLaunchId, parseSessionId } from '../core/ids.ts';
import type { RuntimeKind } from '../core/session/session.ts';
import type { AgentRegistry } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { HookSpool, SpooledReport } from '../ports/hook-spool.ts';
import type { Log } from '../ports/log.ts';
import type { ProcessRunner } from '../ports/process-runner.ts';
import type { WorkspacePort, WorkspaceSurvey } from '../ports/workspace.ts';
import type { Installation } from './installation.ts';
import { chooseRuntime } from './runtime-choice.ts';
import { type AnyRuntime, createRuntimeRouter } from './runtime-router.ts';

export type Adapters = {
  readonly runner: ProcessRunner;
  readonly runtime: AnyRuntime;
  readonly workspace: WorkspacePort & WorkspaceSurvey;
  readonly agents: AgentRegistry;
  readonly spool: HookSpool;
};

export type AdapterDeps = {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The runtime that was asked for. */
  readonly asked: RuntimeKind | null;
  readonly installation: Installation;
  readonly processes: ProcessTable;
  readonly clock: Clock;
  readonly log: Log;
};

export function openAdapters(deps: AdapterDeps): Adapters {
  const { dataDir, env, installation, log } = deps;
  const runner = createProcessRunner();
  return {
    runner,
    runtime: openRuntime(deps, runner),
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

function openRuntime({ dataDir, env, asked, installation, processes, clock, log }: AdapterDeps, runner: ProcessRunner): AnyRuntime {
  const found = { platform: process.platform, tmux: findOnPath('tmux', env['PATH']) === null ? 'missing' : 'found' } as const;
  const chosen = chooseRuntime(asked, found);
  log.info({ chosen, asked, ...found }, 'runtime of new sessions');
  const common = { dataDir, env, processes, tree: processes, clock };
  return createRuntimeRouter({
    chosen,
    runtimes: {
      tmux: createTmuxRuntime({ ...common, runner, log: log.child({ part: 'tmux' }) }),
      ptyhost: createPtyHostRuntime({ ...common, program: installation.ptyHostPath, log: log.child({ part: 'ptyhost' }) }),
    },
    wasUsed: (kind) => existsSync(join(dataDir, kind)),
  });
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
