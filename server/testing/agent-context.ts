/** What an agent adapter is handed, for tests: a worker that is spawned without a prompt unless told otherwise. */
import type { LaunchId, ProjectId, SessionId } from '../core/ids.ts';
import type { AgentLaunchContext } from '../ports/agent.ts';
import { INSTANCE } from './session-facts.ts';

export function agentContext(patch: Partial<AgentLaunchContext> = {}): AgentLaunchContext {
  return {
    sessionId: 'app-1' as SessionId,
    projectId: 'app' as ProjectId,
    instanceId: INSTANCE,
    launchId: '00000000-0000-4000-9000-000000000001' as LaunchId,
    kind: 'worker',
    mode: 'spawned',
    prompt: null,
    rolePrompt: null,
    command: null,
    agentSessionId: null,
    worktree: '/w/app-1',
    repository: '/r',
    env: { PATH: '/usr/bin:/bin', HOME: '/h' },
    ...patch,
  };
}
