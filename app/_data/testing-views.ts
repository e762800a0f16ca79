/** Sessions and projects for the tests of this folder. */
import type { ProjectView } from '../../server/contract/project.ts';
import type { SessionView } from '../../server/contract/session.ts';

export const AT = '2026-01-02T03:04:05.000Z';

export function aSession(part: Partial<SessionView> = {}): SessionView {
  const id = part.id ?? 'app-1';
  return {
    id,
    projectId: 'app',
    kind: 'worker',
    slot: null,
    agent: 'shell',
    command: null,
    title: id,
    prompt: null,
    phase: 'live',
    status: 'running',
    reason: 'The agent runs; it cannot report what it does',
    activity: 'unknown',
    activitySource: 'none',
    activityAt: null,
    exitCode: null,
    exitSignal: null,
    exitedAt: null,
    branch: `ao/${id}`,
    base: 'main',
    workspacePath: `/data/worktrees/app/${id}`,
    preservedRef: null,
    runtime: { kind: 'tmux', handle: 'socket:name' },
    launchId: 'launch',
    launchMode: 'spawned',
    launchedAt: AT,
    agentSessionId: null,
    replaces: null,
    replacedBy: null,
    parked: false,
    createdAt: AT,
    updatedAt: AT,
    ...part,
  };
}

export function aProject(part: Partial<ProjectView> = {}): ProjectView {
  return {
    id: 'app',
    path: '/code/app',
    name: 'app',
    base: 'main',
    agent: 'shell',
    orchestratorAgent: 'shell',
    orchestratorCommand: null,
    env: {},
    symlinks: [],
    postCreate: [],
    disposable: [],
    record: 'off',
    createdAt: AT,
    updatedAt: AT,
    ...part,
  };
}
