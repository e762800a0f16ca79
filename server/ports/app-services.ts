/**
 * What the daemon can be asked to do, as its transports see it. Types only: the services implement it in words of the core
 * (facts and derived status), the transports turn those into views of the contract. Every method that refuses throws (or
 * rejects with) an `AppError`; inputs have been validated for shape, not for meaning.
 *
 * There is no way to end the daemon in here; transports are handed that apart (`requestShutdown`).
 */
import type { Visit } from '../core/access/visit.ts';
import type { BriefingCause, BriefingOutcome } from '../core/briefing/briefing.ts';
import type { Finding } from '../core/doctor/findings.ts';
import type { AppErrorFacts } from '../core/errors.ts';
import type { FeedChange, FeedContent } from '../core/feed/feed.ts';
import type { InstanceId, LaunchId, ProjectId, RuntimeHandle, SessionId, SessionRef } from '../core/ids.ts';
import type { Owner } from '../core/liveness/owner.ts';
import type { Holder } from '../core/liveness/watchdog.ts';
import type { Probe } from '../core/session/probe.ts';
import type { RecoveryMode, Session } from '../core/session/session.ts';
import type { DerivedStatus } from '../core/session/status.ts';
import type { PeekLines } from '../core/terminal/peek.ts';
import type { RecordingService } from './recording.ts';
import type { Device, Message, Project, SessionEvent, StopRecord } from './store.ts';
import type { WorktreeState } from './workspace.ts';

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
  readonly graceMs: number;
  readonly lossGraceMs: number;
  readonly lastStop: StopRecord | null;
  /** Sessions whose relaunch is queued or running. */
  readonly recovering: number;
};

export interface DaemonService {
  status(): DaemonFacts;
  /** Takes effect at once and is written to the run file. */
  setOwner(owner: Owner): DaemonFacts;
}

/** What one look at a session's runtime said, and when. */
export type LookEvidence = { readonly atMs: number; readonly probe: Probe };

/** `look` `null`: none since this daemon started, or nothing to look at. */
export type Evidence = SessionReport & {
  readonly bootId: string;
  readonly look: LookEvidence | null;
  readonly lastEvent: SessionEvent | null;
};

export interface EvidenceService {
  /** Throws `SESSION_NOT_FOUND`. */
  of(ref: SessionRef): Evidence;
}

export type Check = {
  readonly id: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly says: string;
  /** What to type or change; `null` where all is well. */
  readonly fix: string | null;
};

export interface DoctorService {
  examine(): Promise<{ readonly checks: readonly Check[]; readonly findings: readonly Finding[] }>;
  /** Ends a runtime that carries our tag and belongs to no row. Throws `RUNTIME_NOT_FOUND` for any other. */
  reap(handle: RuntimeHandle): Promise<void>;
}

export type BriefingItem = SessionReport & { readonly outcome: BriefingOutcome; readonly needsUser: boolean };

/** After an outage: every session that ran when it began, and what became of it. */
export type Briefing = { readonly cause: BriefingCause; readonly atMs: number; readonly items: readonly BriefingItem[] };

export interface BriefingService {
  /** `null`: nothing happened, or the user has dismissed it. */
  current(): Briefing | null;
  /** The one that began at `atMs`, and no later one. Resolves to what is left to be read. */
  dismiss(atMs: number): Briefing | null;
}

export type ProjectSettings = Partial<
  Pick<
    Project,
    'name' | 'base' | 'agent' | 'orchestratorAgent' | 'orchestratorCommand' | 'env' | 'symlinks' | 'postCreate' | 'disposable' | 'record'
  >
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
  /** What a path would become as a project; writes nothing. Throws `PATH_NOT_FOUND`, `NOT_A_REPOSITORY`, `UNBORN_HEAD`. */
  check(path: string): Promise<ProjectCandidate>;
}

export type ProjectCandidate = {
  readonly root: string;
  readonly headBranch: string;
  /** `null` when nothing of the folder's name is usable. */
  readonly suggestedId: ProjectId | null;
  /** The project that this repository already is. */
  readonly existing: ProjectId | null;
};

/** A session's facts with what they mean at this moment. */
export type SessionReport = { readonly session: Session; readonly derived: DerivedStatus };

export type WorktreeOutcome = 'removed' | 'kept' | 'missing';
export type KillReport = SessionReport & { readonly worktree: WorktreeOutcome; readonly worktreeNote: string | null };
/** `note`: what of its captured work could not be put back, and where it is. */
export type RecoveryReport = SessionReport & { readonly mode: RecoveryMode; readonly note: string | null };
export type ParkReport = {
  readonly sessions: readonly SessionReport[];
  readonly failed: readonly { readonly id: SessionId; readonly error: AppErrorFacts }[];
};
/** The worktree of an ended session. `removable`: a dry run, it would have been removed. `why` it is kept. */
export type CleanedWorktree = {
  readonly id: SessionId;
  readonly path: string;
  readonly branch: string;
  readonly outcome: 'removed' | 'removable' | 'kept';
  readonly why: string | null;
};
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
  /** `clean`: a fresh one in place of the one there is, whose work is captured. A job: it goes on without whoever asked. */
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
  /** Saves and ends the sessions named, or (`null`) all that run; the next start brings them back, or `unpark`. One that cannot is told apart. */
  park(refs: readonly SessionRef[] | null): Promise<ParkReport>;
  unpark(refs: readonly SessionRef[] | null): Promise<ParkReport>;
  /** Removes the clean worktrees of ended sessions; lists those too that are kept. */
  cleanup(mode: 'dry run' | 'remove'): Promise<readonly CleanedWorktree[]>;
  rename(ref: SessionRef, title: string): SessionReport;
  logs(ref: SessionRef, options: { readonly lines: number }): Promise<{ readonly id: SessionId; readonly text: string }>;
  /** Durable when it returns. `key` `null`: one is minted. Throws `IDEMPOTENCY_CONFLICT`. */
  send(ref: SessionRef, message: { readonly text: string; readonly key: string | null }): Message;
  messages(ref: SessionRef): readonly Message[];
  events(ref: SessionRef): readonly SessionEvent[];
  /** What a kill would find in the worktree. */
  dirt(ref: SessionRef): Promise<DirtReport>;
}

/** `files` is empty where the worktree is not `present`. */
export type DirtReport = { readonly branch: string; readonly worktree: WorktreeState; readonly files: readonly string[] };

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

/** An agent that this version knows, and whether a session of it would start. */
export type AgentFacts = {
  readonly name: string;
  readonly needsCommand: boolean;
  /** Why a session of it would not start; `null` when it would. */
  readonly missing: { readonly why: string; readonly hint: string } | null;
};

export interface AgentService {
  /** Looked for in the environment that a session of the project gets, or of no project in particular. */
  list(projectId: ProjectId | null): Promise<readonly AgentFacts[]>;
}

export type PairRequest = { readonly code: string; readonly name: string; readonly visit: Visit };
/** `secret` is told this once. */
export type Pairing = { readonly deviceId: string; readonly secret: string; readonly setCookie: string };
/** The two things that prove a device together: its `Cookie` headers and its secret, as they came. */
export type DeviceProof = { readonly cookies: readonly string[]; readonly secret: string };

export interface DeviceService {
  /** Exchanges a one-time code. Throws `PAIRING_CODE_REFUSED`, and `TOO_MANY_REQUESTS` after many wrong ones through a tunnel. */
  pair(request: PairRequest): Pairing;
  /** The device that a cookie of ours names, unless it was revoked. Proves nothing without the secret. */
  recognize(cookies: readonly string[]): string | null;
  /** Throws `UNAUTHENTICATED` with the reason. */
  authenticate(proof: DeviceProof): Device;
  /** Those that may come in, oldest first. */
  list(): readonly Device[];
  /** At once and for good; its live connections are told to the listeners. Throws `DEVICE_NOT_FOUND`. */
  revoke(id: string): Device;
  onRevoked(listener: (id: string) => void): void;
}

export type LiveContent = FeedContent<SessionReport, Project>;
export type LiveEvent = { readonly seq: number; readonly change: FeedChange<SessionReport, Project> };
export type LiveSnapshot = { readonly epoch: string; readonly seq: number; readonly atMs: number; readonly content: LiveContent };

/** What all dashboards see, computed once for all of them. `epoch` is one daemon's life, `seq` has no gaps in it. */
export interface LiveFeed {
  readonly epoch: string;
  /** As of now. What changes afterwards is told to the listeners, with the numbers after its `seq`. */
  snapshot(): LiveSnapshot;
  /** Called with at least one event, in order; returns the way to stop it. */
  onEvents(listener: (events: readonly LiveEvent[]) => void): () => void;
}

export type PeekRequest = {
  readonly session: SessionRef;
  /** What the asker has of it; the same again is not sent. */
  readonly version: string | null;
};
/** `version` names what is shown; `cols`: as wide as the terminal is. */
export type SessionPeek = { readonly id: SessionId; readonly version: string; readonly cols: number; readonly lines: PeekLines };

export interface PeekService {
  /** The last lines of these screens, of those that changed. What is not there, or cannot be told now, is left out. */
  look(requests: readonly PeekRequest[]): Promise<readonly SessionPeek[]>;
}

export interface AppServices {
  readonly agents: AgentService;
  readonly briefing: BriefingService;
  readonly evidence: EvidenceService;
  readonly devices: DeviceService;
  readonly doctor: DoctorService;
  readonly feed: LiveFeed;
  readonly daemon: DaemonService;
  readonly projects: ProjectService;
  readonly sessions: SessionService;
  readonly orchestrator: OrchestratorService;
  readonly peeks: PeekService;
  readonly reports: ReportService;
  readonly recordings: RecordingService;
}
