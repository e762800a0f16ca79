/** Between a session and its row. Compound facts are spread over columns; one is there when its time is. Pure but for the row check. */
import type { sessions } from '../../../../drizzle/schema/sessions.ts';
import type { LaunchId, ProjectId, RuntimeHandle, SessionId } from '../../../core/ids.ts';
import type { ExitFact, RecoveryFact, Session } from '../../../core/session/session.ts';

export type SessionRow = typeof sessions.$inferSelect;

/** Expects a checked row. */
export function toSession(row: SessionRow): Session {
  return {
    id: row.id as SessionId,
    projectId: row.projectId as ProjectId,
    number: row.number,
    kind: row.kind,
    slot: row.slot,
    replaces: row.replaces as SessionId | null,
    replacedBy: row.replacedBy as SessionId | null,
    agent: row.agent,
    command: row.command,
    title: row.title,
    prompt: row.prompt,
    phase: row.phase,
    endReason: row.endReason,
    endDetail: row.endDetail,
    activity: row.activity,
    activitySource: row.activitySource,
    activityAtMs: row.activityAtMs,
    attention: row.attention,
    firstSignalAtMs: row.firstSignalAtMs,
    runtimeKind: row.runtimeKind,
    runtimeHandle: row.runtimeHandle as RuntimeHandle,
    launchId: row.launchId as LaunchId,
    launchMode: row.launchMode,
    launchedAtMs: row.launchedAtMs,
    workspace: {
      path: row.workspacePath,
      repository: row.workspaceRepository,
      branch: row.workspaceBranch,
      base: row.workspaceBase,
      baseCommit: row.workspaceBaseCommit,
      branchCreated: row.workspaceBranchCreated,
    },
    agentSessionId: row.agentSessionId,
    exit: toExit(row),
    recovery: toRecovery(row),
    killRequestedAtMs: row.killRequestedAtMs,
    parked: row.parked,
    preservedRef: row.preservedRef,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
  };
}

export function toSessionRow(session: Session): SessionRow {
  const { workspace, exit, recovery, ...plain } = session;
  return {
    ...plain,
    workspacePath: workspace.path,
    workspaceRepository: workspace.repository,
    workspaceBranch: workspace.branch,
    workspaceBase: workspace.base,
    workspaceBaseCommit: workspace.baseCommit,
    workspaceBranchCreated: workspace.branchCreated,
    exitCode: exit?.code ?? null,
    exitSignal: exit?.signal ?? null,
    exitAtMs: exit?.atMs ?? null,
    recoveryState: recovery?.state ?? null,
    recoveryReason: recovery?.reason ?? null,
    recoveryAtMs: recovery?.atMs ?? null,
  };
}

/** Only the columns that differ, so that an update touches no index it need not. */
export function changedColumns(old: Session, next: Session): Partial<SessionRow> {
  const before = toSessionRow(old);
  const after = toSessionRow(next);
  const columns = Object.keys(before) as readonly (keyof SessionRow)[];
  return Object.fromEntries(columns.filter((column) => before[column] !== after[column]).map((column) => [column, after[column]]));
}

function toExit(row: SessionRow): ExitFact | null {
  return row.exitAtMs === null ? null : { code: row.exitCode, signal: row.exitSignal, atMs: row.exitAtMs };
}

function toRecovery(row: SessionRow): RecoveryFact | null {
  if (row.recoveryState === null) return null;
  return { state: row.recoveryState, reason: row.recoveryReason ?? '', atMs: row.recoveryAtMs ?? 0 };
}
