/**
 * Durable facts. Every change of a session is written together with its event (old, new, reason) in one transaction, and is
 * on disk when the call returns (I12). Synchronous, as better-sqlite3 is: a transaction can never be held across an await.
 */
import type { BriefingRecord } from '../core/briefing/briefing.ts';
import type { InstanceId, LaunchId, MessageId, ProjectId, SessionId } from '../core/ids.ts';
import type { LaunchMode, Session } from '../core/session/session.ts';

export type Project = {
  readonly id: ProjectId;
  readonly path: string;
  readonly name: string;
  readonly base: string;
  readonly agent: string;
  readonly orchestratorAgent: string;
  /** Command for orchestrators whose agent is `custom`. */
  readonly orchestratorCommand: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly symlinks: readonly string[];
  readonly postCreate: readonly string[];
  /** Ignored paths (gitignore patterns) that do not make a worktree dirty. */
  readonly disposable: readonly string[];
  /** Whether the output of its sessions is kept, to be replayed and searched. */
  readonly record: 'off' | 'on';
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

export type ProjectPatch = Partial<Omit<Project, 'id' | 'createdAtMs' | 'updatedAtMs'>>;

export interface ProjectStore {
  /** Throws `PROJECT_EXISTS`. */
  insert(project: Project): Project;
  get(id: ProjectId): Project | null;
  list(): readonly Project[];
  update(id: ProjectId, patch: ProjectPatch): Project;
  /** Removes the row; the sessions' rows and events of the project go with it. Callers check that none is live. */
  remove(id: ProjectId): void;
}

/** Why something changed; old and new are added by the store. `kind` is a stable word, e.g. `spawned`, `adopted`, `exited`. */
export type EventDraft = { readonly kind: string; readonly reason: string; readonly data?: Readonly<Record<string, unknown>> };

export type SessionEvent = EventDraft & {
  readonly seq: number;
  readonly sessionId: SessionId;
  readonly projectId: ProjectId;
  readonly atMs: number;
  /** The facts that changed, before and after. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
};

export type SessionDraft = Omit<Session, 'createdAtMs' | 'updatedAtMs'> & { readonly tokenHash: string };

export type SessionPatch = Partial<Omit<Session, 'id' | 'projectId' | 'number' | 'kind' | 'createdAtMs' | 'updatedAtMs'>>;

export type SessionChange = { readonly id: SessionId; readonly patch: SessionPatch; readonly event: EventDraft };

export type LaunchDraft = {
  readonly launchId: LaunchId;
  readonly mode: LaunchMode;
  /** sha-256, hex, of the session token of this launch. */
  readonly tokenHash: string;
};

export type SessionFilter = {
  readonly projectId?: ProjectId;
  readonly phases?: readonly Session['phase'][];
  /** Only those that are parked. */
  readonly parked?: 'yes';
};

export interface SessionStore {
  /** Takes the next number of a project's counter; durable at once and never given out again. */
  nextNumber(projectId: ProjectId): number;
  /** Row, first launch and event in one. Throws `ORCHESTRATOR_EXISTS` where the slot is held. */
  insert(draft: SessionDraft, event: EventDraft): Session;
  get(id: SessionId): Session | null;
  list(filter?: SessionFilter): readonly Session[];
  /** Applies a patch with its event. Throws `SESSION_NOT_FOUND`; `ORCHESTRATOR_EXISTS` where the slot is held. */
  update(id: SessionId, patch: SessionPatch, event: EventDraft): Session;
  /** Several in one transaction, all or none, in this order: whoever gives up a slot comes before whoever takes it. */
  updateAll(changes: readonly SessionChange[]): readonly Session[];
  /** Durable intent of a further launch: adds it to the row's launch history and makes it the current one. */
  beginLaunch(id: SessionId, launch: LaunchDraft, patch: SessionPatch, event: EventDraft): Session;
  /** Every launch id the row ever had, oldest first. */
  launchIds(id: SessionId): readonly LaunchId[];
  /** The session a token belongs to, with the launch it was given to. */
  findByTokenHash(tokenHash: string): { readonly session: Session; readonly launchId: LaunchId } | null;
  /** Deletes the row of an undone spawn. Its events stay, this one being the last, with the prompt in its data. */
  remove(id: SessionId, event: EventDraft): void;
  /** Adds an event without a change. */
  note(id: SessionId, event: EventDraft): void;
  events(id: SessionId): readonly SessionEvent[];
  /** The latest of them. */
  lastEvent(id: SessionId): SessionEvent | null;
  /**
   * Forgets the oldest events beyond these numbers, but never the latest of its kind in a session: that is what its state is
   * explained by. Resolves to how many are gone.
   */
  pruneEvents(limits: { readonly perSession: number; readonly inAll: number }): number;
}

export const MESSAGE_STATES = ['queued', 'pasted', 'echoed', 'submitted', 'accepted', 'failed'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export type Message = {
  readonly id: MessageId;
  readonly sessionId: SessionId;
  /** Idempotency key, unique per session. */
  readonly key: string;
  readonly text: string;
  readonly state: MessageState;
  /** Why it failed, or why it is held. */
  readonly reason: string | null;
  /** The launch it was pasted into; `null` while queued. */
  readonly launchId: LaunchId | null;
  /** Written before Enter is pressed. */
  readonly submitStartedAtMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

export type MessagePatch = Partial<Pick<Message, 'state' | 'reason' | 'launchId' | 'submitStartedAtMs'>>;

export interface MessageStore {
  /** Idempotent over (session, key): the same text answers the first message, another text throws `IDEMPOTENCY_CONFLICT`. */
  enqueue(message: { readonly id: MessageId; readonly sessionId: SessionId; readonly key: string; readonly text: string }): Message;
  get(id: MessageId): Message | null;
  /** Oldest first. */
  list(sessionId: SessionId): readonly Message[];
  /** The oldest message that is neither submitted, accepted nor failed. */
  next(sessionId: SessionId): Message | null;
  /** Sessions with at least one such message. */
  pendingSessions(): readonly SessionId[];
  update(id: MessageId, patch: MessagePatch): Message;
}

export type StopRecord = { readonly reason: string; readonly atMs: number; readonly pid: number };

export interface MetaStore {
  /** Made with the database, the same for its whole life. */
  readonly instanceId: InstanceId;
  lastStop(): StopRecord | null;
  recordStop(stop: StopRecord): void;
  /** The boot the daemon last ran in; differs after a reboot. */
  lastBootId(): string | null;
  recordBootId(bootId: string): void;
  /** Settings that outlive the daemon. */
  keepDaemon(): 'on' | 'off';
  setKeepDaemon(value: 'on' | 'off'): void;
  /** The latest outage; `null` if there was none yet. */
  briefing(): BriefingRecord | null;
  setBriefing(record: BriefingRecord): void;
}

export type Device = {
  readonly id: string;
  readonly name: string;
  /** sha-256, hex, of the device's secret. */
  readonly secretHash: string;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  /** Not null: refused from that moment on, for good. */
  readonly revokedAtMs: number | null;
};

export interface DeviceStore {
  insert(device: Device): Device;
  get(id: string): Device | null;
  /** Oldest first, the revoked among them. */
  list(): readonly Device[];
  /** Throws `DEVICE_NOT_FOUND`. */
  recordSeen(id: string, atMs: number): Device;
  /** Keeps the first moment where it was revoked before. Throws `DEVICE_NOT_FOUND`. */
  revoke(id: string, atMs: number): Device;
}

/** What a write changed, told after it is on disk. `project-removed` takes the project's sessions with it. */
export type StoreChange =
  | { readonly kind: 'session' | 'session-removed'; readonly id: SessionId }
  | { readonly kind: 'project' | 'project-removed'; readonly id: ProjectId };

export interface Store {
  readonly projects: ProjectStore;
  readonly sessions: SessionStore;
  readonly messages: MessageStore;
  readonly devices: DeviceStore;
  readonly meta: MetaStore;
  /**
   * Called synchronously after each write of a session or project, in order; returns the way to stop it. The write stands
   * whatever a listener does, so one must not throw, and must not write in turn.
   */
  onChange(listener: (change: StoreChange) => void): () => void;
  /** Reads through the whole file. Throws `DATABASE_UNUSABLE` where it is damaged. */
  check(): void;
  close(): void;
}
