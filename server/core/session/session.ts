/**
 * A session as durable facts (SPEC §3.1). Owns the vocabulary; what is shown is derived from it (`status.ts`) and never
 * stored. Times are wall-clock milliseconds since 1970.
 */
import type { LaunchId, ProjectId, RuntimeHandle, SessionId } from '../ids.ts';

export const SESSION_KINDS = ['orchestrator', 'worker'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

export const PHASES = ['spawning', 'live', 'terminated'] as const;
export type Phase = (typeof PHASES)[number];

/** `successor` exists only while a clean replacement is under way; the pair is swapped in one transaction. */
export const SLOTS = ['current', 'successor'] as const;
export type Slot = (typeof SLOTS)[number];

export const ACTIVITIES = ['working', 'needs_you', 'idle', 'unknown'] as const;
export type Activity = (typeof ACTIVITIES)[number];

export const ACTIVITY_SOURCES = ['hook', 'process', 'screen', 'none'] as const;
export type ActivitySource = (typeof ACTIVITY_SOURCES)[number];

export const RUNTIME_KINDS = ['tmux', 'ptyhost'] as const;
export type RuntimeKind = (typeof RUNTIME_KINDS)[number];

/** How a session came to its present process. */
export const LAUNCH_MODES = ['spawned', 'resumed', 'replayed', 'fresh'] as const;
export type LaunchMode = (typeof LAUNCH_MODES)[number];
export type RecoveryMode = Exclude<LaunchMode, 'spawned'>;

/** Why a terminated session is terminated. `killed`: by the user, it never comes back by itself (I10). */
export const END_REASONS = ['killed', 'not_resumable', 'merged'] as const;
export type EndReason = (typeof END_REASONS)[number];

export type ExitFact = { readonly code: number | null; readonly signal: string | null; readonly atMs: number };

export type RecoveryFact = { readonly state: 'queued' | 'failed'; readonly reason: string; readonly atMs: number };

export type Workspace = {
  readonly path: string;
  /** Repository root the worktree belongs to. */
  readonly repository: string;
  readonly branch: string;
  /** Name of the base as configured, e.g. `main`. */
  readonly base: string;
  /** Commit the branch was created at; with `branchCreated` it decides whether an undone spawn may delete the branch. */
  readonly baseCommit: string;
  readonly branchCreated: boolean;
};

export type Session = {
  readonly id: SessionId;
  readonly projectId: ProjectId;
  readonly number: number;
  readonly kind: SessionKind;
  /** Orchestrators that are spawning or live hold a slot, unique per project; everything else has none. */
  readonly slot: Slot | null;
  readonly replaces: SessionId | null;
  readonly replacedBy: SessionId | null;
  readonly agent: string;
  /** The command of a `custom` agent. */
  readonly command: string | null;
  readonly title: string;
  readonly prompt: string | null;
  readonly phase: Phase;
  readonly endReason: EndReason | null;
  readonly endDetail: string | null;
  readonly activity: Activity;
  readonly activitySource: ActivitySource;
  readonly activityAtMs: number | null;
  /** What it waits for while `needs_you`: `permission`, `trust`, … */
  readonly attention: string | null;
  readonly firstSignalAtMs: number | null;
  readonly runtimeKind: RuntimeKind;
  readonly runtimeHandle: RuntimeHandle;
  readonly launchId: LaunchId;
  readonly launchMode: LaunchMode;
  readonly launchedAtMs: number;
  readonly workspace: Workspace;
  readonly agentSessionId: string | null;
  readonly exit: ExitFact | null;
  readonly recovery: RecoveryFact | null;
  readonly killRequestedAtMs: number | null;
  readonly parked: boolean;
  readonly preservedRef: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};
