/**
 * The session services as the daemon wires them, on fakes of every port, and a world around them that outlives each daemon:
 * store, session host, repositories, agents. Nothing happens by itself: time stands still, and a reaper's round is made.
 */
import { createAgentRegistry } from '../adapters/agent/registry.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { FaultPoint } from '../core/fault-points.ts';
import type { LaunchId, MessageId, ProjectId, SessionId } from '../core/ids.ts';
import type { Session } from '../core/session/session.ts';
import { type ServiceDeps, type WiredServices, wireServices } from '../daemon/services.ts';
import type { AgentAdapter } from '../ports/agent.ts';
import type { EnsureRequest, SpawnRequest } from '../ports/app-services.ts';
import type { ProcessRunner, RunRequest, RunResult } from '../ports/process-runner.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Project, Store } from '../ports/store.ts';
import { createOperations, type Operations } from '../services/operations.ts';
import { REAPER_PERIOD_MS } from '../services/reconcile/reconciler.ts';
import { createFakeAgent, type FakeAgent } from './fakes/agent.ts';
import { createManualClock, type ManualClock } from './fakes/clock.ts';
import { createRecordingLog, type RecordingLog } from './fakes/log.ts';
import { createFakeHost, type FakeHost, type FakePane } from './fakes/runtime.ts';
import { createFakeStore } from './fakes/store.ts';
import { createFakeWorkspaces, type FakeWorkspaces } from './fakes/workspace.ts';
import { createLife, type Life, mortalClock, mortalPort, mortalStore } from './mortal.ts';
import { INSTANCE } from './session-facts.ts';
import { APP, projectFacts } from './store-facts.ts';

export const REPOSITORY = '/repo';

export type FakeRunner = ProcessRunner & {
  readonly requests: readonly RunRequest[];
  answerNext(result: Partial<RunResult>): void;
  /** What the programs do. */
  onRun(effect: (request: RunRequest) => void | Promise<void>): void;
};

/** One daemon: what it was wired to, and its life. */
export type FakeDaemon = {
  readonly services: WiredServices;
  readonly operations: Operations;
  readonly life: Life;
  readonly log: RecordingLog;
};

/** What happens while a daemon is busy with something; set and unset by tests. */
export type Meanwhile = {
  /** A look at the runtimes was asked for. */
  beforeProbe?: (() => Promise<void>) | undefined;
  /** The look was taken, its answer is on the way. */
  afterProbe?: (() => Promise<void>) | undefined;
  /** The text is in the agent's input, the daemon has not heard so yet. */
  afterPaste?: (() => Promise<void>) | undefined;
  prepare?: ((id: SessionId) => Promise<void>) | undefined;
};

export type ServiceWorld = {
  readonly meanwhile: Meanwhile;
  /** What the recorder says of itself. */
  readonly recording: { count: number; trouble: AppError | null };
  readonly store: Store;
  readonly host: FakeHost;
  readonly workspaces: FakeWorkspaces;
  readonly clock: ManualClock;
  readonly runner: FakeRunner;
  /** `smart` resumes and signals, `plain` does neither and needs nothing, `shell` is as good anew. */
  readonly agents: { readonly smart: FakeAgent; readonly plain: FakeAgent; readonly shell: FakeAgent };
  /** Fault points passed, oldest first, by every daemon so far. */
  readonly passed: readonly FaultPoint[];
  /** The daemon that runs now. */
  readonly daemon: () => FakeDaemon;
  readonly services: () => WiredServices;
  /** What was started goes on until it waits for time, or for nothing. */
  settle(): Promise<void>;
  /** That many rounds of the reaper, each to its end. */
  rounds(count?: number): Promise<void>;
  /** The daemon goes, in the middle of whatever it does, and the next one boots. */
  restart(): Promise<void>;
  /** The next write of that kind of event is refused, as by a full disk. */
  failNextWrite(kind: string): void;
  /** The daemon dies there, once: in the operation that is given, else in whatever comes there. */
  dieAt(point: FaultPoint, operation?: () => Promise<unknown>): Promise<void>;
  spawn(request?: Partial<SpawnRequest>): Promise<Session>;
  ensure(request?: Partial<EnsureRequest>): Promise<{ readonly session: Session; readonly created: boolean }>;
  kill(id: SessionId): ReturnType<WiredServices['sessions']['kill']>;
  restore(id: SessionId): ReturnType<WiredServices['sessions']['restore']>;
  resume(id: SessionId): ReturnType<WiredServices['sessions']['resume']>;
  /** The row as it is; fails where there is none. */
  row(id: SessionId): Session;
  /** Runtimes tagged with the session. */
  panesOf(id: SessionId): readonly FakePane[];
  events(id: SessionId): readonly string[];
};

export type WorldOptions = { readonly project?: Partial<Project>; readonly turns?: () => number };

export async function makeServiceWorld(options: WorldOptions = {}): Promise<ServiceWorld> {
  const clock = createManualClock();
  const store = createFakeStore({ nowMs: clock.nowMs, instanceId: INSTANCE });
  const { host, openRuntime } = createFakeHost(clock.nowMs);
  const workspaces = createFakeWorkspaces();
  const runner = createFakeRunner();
  const secrets = createFakeSecrets();
  const agents = {
    smart: createFakeAgent({ name: 'smart' }),
    plain: createFakeAgent({ name: 'plain', capabilities: { canResume: false, canSignal: false } }),
    shell: createFakeAgent({ name: 'shell', capabilities: { canResume: false, canSignal: false, freshIsWhole: true } }),
  };
  const passed: FaultPoint[] = [];
  let deadly: FaultPoint | null = null;
  const refusals: string[] = [];
  const meanwhile: Meanwhile = {};
  const recording: ServiceWorld['recording'] = { count: 0, trouble: null };

  workspaces.addRepository(REPOSITORY);
  const defaults = { path: REPOSITORY, agent: 'smart', orchestratorAgent: 'smart', symlinks: [], postCreate: [], disposable: [] };
  store.projects.insert(projectFacts({ ...defaults, ...options.project }));

  const refuse = (kind: string): void => {
    const index = refusals.indexOf(kind);
    if (index === -1) return;
    refusals.splice(index, 1);
    throw failure('DATABASE_UNUSABLE', 'the disk is full');
  };
  const update: Store['sessions']['update'] = (id, patch, event) => {
    refuse(event.kind);
    return store.sessions.update(id, patch, event);
  };
  const updateAll: Store['sessions']['updateAll'] = (changes) => {
    for (const { event } of changes) refuse(event.kind);
    return store.sessions.updateAll(changes);
  };

  function start(): FakeDaemon {
    const life = createLife();
    const mortal = { life, turns: options.turns ?? (() => 0) };
    const operations = createOperations();
    const log = createRecordingLog();
    const runtime = openRuntime();
    const probe: typeof runtime.probe = async (handles, limits) => {
      await meanwhile.beforeProbe?.();
      const observation = await runtime.probe(handles, limits);
      await meanwhile.afterProbe?.();
      return observation;
    };
    const paste: typeof runtime.paste = async (...args) => {
      await runtime.paste(...args);
      await meanwhile.afterPaste?.();
    };
    const slow = (agent: AgentAdapter): AgentAdapter => ({
      ...agent,
      async prepare(context) {
        await meanwhile.prepare?.(context.sessionId);
        await agent.prepare(context);
      },
    });
    const deps: ServiceDeps = {
      store: mortalStore({ ...store, sessions: { ...store.sessions, update, updateAll } }, life),
      runtime: mortalPort({ ...runtime, probe, paste }, RUNTIME_CALLS, mortal),
      workspace: mortalPort(workspaces.port, WORKSPACE_CALLS, mortal),
      agents: createAgentRegistry(
        Object.values(agents).map(({ agent }) => mortalPort(slow(agent), ['assertAvailable', 'history', 'prepare'], mortal)),
      ),
      runner: mortalPort(runner, ['run'], mortal),
      secrets,
      clock: mortalClock(clock, life),
      log,
      places: { dataDir: '/data', runFile: '/run.json', binDir: '/data/bin' },
      daemonEnv: { PATH: '/usr/bin', HOME: '/home/u' },
      operations,
      rebooted: 'no',
      bootId: 'boot-of-the-tests',
      afterRound: () => undefined,
      recording: () => ({ recording: () => recording.count, trouble: () => recording.trouble }),
      passedFaultPoint(point) {
        if (life.isOver()) return;
        passed.push(point);
        if (point !== deadly) return;
        deadly = null;
        life.end();
      },
    };
    return { services: wireServices(deps), operations, life, log };
  }

  /** All of our fakes answer within microtasks, so one turn of the event loop drains whatever they started. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function boot(daemon: FakeDaemon): Promise<void> {
    const booting = daemon.services.reconciler.boot().then((summary) => {
      summary.startQueued();
      daemon.services.reconciler.startReaper();
    });
    // One that dies while it boots never answers.
    await Promise.race([booting, settle()]);
    await settle();
  }

  let daemon = start();
  await boot(daemon);

  return {
    meanwhile,
    recording,
    store,
    host,
    workspaces,
    clock,
    runner,
    agents,
    passed,
    daemon: () => daemon,
    services: () => daemon.services,
    settle,
    async rounds(count = 1) {
      for (let round = 0; round < count; round += 1) {
        await clock.advance(REAPER_PERIOD_MS);
        await settle();
      }
    },
    async restart() {
      daemon.life.end();
      await settle();
      daemon = start();
      await boot(daemon);
    },
    failNextWrite: (kind) => void refusals.push(kind),
    async dieAt(point, operation) {
      deadly = point;
      if (operation === undefined) return;
      // What a dead daemon still says is said to nobody.
      void operation().catch(() => undefined);
      await settle();
      if (!daemon.life.isOver()) throw new Error(`${point} was not reached`);
    },
    async spawn(request = {}) {
      const order = { projectId: APP, agent: null, command: null, prompt: 'do it', title: null, branch: null, ...request };
      return (await daemon.services.sessions.spawn(order)).session;
    },
    async ensure(request = {}) {
      return await daemon.services.orchestrator.ensure({ projectId: APP, mode: 'keep', agent: null, command: null, ...request });
    },
    kill: (id) => daemon.services.sessions.kill({ by: 'id', id }),
    restore: (id) => daemon.services.sessions.restore({ by: 'id', id }),
    resume: (id) => daemon.services.sessions.resume({ by: 'id', id }),
    row(id) {
      const found = store.sessions.get(id);
      if (found === null) throw new Error(`there is no row ${id}`);
      return found;
    },
    panesOf: (id) => host.panes().filter(({ tags }) => tags.sessionId === id),
    events: (id) => store.sessions.events(id).map(({ kind }) => kind),
  };
}

const RUNTIME_CALLS = [
  'assertInstalled',
  'create',
  'restart',
  'revoke',
  'destroy',
  'probe',
  'capture',
  'paste',
  'submit',
  'receipts',
] as const;

const WORKSPACE_CALLS = [
  'inspectRepository',
  'assertBase',
  'look',
  'create',
  'state',
  'dirt',
  'removeClean',
  'judgeRemoval',
  'capture',
  'removeCaptured',
  'undo',
  'applyPreserved',
  'link',
] as const;

/** What an operation came to: its code, or `ok`. */
export async function outcomeOf(operation: Promise<unknown>): Promise<string> {
  return await operation.then(
    () => 'ok',
    (caught: unknown) => toAppError(caught).code,
  );
}

export async function failureOf(operation: Promise<unknown>): Promise<AppError> {
  try {
    await operation;
  } catch (caught) {
    return toAppError(caught);
  }
  throw new Error('it did not fail');
}

export function failure(code: AppError['code'], message = 'as the test wants it'): AppError {
  return new AppError({ code, message, hint: 'See the test.' });
}

export const PROJECT: ProjectId = APP;

function createFakeRunner(): FakeRunner {
  const requests: RunRequest[] = [];
  const answers: Partial<RunResult>[] = [];
  let effect: (request: RunRequest) => void | Promise<void> = () => undefined;
  return {
    requests,
    answerNext: (result) => void answers.push(result),
    onRun: (next) => {
      effect = next;
    },
    async run(request) {
      requests.push(request);
      await effect(request);
      return { outcome: 'exited', code: 0, signal: null, stdout: '', stderr: '', ...answers.shift() };
    },
  };
}

function createFakeSecrets(): Secrets {
  let count = 0;
  const uuid = (group: string): string => {
    count += 1;
    return `00000000-0000-4000-${group}-${String(count).padStart(12, '0')}`;
  };
  return {
    newLaunchId: () => uuid('9000') as LaunchId,
    newMessageId: () => uuid('b000') as MessageId,
    newToken: () => uuid('8000'),
    hash: (token) => `hash-of-${token}`,
  };
}
