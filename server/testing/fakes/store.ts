/**
 * The store in memory, for tests of services: the same promises as the SQLite adapter, kept by the same contract suite. What
 * goes in and out is copied, so that no test can change a stored fact by holding on to it.
 */
import { announceChanges } from '../../adapters/store/announce-changes.ts';
import type { BriefingRecord } from '../../core/briefing/briefing.ts';
import { AppError, type AppErrorCode } from '../../core/errors.ts';
import type { InstanceId, MessageId, ProjectId, SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type {
  Device,
  DeviceStore,
  EventDraft,
  LaunchDraft,
  Message,
  MessageStore,
  MetaStore,
  Project,
  ProjectStore,
  SessionEvent,
  SessionPatch,
  SessionStore,
  StopRecord,
  Store,
} from '../../ports/store.ts';

export type FakeStoreOptions = { readonly nowMs?: () => number; readonly instanceId?: InstanceId };

type LaunchRow = LaunchDraft & { readonly sessionId: SessionId };
type Facts = Readonly<Record<string, unknown>>;

type Tables = {
  readonly projects: Map<ProjectId, Project>;
  readonly counters: Map<ProjectId, number>;
  readonly sessions: Map<SessionId, Session>;
  readonly launches: LaunchRow[];
  readonly events: SessionEvent[];
  readonly messages: Map<MessageId, Message>;
  seq: number;
};

export function createFakeStore({ nowMs = Date.now, instanceId = DEFAULT_INSTANCE }: FakeStoreOptions = {}): Store {
  const tables: Tables = {
    projects: new Map(),
    counters: new Map(),
    sessions: new Map(),
    launches: [],
    events: [],
    messages: new Map(),
    seq: 0,
  };
  let open = true;
  const guarded = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, member]) => [
        name,
        typeof member !== 'function'
          ? member
          : (...args: unknown[]) => {
              if (!open) throw refuse('DAEMON_STOPPING', 'The database is closed');
              return structuredClone(member(...args));
            },
      ]),
    ) as T;

  return announceChanges({
    projects: guarded(createProjects(tables, nowMs)),
    sessions: guarded(createSessions(tables, nowMs)),
    messages: guarded(createMessages(tables, nowMs)),
    devices: guarded(createDevices()),
    meta: guarded(createMeta(instanceId)),
    check: () => {
      if (!open) throw refuse('DAEMON_STOPPING', 'The database is closed');
    },
    close: () => {
      open = false;
    },
  });
}

const DEFAULT_INSTANCE = '00000000-0000-4000-8000-00000000fa4e' as InstanceId;

function createProjects(tables: Tables, nowMs: () => number): ProjectStore {
  return {
    insert: (project) => {
      if (tables.projects.has(project.id)) throw refuse('PROJECT_EXISTS', project.id);
      tables.projects.set(project.id, structuredClone(project));
      return project;
    },
    get: (id) => tables.projects.get(id) ?? null,
    list: () => [...tables.projects.values()],
    update: (id, patch) => {
      const next = { ...existingProject(tables, id), ...defined(patch), id, updatedAtMs: nowMs() };
      tables.projects.set(id, next);
      return next;
    },
    remove: (id) => {
      existingProject(tables, id);
      for (const session of tables.sessions.values()) if (session.projectId === id) dropSession(tables, session.id);
      removeWhere(tables.events, (event) => event.projectId === id);
      tables.projects.delete(id);
    },
  };
}

function createSessions(tables: Tables, nowMs: () => number): SessionStore {
  const existing = (id: SessionId): Session => {
    const session = tables.sessions.get(id);
    if (session === undefined) throw refuse('SESSION_NOT_FOUND', id);
    return session;
  };

  const append = (of: Session, draft: EventDraft, change: { readonly before?: Facts; readonly after?: Facts }): void => {
    tables.seq += 1;
    const { before = null, after = null } = change;
    const event = { ...draft, seq: tables.seq, sessionId: of.id, projectId: of.projectId, atMs: nowMs(), before, after };
    tables.events.push(JSON.parse(JSON.stringify(event)) as SessionEvent);
  };

  const assertNewLaunch = (launch: LaunchDraft): void => {
    const taken = tables.launches.some((row) => row.launchId === launch.launchId || row.tokenHash === launch.tokenHash);
    if (taken || launch.tokenHash === '') throw new Error('launch ids and token hashes are unique and not empty');
  };

  const change = (id: SessionId, patch: SessionPatch, event: EventDraft): Session => {
    const old = existing(id);
    const next: Session = { ...old, ...structuredClone(defined(patch)), updatedAtMs: nowMs() };
    const keys = changedKeys(old, next);
    if (keys.length > 0) assertSlot(tables, next);
    append(old, event, keys.length === 0 ? {} : { before: pick(old, keys), after: pick(next, keys) });
    if (keys.length === 0) return old;
    tables.sessions.set(id, next);
    return next;
  };

  return {
    nextNumber: (projectId) => {
      existingProject(tables, projectId);
      const number = (tables.counters.get(projectId) ?? 0) + 1;
      tables.counters.set(projectId, number);
      return number;
    },
    insert: ({ tokenHash, ...facts }, event) => {
      existingProject(tables, facts.projectId);
      if (tables.sessions.has(facts.id)) throw new Error(`session ${facts.id} is there already`);
      const session: Session = { ...structuredClone(facts), createdAtMs: nowMs(), updatedAtMs: nowMs() };
      const launch = { launchId: session.launchId, mode: session.launchMode, tokenHash };
      assertSlot(tables, session);
      assertNewLaunch(launch);
      tables.launches.push({ ...launch, sessionId: session.id });
      tables.sessions.set(session.id, session);
      append(session, event, { after: known(session) });
      return session;
    },
    get: (id) => tables.sessions.get(id) ?? null,
    list: ({ projectId, phases, parked } = {}) =>
      [...tables.sessions.values()].filter(
        (session) =>
          (projectId === undefined || session.projectId === projectId) &&
          (phases === undefined || phases.includes(session.phase)) &&
          (parked === undefined || session.parked),
      ),
    update: change,
    updateAll: (changes) => {
      const [sessions, events] = [new Map(tables.sessions), [...tables.events]];
      try {
        return changes.map(({ id, patch, event }) => change(id, patch, event));
      } catch (caught) {
        for (const [id, session] of sessions) tables.sessions.set(id, session);
        tables.events.splice(0, tables.events.length, ...events);
        throw caught;
      }
    },
    beginLaunch: (id, launch, patch, event) => {
      existing(id);
      assertNewLaunch(launch);
      const begun = { launchedAtMs: nowMs(), firstSignalAtMs: null, ...defined(patch), launchId: launch.launchId, launchMode: launch.mode };
      const session = change(id, begun, event);
      tables.launches.push({ ...launch, sessionId: id });
      return session;
    },
    launchIds: (id) => tables.launches.filter((row) => row.sessionId === id).map((row) => row.launchId),
    findByTokenHash: (tokenHash) => {
      const launch = tables.launches.find((row) => row.tokenHash === tokenHash);
      return launch === undefined ? null : { session: existing(launch.sessionId), launchId: launch.launchId };
    },
    remove: (id, event) => {
      const session = existing(id);
      const undelivered = [...tables.messages.values()]
        .filter((message) => message.sessionId === id && isPending(message))
        .map((message) => ({ messageId: message.id, key: message.key, text: message.text }));
      append(session, event, { before: undelivered.length === 0 ? known(session) : { ...known(session), undelivered } });
      dropSession(tables, id);
    },
    note: (id, event) => append(existing(id), event, {}),
    events: (id) => tables.events.filter((event) => event.sessionId === id),
    lastEvent: (id) => tables.events.findLast((event) => event.sessionId === id) ?? null,
    pruneEvents: ({ perSession, inAll }) => {
      const before = tables.events.length;
      const forget = (excess: number, among: readonly SessionEvent[]): void => {
        const isLatest = (event: SessionEvent) =>
          among.findLast(({ sessionId, kind }) => sessionId === event.sessionId && kind === event.kind) === event;
        const oldest = new Set(among.filter((event) => !isLatest(event)).slice(0, Math.max(0, excess)));
        removeWhere(tables.events, (event) => oldest.has(event));
      };
      for (const id of new Set(tables.events.map(({ sessionId }) => sessionId))) {
        const own = tables.events.filter(({ sessionId }) => sessionId === id);
        forget(own.length - perSession, own);
      }
      forget(tables.events.length - inAll, [...tables.events]);
      return before - tables.events.length;
    },
  };
}

function createMessages(tables: Tables, nowMs: () => number): MessageStore {
  const all = (): readonly Message[] => [...tables.messages.values()];
  return {
    enqueue: ({ id, sessionId, ...draft }) => {
      const key = wellFormed(draft.key);
      const text = wellFormed(draft.text);
      const first = all().find((message) => message.sessionId === sessionId && message.key === key);
      if (first !== undefined && first.text !== text) throw refuse('IDEMPOTENCY_CONFLICT', key);
      if (first !== undefined) return first;
      if (!tables.sessions.has(sessionId)) throw refuse('SESSION_NOT_FOUND', sessionId);
      const at = nowMs();
      const fresh = { state: 'queued', reason: null, launchId: null, submitStartedAtMs: null, createdAtMs: at, updatedAtMs: at } as const;
      const message: Message = { id, sessionId, key, text, ...fresh };
      tables.messages.set(id, message);
      return message;
    },
    get: (id) => tables.messages.get(id) ?? null,
    list: (sessionId) => all().filter((message) => message.sessionId === sessionId),
    next: (sessionId) => all().find((message) => message.sessionId === sessionId && isPending(message)) ?? null,
    pendingSessions: () => [
      ...new Set(
        all()
          .filter(isPending)
          .map((message) => message.sessionId),
      ),
    ],
    update: (id, patch) => {
      const message = tables.messages.get(id);
      if (message === undefined) throw refuse('SESSION_NOT_FOUND', id);
      const next = { ...message, ...defined(patch), updatedAtMs: nowMs() };
      tables.messages.set(id, next);
      return next;
    },
  };
}

function createDevices(): DeviceStore {
  const devices = new Map<string, Device>();
  const change = (id: string, patch: (device: Device) => Partial<Device>): Device => {
    const device = devices.get(id);
    if (device === undefined) throw refuse('DEVICE_NOT_FOUND', id);
    const next = { ...device, ...patch(device) };
    devices.set(id, next);
    return next;
  };
  return {
    insert: (device) => {
      const taken = [...devices.values()].some((other) => other.id === device.id || other.secretHash === device.secretHash);
      if (taken || device.secretHash === '') throw new Error('device ids and secret hashes are unique and not empty');
      devices.set(device.id, structuredClone(device));
      return device;
    },
    get: (id) => devices.get(id) ?? null,
    list: () => [...devices.values()],
    recordSeen: (id, atMs) => change(id, () => ({ lastSeenAtMs: atMs })),
    revoke: (id, atMs) => change(id, ({ revokedAtMs }) => ({ revokedAtMs: revokedAtMs ?? atMs })),
  };
}

function createMeta(instanceId: InstanceId): MetaStore {
  let lastStop: StopRecord | null = null;
  let lastBootId: string | null = null;
  let keepDaemon: 'on' | 'off' = 'off';
  let briefing: BriefingRecord | null = null;
  return {
    instanceId,
    lastStop: () => lastStop,
    recordStop: (stop) => {
      lastStop = stop;
    },
    lastBootId: () => lastBootId,
    recordBootId: (bootId) => {
      lastBootId = bootId;
    },
    keepDaemon: () => keepDaemon,
    setKeepDaemon: (value) => {
      keepDaemon = value;
    },
    briefing: () => briefing,
    setBriefing: (record) => {
      briefing = record;
    },
  };
}

/** I3, as the database's index and checks have it. */
function assertSlot(tables: Tables, next: Session): void {
  const runs = next.phase !== 'terminated';
  if (next.kind === 'worker' && next.slot !== null) throw new Error('a worker holds no slot');
  if (next.kind === 'orchestrator' && runs && next.slot === null) throw new Error('an orchestrator that runs holds a slot');
  if (!runs || next.slot === null) return;
  const other = [...tables.sessions.values()].find(
    (session) =>
      session.id !== next.id && session.projectId === next.projectId && session.slot === next.slot && session.phase !== 'terminated',
  );
  if (other !== undefined) throw refuse('ORCHESTRATOR_EXISTS', other.id);
}

function dropSession(tables: Tables, id: SessionId): void {
  tables.sessions.delete(id);
  removeWhere(tables.launches, (launch) => launch.sessionId === id);
  for (const message of tables.messages.values()) if (message.sessionId === id) tables.messages.delete(message.id);
}

function existingProject(tables: Tables, id: ProjectId): Project {
  const project = tables.projects.get(id);
  if (project === undefined) throw refuse('PROJECT_NOT_FOUND', id);
  return project;
}

function isPending(message: Message): boolean {
  return message.state === 'queued' || message.state === 'pasted' || message.state === 'echoed';
}

function changedKeys(old: Session, next: Session): readonly (keyof Session)[] {
  const keys = Object.keys(next).filter((key) => key !== 'updatedAtMs') as readonly (keyof Session)[];
  return keys.filter((key) => JSON.stringify(sorted(old[key])) !== JSON.stringify(sorted(next[key])));
}

function sorted(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).toSorted(([left], [right]) => left.localeCompare(right))
    : value;
}

function known(session: Session): Facts {
  const { createdAtMs: _createdAtMs, updatedAtMs: _updatedAtMs, ...facts } = session;
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}

function pick(session: Session, keys: readonly (keyof Session)[]): Facts {
  return Object.fromEntries(keys.map((key) => [key, session[key]]));
}

function defined<T extends object>(patch: T): T {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as T;
}

function removeWhere<T>(rows: T[], matches: (row: T) => boolean): void {
  rows.splice(0, rows.length, ...rows.filter((row) => !matches(row)));
}

function refuse(code: AppErrorCode, what: string): AppError {
  return new AppError({ code, message: `Refused by the store: ${what}`, hint: 'This is a fake; see the test.' });
}

/** What UTF-8 can hold, as SQLite stores it. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
