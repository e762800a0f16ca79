/**
 * What the daemon can be asked to do, as its transports see it. Types only: the services implement it in words of the core
 * (facts and derived status), the transports turn those into views of the contract. Every method that refuses throws (or
 * rejects with) an `AppError`; inputs have been validated for shape, not for meaning.
 *
 * There is no way to end the daemon in here; transports are handed that apart (`requestShutdown`).
 */
import type { InstanceId, LaunchId, ProjectId, SessionId, SessionRef } from '../core/ids.ts';
import type { Owner } from '../core/liveness/owner.ts';
import type { Holder } from '../core/liveness/watchdog.ts';
import type { RecoveryMode, Session } from '../core/session/session.ts';
import type { DerivedStatus } from '../core/session/status.ts';
import type { Message, Project, SessionEvent, StopRecord } from './store.ts';

export type DaemonFacts = {
  readonly pid: number;
  readonly port: number;
  readonly owner: Owner;
  readonly instanceId: InstanceId;
  readonly version: string;
  readonly startedAtMs: number;
  readonly holders: readonly Holder[];
  /** Wall clock; `null` unless a countdown runs. */
  readonly graceEndsAtMs: number | null;
  readonly lastStop: StopRecord | null;
  /** Sessions whose relaunch is queued or running. */
  readonly recovering: number;
};

export interface DaemonService {
  status(): DaemonFacts;
  /** Takes effect at once and is written to the run file. */
  setOwner(owner: Owner): DaemonFacts;
}

export type ProjectSettings = Partial<
  Pick<Project, 'name' | 'base' | 'agent' | 'orchestratorAgent' | 'orchestratorCommand' | 'env' | 'symlinks' | 'postCreate' | 'disposable'>
>;

export interface ProjectService {
  /** `path` may be anything a user typed; relative ones are refused. `id` `null`: suggested by the folder's name. */
  add(input: { readonly path: string; readonly id: ProjectId | null; readonly settings: ProjectSettings }): Promise<Project>;
  list(): readonly Project[];
  /** Throws `PROJECT_NOT_FOUND`. */
  get(id: ProjectId): Project;
  set(id: ProjectId, settings: ProjectSettings): Promise<Project>;
  /** Resolves to what was removed. Throws `PROJECT_IN_USE` while it has sessions that are not terminated. */
  remove(id: ProjectId): Promise<Project>;
}

/** A session's facts with what they mean at this moment. */
export type SessionReport = { readonly session: Session; readonly derived: DerivedStatus };

export type WorktreeOutcome = 'removed' | 'kept' | 'missing';
export type KillReport = SessionReport & { readonly worktree: WorktreeOutcome; readonly worktreeNote: string | null };
export type RecoveryReport = SessionReport & { readonly mode: RecoveryMode };
export type EnsureReport = SessionReport & { readonly created: boolean };

export type SpawnRequest = {
  readonly projectId: ProjectId;
  readonly agent: string | null;
  readonly command: string | null;
  readonly prompt: string | null;
  readonly title: string | null;
  readonly branch: string | null;
};

export type EnsureRequest = {
  readonly projectId: ProjectId;
  /** `clean` is refused with `NOT_IMPLEMENTED` until its durable job exists. */
  readonly mode: 'keep' | 'clean';
  readonly agent: string | null;
  readonly command: string | null;
};

export interface SessionService {
  /** Without `all`: those not terminated. A project that does not exist throws `PROJECT_NOT_FOUND`. */
  list(filter: { readonly projectId: ProjectId | null; readonly which: 'not_terminated' | 'all' }): readonly SessionReport[];
  /** Throws `SESSION_NOT_FOUND`. */
  get(ref: SessionRef): SessionReport;
  spawn(request: SpawnRequest): Promise<SessionReport>;
  kill(ref: SessionRef): Promise<KillReport>;
  restore(ref: SessionRef): Promise<RecoveryReport>;
  resume(ref: SessionRef): Promise<RecoveryReport>;
  rename(ref: SessionRef, title: string): SessionReport;
  logs(ref: SessionRef, options: { readonly lines: number }): Promise<{ readonly id: SessionId; readonly text: string }>;
  /** Durable when it returns. `key` `null`: one is minted. Throws `IDEMPOTENCY_CONFLICT`. */
  send(ref: SessionRef, message: { readonly text: string; readonly key: string | null }): Message;
  messages(ref: SessionRef): readonly Message[];
  events(ref: SessionRef): readonly SessionEvent[];
}

export interface OrchestratorService {
  ensure(request: EnsureRequest): Promise<EnsureReport>;
}

/** Whose token it was: one launch of one session. */
export type SessionPrincipal = { readonly sessionId: SessionId; readonly projectId: ProjectId; readonly launchId: LaunchId };

export type HookReport = {
  readonly launchId: LaunchId;
  readonly agent: string;
  readonly event: string;
  /** When it happened, ms since 1970, by the sender's clock; spooled ones are late. */
  readonly atMs: number;
  readonly payload: Readonly<Record<string, unknown>>;
};

export interface ReportService {
  /** The session a token was given to; `null` for a token nobody has. */
  authenticate(token: string): SessionPrincipal | null;
  /** Applies a report to the reporter's own session; those of an earlier launch are ignored. The transport has checked that the report names that session. */
  report(reporter: SessionPrincipal, report: HookReport): void;
}

export interface AppServices {
  readonly daemon: DaemonService;
  readonly projects: ProjectService;
  readonly sessions: SessionService;
  readonly orchestrator: OrchestratorService;
  readonly reports: ReportService;
}
