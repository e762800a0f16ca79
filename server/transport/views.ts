/** From the core's facts to the contract's views. Pure; times become ISO 8601, nothing is left out that the contract names. */
import type { AgentView } from '../contract/agent.ts';
import type { BriefingView } from '../contract/briefing.ts';
import type { DaemonStatus } from '../contract/daemon.ts';
import type { DeviceView } from '../contract/device.ts';
import type { Examination } from '../contract/doctor.ts';
import type { EvidenceView } from '../contract/evidence.ts';
import type { ProjectView } from '../contract/project.ts';
import {
  DIRT_FILES_SHOWN,
  type EnsureResult,
  type KillResult,
  type MessageView,
  type ParkResult,
  type RecoveryResult,
  type SessionDirt,
  type SessionEventView,
  type SessionView,
} from '../contract/session.ts';
import type { FeedChange, FeedSnapshot } from '../contract/socket.ts';
import type {
  AgentFacts,
  Briefing,
  DaemonFacts,
  DirtReport,
  DoctorService,
  EnsureReport,
  Evidence,
  KillReport,
  LiveEvent,
  LiveSnapshot,
  LookEvidence,
  ParkReport,
  RecoveryReport,
  SessionReport,
} from '../ports/app-services.ts';
import type { Device, Message, Project, SessionEvent } from '../ports/store.ts';

const toIso = (ms: number): string => new Date(ms).toISOString();
const toIsoOrNull = (ms: number | null): string | null => (ms === null ? null : toIso(ms));

export function toDaemonStatus(facts: DaemonFacts): DaemonStatus {
  return {
    pid: facts.pid,
    port: facts.port,
    owner: facts.owner,
    instanceId: facts.instanceId,
    version: facts.version,
    startedAt: toIso(facts.startedAtMs),
    supervisors: facts.holders.length,
    holders: facts.holders.map(({ id, kind, sinceMs, detail }) => ({ id, kind, since: toIso(sinceMs), detail })),
    graceEndsAt: toIsoOrNull(facts.graceEndsAtMs),
    graceMs: facts.graceMs,
    lossGraceMs: facts.lossGraceMs,
    lastStop: facts.lastStop === null ? null : { reason: facts.lastStop.reason, at: toIso(facts.lastStop.atMs), pid: facts.lastStop.pid },
    recovering: facts.recovering,
  };
}

export function toBriefingView(briefing: Briefing | null): BriefingView | null {
  if (briefing === null) return null;
  const items = briefing.items.map(({ session, derived, outcome, needsUser }) => ({
    id: session.id,
    projectId: session.projectId,
    kind: session.kind,
    title: session.title,
    agent: session.agent,
    outcome,
    needsYou: needsUser,
    reason: derived.reason,
  }));
  return { cause: briefing.cause, at: toIso(briefing.atMs), items: items.sort((a, b) => Number(b.needsYou) - Number(a.needsYou)) };
}

export function toExamination({ checks, findings }: Awaited<ReturnType<DoctorService['examine']>>): Examination {
  return { checks: checks.map((check) => ({ ...check })), findings: findings.map((finding) => ({ ...finding })) };
}

export function toEvidenceView({ session, derived, bootId, look, lastEvent }: Evidence): EvidenceView {
  const { activityAtMs, exit, recovery } = session;
  return {
    id: session.id,
    status: derived.status,
    reason: derived.reason,
    look: look === null ? null : { at: toIso(look.atMs), ...toLookWords(look.probe) },
    bootId,
    launch: { id: session.launchId, at: toIso(session.launchedAtMs), runtime: `${session.runtimeKind} ${session.runtimeHandle}` },
    signal: activityAtMs === null ? null : { activity: session.activity, source: session.activitySource, at: toIso(activityAtMs) },
    exit: exit === null ? null : { code: exit.code, signal: exit.signal, at: toIso(exit.atMs) },
    recovery: recovery === null ? null : { state: recovery.state, reason: recovery.reason, at: toIso(recovery.atMs) },
    lastEvent: lastEvent === null ? null : toEventView(lastEvent),
  };
}

type LookWords = Pick<NonNullable<EvidenceView['look']>, 'state' | 'pid' | 'detail'>;

function toLookWords(probe: LookEvidence['probe']): LookWords {
  switch (probe.state) {
    case 'alive':
      return { state: 'alive', pid: probe.pid, detail: null };
    case 'exited':
      return { state: 'exited', pid: null, detail: probe.exit.signal ?? (probe.exit.code === null ? 'ended' : `code ${probe.exit.code}`) };
    case 'dead':
      return {
        state: 'dead',
        pid: null,
        detail: probe.evidence === 'absent' ? 'its host answered without it' : 'its host is gone, process and all',
      };
    case 'unknown':
      return { state: 'unknown', pid: null, detail: probe.why };
    default:
      return probe satisfies never;
  }
}

export function toProjectView(project: Project): ProjectView {
  return {
    id: project.id,
    path: project.path,
    name: project.name,
    base: project.base,
    agent: project.agent,
    orchestratorAgent: project.orchestratorAgent,
    orchestratorCommand: project.orchestratorCommand,
    env: { ...project.env },
    symlinks: [...project.symlinks],
    postCreate: [...project.postCreate],
    disposable: [...project.disposable],
    record: project.record,
    createdAt: toIso(project.createdAtMs),
    updatedAt: toIso(project.updatedAtMs),
  };
}

export function toSessionView({ session, derived }: SessionReport): SessionView {
  return {
    id: session.id,
    projectId: session.projectId,
    kind: session.kind,
    slot: session.slot,
    agent: session.agent,
    command: session.command,
    title: session.title,
    prompt: session.prompt,
    phase: session.phase,
    status: derived.status,
    reason: derived.reason,
    activity: session.activity,
    activitySource: session.activitySource,
    activityAt: toIsoOrNull(session.activityAtMs),
    exitCode: session.exit?.code ?? null,
    exitSignal: session.exit?.signal ?? null,
    exitedAt: toIsoOrNull(session.exit?.atMs ?? null),
    branch: session.workspace.branch,
    base: session.workspace.base,
    workspacePath: session.workspace.path,
    preservedRef: session.preservedRef,
    runtime: { kind: session.runtimeKind, handle: session.runtimeHandle },
    launchId: session.launchId,
    launchMode: session.launchMode,
    launchedAt: toIso(session.launchedAtMs),
    agentSessionId: session.agentSessionId,
    replaces: session.replaces,
    replacedBy: session.replacedBy,
    parked: session.parked,
    createdAt: toIso(session.createdAtMs),
    updatedAt: toIso(session.updatedAtMs),
  };
}

export function toKillResult(report: KillReport): KillResult {
  return { ...toSessionView(report), worktree: report.worktree, worktreeNote: report.worktreeNote };
}

export function toRecoveryResult(report: RecoveryReport): RecoveryResult {
  return { ...toSessionView(report), mode: report.mode, note: report.note };
}

export function toParkResult({ sessions, failed }: ParkReport): ParkResult {
  return {
    sessions: sessions.map(toSessionView),
    failed: failed.map(({ id, error }) => ({ id, code: error.code, message: error.message, hint: error.hint })),
  };
}

export function toEnsureResult(report: EnsureReport): EnsureResult {
  return { session: toSessionView(report), created: report.created };
}

export function toMessageView(message: Message): MessageView {
  return {
    messageId: message.id,
    sessionId: message.sessionId,
    key: message.key,
    text: message.text,
    state: message.state,
    reason: message.reason,
    createdAt: toIso(message.createdAtMs),
    updatedAt: toIso(message.updatedAtMs),
  };
}

export function toEventView(event: SessionEvent): SessionEventView {
  return {
    seq: event.seq,
    sessionId: event.sessionId,
    projectId: event.projectId,
    at: toIso(event.atMs),
    kind: event.kind,
    reason: event.reason,
    data: event.data === undefined ? null : { ...event.data },
    before: event.before === null ? null : { ...event.before },
    after: event.after === null ? null : { ...event.after },
  };
}

export function toDeviceView(device: Device, asking: string | null): DeviceView {
  return {
    id: device.id,
    name: device.name,
    createdAt: toIso(device.createdAtMs),
    lastSeenAt: toIso(device.lastSeenAtMs),
    current: device.id === asking,
  };
}

export function toAgentView({ name, needsCommand, missing }: AgentFacts): AgentView {
  return { name, available: missing === null, needsCommand, why: missing?.why ?? null, hint: missing?.hint ?? null };
}

export function toSessionDirt({ branch, worktree, files }: DirtReport): SessionDirt {
  return { branch, worktree, files: files.slice(0, DIRT_FILES_SHOWN), total: files.length };
}

export function toFeedSnapshot({ epoch, seq, atMs, content }: LiveSnapshot): FeedSnapshot {
  return {
    epoch,
    seq,
    at: toIso(atMs),
    sessions: [...content.sessions.values()].map(toSessionView),
    projects: [...content.projects.values()].map(toProjectView),
  };
}

export function toFeedChange({ change }: LiveEvent): FeedChange {
  switch (change.kind) {
    case 'session':
      return { kind: 'session', session: toSessionView(change.session) };
    case 'project':
      return { kind: 'project', project: toProjectView(change.project) };
    case 'session-removed':
    case 'project-removed':
      return change;
  }
}
