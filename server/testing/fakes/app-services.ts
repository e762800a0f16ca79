/**
 * The application's services with two sessions in memory and every call written down: enough for transports and the CLI.
 * Devices and feed are the real ones, over a store in memory that tests can write to.
 */
import { createSystemClock } from '../../adapters/system/clock.ts';
import { createSecrets } from '../../adapters/system/secrets.ts';
import { DEVICE_COOKIE } from '../../contract/device.ts';
import { AppError } from '../../core/errors.ts';
import type { InstanceId, MessageId, ProjectId, SessionId, SessionRef } from '../../core/ids.ts';
import type { Owner } from '../../core/liveness/owner.ts';
import type {
  AppServices,
  Briefing,
  DaemonFacts,
  DirtReport,
  ParkReport,
  SessionPrincipal,
  SessionReport,
} from '../../ports/app-services.ts';
import type { Message, Project, Store } from '../../ports/store.ts';
import { createDevices } from '../../services/devices.ts';
import { createFeed } from '../../services/feed.ts';
import { INSTANCE, sessionFacts } from '../session-facts.ts';
import { createFakeKey } from './gateway-key.ts';
import { createRecordingLog } from './log.ts';
import { createFakeStore } from './store.ts';

export type ServiceCall = { readonly name: string; readonly args: readonly unknown[] };

export type FakeAppServices = AppServices & {
  readonly calls: readonly ServiceCall[];
  /** What the live feed shows: the project and one session to begin with. */
  readonly store: Store;
  setDirt(next: DirtReport): void;
  /** Makes a pairing code good, once. */
  allowCode(code: string): void;
  /** The next call of this name throws it. */
  failNext(name: string, error: unknown): void;
};

/** The token of session `app-1`, as its agent has it. */
export const FAKE_SESSION_TOKEN = 'session-token-of-app-1-aaaaaaaaaaaaaaaaaaaa';

const SEGMENT = { sessionId: 'app-1' as SessionId, startedAtMs: 1_000, endedAtMs: 61_000, bytes: 2_048 };

export function projectFacts(patch: Partial<Project> = {}): Project {
  return {
    id: 'app' as ProjectId,
    path: '/repos/app',
    name: 'app',
    base: 'main',
    agent: 'claude-code',
    orchestratorAgent: 'claude-code',
    orchestratorCommand: null,
    env: {},
    symlinks: [],
    postCreate: [],
    disposable: [],
    record: 'off',
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
    ...patch,
  };
}

export function createFakeAppServices(facts: {
  readonly pid: number;
  readonly owner: Owner;
  readonly port: () => number;
  readonly instanceId?: InstanceId;
}): FakeAppServices {
  const store = createFakeStore();
  const codes = new Set<string>();
  const [clock, log] = [createSystemClock(), createRecordingLog()];
  const consume = (code: string): boolean => codes.delete(code);
  const devices = createDevices({
    store,
    key: createFakeKey(),
    codes: { consume },
    secrets: createSecrets(),
    clock,
    log,
    cookieName: DEVICE_COOKIE,
  });
  const derived = { status: 'running', reason: 'The agent runs' } as const;
  const feed = createFeed({ store, report: (session) => ({ session, derived }), clock, log, epoch: 'epoch-of-the-tests' });
  store.projects.insert(projectFacts());
  store.sessions.insert({ ...sessionFacts(), tokenHash: 'app-1' }, { kind: 'test', reason: 'as the test wants it' });
  const calls: ServiceCall[] = [];
  const failures = new Map<string, unknown>();
  let owner = facts.owner;
  let dirt: DirtReport | null = null;
  const note = (name: string, ...args: readonly unknown[]): void => {
    calls.push({ name, args });
    if (!failures.has(name)) return;
    const error = failures.get(name);
    failures.delete(name);
    throw error;
  };
  const noted = <T>(name: string, args: readonly unknown[], answer: () => T): T => {
    note(name, ...args);
    return answer();
  };
  const report = (ref: SessionRef): SessionReport => {
    const id = ref.by === 'id' ? ref.id : (`${ref.projectId}-2` as SessionId);
    if (!['app-1', 'app-2'].includes(id))
      throw new AppError({ code: 'SESSION_NOT_FOUND', message: `There is no session ${id}.`, hint: 'List them with `ao ls --all`.' });
    return {
      session: sessionFacts({ id, number: Number(id.slice(4)), kind: id === 'app-2' ? 'orchestrator' : 'worker' }),
      derived: { status: 'running', reason: 'The agent runs' },
    };
  };
  const refused = new AppError({ code: 'SESSION_NOT_RESUMABLE', message: 'It could not be brought back.', hint: 'It runs on.' });
  const parked: ParkReport = {
    sessions: [report({ by: 'id', id: 'app-2' as SessionId })],
    failed: [{ id: 'app-1' as SessionId, error: refused }],
  };
  const daemonFacts = (): DaemonFacts => ({
    pid: facts.pid,
    port: facts.port(),
    owner,
    instanceId: facts.instanceId ?? INSTANCE,
    version: '0.0.0-test',
    startedAtMs: 1_000,
    holders: [],
    graceEndsAtMs: null,
    graceMs: 5_000,
    lossGraceMs: 600_000,
    lastStop: { reason: 'ao stop', atMs: 500, pid: 4 },
    recovering: 0,
  });
  const message = (ref: SessionRef, text: string, key: string | null): Message => ({
    id: '11111111-1111-4111-8111-111111111111' as MessageId,
    sessionId: report(ref).session.id,
    key: key ?? 'minted',
    text,
    state: 'queued',
    reason: null,
    launchId: null,
    submitStartedAtMs: null,
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
  });
  const briefing = (): Briefing => ({
    cause: 'reboot',
    atMs: 1_000,
    items: (['app-1', 'app-2'] as SessionId[]).map((id, index) => ({
      ...report({ by: 'id', id }),
      outcome: index === 0 ? 'resumed' : 'needs_recovery',
      needsUser: index === 1,
    })),
  });
  const project = (id: ProjectId): Project => {
    if (id !== 'app')
      throw new AppError({ code: 'PROJECT_NOT_FOUND', message: `There is no project "${id}".`, hint: 'List them with `ao project ls`.' });
    return projectFacts();
  };
  return {
    calls,
    failNext: (name, error) => void failures.set(name, error),
    agents: {
      list: async (projectId) =>
        noted('agents.list', [projectId], () => [
          { name: 'claude-code', needsCommand: false, missing: { why: 'It is not on PATH.', hint: 'Install it' } },
          { name: 'shell', needsCommand: false, missing: null },
        ]),
    },
    briefing: {
      current: () => noted('briefing.current', [], () => briefing()),
      dismiss: (atMs) => noted('briefing.dismiss', [atMs], () => null),
    },
    evidence: {
      of: (ref) =>
        noted('evidence.of', [ref], () => ({
          ...report(ref),
          bootId: 'boot-1',
          look: { atMs: 2_000, probe: { state: 'alive', pid: 77, tags: { instanceId: null, sessionId: null, launchId: null } } },
          lastEvent: null,
        })),
    },
    doctor: {
      examine: async () =>
        noted('doctor.examine', [], () => ({
          checks: [{ id: 'database', verdict: 'ok', says: 'It is sound.', fix: null }],
          findings: [{ kind: 'orphan-runtime', subject: '/s:app-9', evidence: 'It has no row.', action: 'ao doctor --reap /s:app-9' }],
        })),
      reap: async (handle) => note('doctor.reap', handle),
    },
    devices,
    feed,
    store,
    setDirt: (next) => {
      dirt = next;
    },
    allowCode: (code) => void codes.add(code),
    daemon: {
      status: () => noted('daemon.status', [], () => daemonFacts()),
      setOwner: (next) => {
        note('daemon.setOwner', next);
        owner = next;
        return daemonFacts();
      },
    },
    projects: {
      add: async (input) =>
        noted('projects.add', [input], () =>
          projectFacts({ path: input.path, ...input.settings, ...(input.id === null ? {} : { id: input.id }) }),
        ),
      list: () => noted('projects.list', [], () => [projectFacts()]),
      get: (id) => noted('projects.get', [id], () => project(id)),
      set: async (id, settings) => noted('projects.set', [id, settings], () => ({ ...project(id), ...settings })),
      remove: async (id) => noted('projects.remove', [id], () => project(id)),
      check: async (path) =>
        noted('projects.check', [path], () => ({ root: path, headBranch: 'main', suggestedId: 'app-2' as ProjectId, existing: null })),
    },
    sessions: {
      list: (filter) => noted('sessions.list', [filter], () => ['app-1', 'app-2'].map((id) => report({ by: 'id', id: id as SessionId }))),
      get: (ref) => noted('sessions.get', [ref], () => report(ref)),
      spawn: async (request) => noted('sessions.spawn', [request], () => report({ by: 'id', id: 'app-1' as SessionId })),
      kill: async (ref) => noted('sessions.kill', [ref], () => ({ ...report(ref), worktree: 'kept', worktreeNote: '2 uncommitted files' })),
      restore: async (ref) => noted('sessions.restore', [ref], () => ({ ...report(ref), mode: 'resumed', note: null })),
      resume: async (ref) =>
        noted('sessions.resume', [ref], () => ({
          ...report(ref),
          mode: 'fresh',
          note: 'Its captured work stays in refs/ao/preserved/app-1.',
        })),
      park: async (refs) => noted('sessions.park', [refs], () => parked),
      unpark: async (refs) => noted('sessions.unpark', [refs], () => parked),
      cleanup: async (mode) =>
        noted('sessions.cleanup', [mode], () => [
          { id: 'app-1' as SessionId, path: '/w/app-1', branch: 'ao/app-1', outcome: 'kept', why: '1 uncommitted file: a.txt' },
        ]),
      rename: (ref, title) => noted('sessions.rename', [ref, title], () => report(ref)),
      logs: async (ref, options) =>
        noted('sessions.logs', [ref, options], () => ({ id: report(ref).session.id, text: 'first line\nlast line' })),
      send: (ref, { text, key }) => noted('sessions.send', [ref, text, key], () => message(ref, text, key)),
      messages: (ref) => noted('sessions.messages', [ref], () => [message(ref, 'hello\nworld', 'k1')]),
      events: (ref) => noted('sessions.events', [ref], () => []),
      dirt: async (ref) =>
        noted('sessions.dirt', [ref], () => {
          const { branch } = report(ref).session.workspace;
          return dirt ?? { branch, worktree: 'present', files: ['a.txt', 'b c.txt'] };
        }),
    },
    orchestrator: {
      ensure: async (request) =>
        noted('orchestrator.ensure', [request], () => ({
          ...report({ by: 'orchestrator', projectId: request.projectId }),
          created: true,
        })),
    },
    peeks: {
      look: async (requests) =>
        noted('peeks.look', [requests], () => [
          { id: 'app-1' as SessionId, version: 'v1', cols: 80, lines: [[{ text: '$ ' }, { text: 'red', fg: 1, looks: ['bold'] }]] },
        ]),
    },
    recordings: {
      list: async (ref) =>
        noted('recordings.list', [ref], () => ({ sessionId: report(ref).session.id, state: 'recording', why: null, segments: [SEGMENT] })),
      read: async (id, offset) => noted('recordings.read', [id, offset], () => ({ text: '[1,"o","hello"]\n', nextOffset: null })),
      find: (query) =>
        noted('recordings.find', [query], () => [
          { sessionId: SEGMENT.sessionId, startedAtMs: 1_000, atMs: 3_000, parts: [{ text: 'the error', match: true }] },
        ]),
    },
    reports: {
      authenticate: (token): SessionPrincipal | null => {
        if (token !== FAKE_SESSION_TOKEN) return null;
        const { session } = report({ by: 'id', id: 'app-1' as SessionId });
        return { sessionId: session.id, projectId: session.projectId, launchId: session.launchId };
      },
      report: (reporter, hook) => note('reports.report', reporter, hook),
    },
  };
}
