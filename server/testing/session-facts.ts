/** Facts of a session for tests: a live `shell` worker unless told otherwise. */
import type { AgentCapabilities } from '../core/agent/capabilities.ts';
import type { InstanceId, LaunchId, ProjectId, RuntimeHandle, SessionId } from '../core/ids.ts';
import type { ObservedTags } from '../core/session/probe.ts';
import type { Session } from '../core/session/session.ts';

export const INSTANCE = '00000000-0000-4000-8000-000000000001' as InstanceId;

export const launch = (n: number): LaunchId => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}` as LaunchId;

export const RESUMABLE: AgentCapabilities = { canResume: true, canSignal: true, steerable: true, freshIsWhole: false, pasteSettleMs: 300 };
export const SHELL: AgentCapabilities = { canResume: false, canSignal: false, steerable: true, freshIsWhole: true, pasteSettleMs: 0 };
export const CUSTOM: AgentCapabilities = { canResume: false, canSignal: false, steerable: true, freshIsWhole: false, pasteSettleMs: 0 };

export function sessionFacts(patch: Partial<Session> = {}): Session {
  const number = patch.number ?? 1;
  const id = patch.id ?? (`app-${number}` as SessionId);
  return {
    id,
    projectId: 'app' as ProjectId,
    number,
    kind: 'worker',
    slot: patch.kind === 'orchestrator' ? 'current' : null,
    replaces: null,
    replacedBy: null,
    agent: 'shell',
    command: null,
    title: id,
    prompt: null,
    phase: 'live',
    endReason: null,
    endDetail: null,
    activity: 'unknown',
    activitySource: 'none',
    activityAtMs: null,
    attention: null,
    firstSignalAtMs: null,
    runtimeKind: 'tmux',
    runtimeHandle: `/s:${id}` as RuntimeHandle,
    launchId: launch(number),
    launchMode: 'spawned',
    launchedAtMs: 1_000,
    workspace: { path: `/w/${id}`, repository: '/r', branch: `ao/${id}`, base: 'main', baseCommit: 'c0ffee', branchCreated: true },
    agentSessionId: null,
    exit: null,
    recovery: null,
    killRequestedAtMs: null,
    parked: false,
    preservedRef: null,
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
    ...patch,
  };
}

export function tagsOf(session: Session, patch: Partial<ObservedTags> = {}): ObservedTags {
  return { instanceId: INSTANCE, sessionId: session.id, launchId: session.launchId, ...patch };
}
