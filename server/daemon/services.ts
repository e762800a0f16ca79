/**
 * Wires the session services: who gets which port. Reads from top to bottom; decides nothing. The process around it
 * (lock, run file, sockets, signals) is `daemon.ts`.
 */

import type { FaultPoint } from '../core/fault-points.ts';
import type { ProjectId, SessionId } from '../core/ids.ts';
import type { AgentRegistry } from '../ports/agent.ts';
import type {
  AgentService,
  BriefingService,
  DoctorService,
  EvidenceService,
  OrchestratorService,
  PeekService,
  ProjectService,
  ReportService,
  SessionService,
} from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ProcessRunner } from '../ports/process-runner.ts';
import type { RuntimeDestroyer, RuntimeLauncher, RuntimeProbe, RuntimeTerminal } from '../ports/runtime.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import type { WorkspacePort, WorkspaceSurvey } from '../ports/workspace.ts';
import { createAgents } from '../services/agents.ts';
import { createBriefing } from '../services/briefing.ts';
import { createCancellations } from '../services/cancellations.ts';
import { createDelivery } from '../services/delivery/delivery.ts';
import { createDoctor } from '../services/doctor.ts';
import { createEvidence } from '../services/evidence.ts';
import { createFeed, type Feed } from '../services/feed.ts';
import { createLimiter } from '../services/limiter.ts';
import { createKeyedLocks } from '../services/locks.ts';
import { createLooks } from '../services/looks.ts';
import type { Operations } from '../services/operations.ts';
import { createProjects } from '../services/projects.ts';
import { createApply } from '../services/reconcile/apply.ts';
import { createObserver } from '../services/reconcile/observe.ts';
import { createReconciler, type Reconciler } from '../services/reconcile/reconciler.ts';
import type { Recorder } from '../services/recording/recorder.ts';
import { createReports } from '../services/reports.ts';
import { createCleanup } from '../services/sessions/cleanup.ts';
import type { Places, SessionContext } from '../services/sessions/context.ts';
import { createEnsureOrchestrator } from '../services/sessions/ensure-orchestrator.ts';
import { createKill } from '../services/sessions/kill.ts';
import { createLaunching } from '../services/sessions/launching.ts';
import { createPark } from '../services/sessions/park.ts';
import { createParking } from '../services/sessions/parking.ts';
import { createRecover } from '../services/sessions/recover.ts';
import { createReport } from '../services/sessions/report.ts';
import { createSessions } from '../services/sessions/sessions.ts';
import { createSettleSpawn } from '../services/sessions/settle-spawn.ts';
import { createSpawn } from '../services/sessions/spawn.ts';
import { createPeeks } from '../services/terminal/peeks.ts';

/** Relaunches at once after a reboot: agents are heavy to start, and the machine is the user's. */
const RELAUNCHES_AT_ONCE = 4;

export type ServiceDeps = {
  readonly store: Store;
  readonly runtime: RuntimeProbe & RuntimeLauncher & RuntimeDestroyer & RuntimeTerminal;
  readonly workspace: WorkspacePort & WorkspaceSurvey;
  readonly agents: AgentRegistry;
  readonly runner: ProcessRunner;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
  readonly places: Places;
  readonly daemonEnv: Readonly<Record<string, string | undefined>>;
  readonly operations: Operations;
  readonly passedFaultPoint: (point: FaultPoint) => void;
  /** Whether the machine was booted since a daemon last ran here. */
  readonly rebooted: 'yes' | 'no';
  readonly bootId: string;
  /** Asked by the doctor. */
  readonly recording: () => Pick<Recorder, 'recording' | 'trouble'>;
  /** Called after each look at the runtimes. */
  readonly afterRound: () => void;
};

export type WiredServices = {
  readonly agents: AgentService;
  readonly briefing: BriefingService;
  readonly doctor: DoctorService;
  readonly evidence: EvidenceService;
  readonly feed: Feed;
  readonly projects: ProjectService;
  readonly sessions: SessionService;
  readonly orchestrator: OrchestratorService;
  readonly peeks: PeekService;
  readonly reports: ReportService;
  readonly reconciler: Reconciler;
  /** Sessions whose relaunch is queued or running. */
  readonly recovering: () => number;
};

export function wireServices(deps: ServiceDeps): WiredServices {
  const { operations, store, agents, workspace, clock, secrets, log } = deps;
  const context: SessionContext = {
    ...deps,
    faults: { passed: deps.passedFaultPoint },
    sessionLocks: createKeyedLocks<SessionId>(),
    projectLocks: createKeyedLocks<ProjectId>(),
    looks: createLooks(),
    cancellations: createCancellations(),
  };
  const report = createReport(context);
  const track = (name: string, work: () => Promise<void>): Promise<void> => operations.run(name, work);

  const launching = createLaunching(context);
  const spawn = createSpawn(context, launching);
  const kill = createKill(context);
  const recover = createRecover(context, launching);
  const park = createPark(context, recover);
  const ensure = createEnsureOrchestrator(context, { spawn, kill, park, recover, settleSpawn: createSettleSpawn(context, spawn) });
  const delivery = createDelivery({ ...context, track });

  const observe = createObserver({ ...context, decide: recover.decide, tried: recover.tried, parkedHere: park.here });
  const apply = createApply(context, { spawn, kill, park, recover, relaunches: createLimiter(RELAUNCHES_AT_ONCE) });
  const parking = createParking(context, { operations, park, delivery, report, limiter: createLimiter(RELAUNCHES_AT_ONCE) });
  const feed = createFeed({ store, report, clock, log: log.child({ part: 'feed' }), epoch: secrets.newToken() });
  const afterRound = (): void => {
    delivery.kickAll();
    deps.afterRound();
    feed.refresh();
  };
  const agentService = createAgents({ store, agents, daemonEnv: deps.daemonEnv });
  const briefing = createBriefing({ store, clock, report, rebooted: deps.rebooted });
  const evidence = createEvidence({ store, clock, report, bootId: deps.bootId });
  const observed: Parameters<typeof createReconciler>[0]['observed'] = (input, plan, when) => {
    evidence.observe(input);
    briefing.observe(input, plan, when);
  };
  const reconciler = createReconciler({ ...context, observe, apply, track, observed, afterRound });

  return {
    projects: createProjects({ store, workspace, agents, clock }),
    ...createSessions(context, { operations, spawn, kill, recover, ensure, delivery, report, parking, cleanup: createCleanup(context) }),
    agents: agentService,
    doctor: createDoctor({
      store,
      survey: workspace,
      runtime: deps.runtime,
      agents: agentService,
      report,
      orphans: reconciler.orphans,
      recording: deps.recording,
    }),
    briefing,
    evidence,
    feed,
    peeks: createPeeks({ store, runtime: deps.runtime, clock }),
    reports: createReports({ store, agents, secrets, log, onChange: delivery.kick }),
    reconciler,
    recovering: () => store.sessions.list({ phases: ['live'] }).filter((session) => session.recovery?.state === 'queued').length,
  };
}
