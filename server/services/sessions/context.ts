/** What the session services share: the ports they act through and the small things that guard them. Types only. */

import type { ProjectId, SessionId } from '../../core/ids.ts';
import type { AgentRegistry } from '../../ports/agent.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaultPoints } from '../../ports/fault-points.ts';
import type { Log } from '../../ports/log.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import type { RuntimeDestroyer, RuntimeLauncher, RuntimeProbe, RuntimeTerminal } from '../../ports/runtime.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Store } from '../../ports/store.ts';
import type { WorkspacePort } from '../../ports/workspace.ts';
import type { Cancellations } from '../cancellations.ts';
import type { KeyedLocks } from '../locks.ts';
import type { Looks } from '../looks.ts';

/** Where this installation and its data are; absolute paths. */
export type Places = {
  readonly dataDir: string;
  readonly runFile: string;
  /** Folder with the `ao` that sessions find first on their PATH. */
  readonly binDir: string;
};

export type SessionContext = {
  readonly store: Store;
  readonly runtime: RuntimeProbe & RuntimeLauncher & RuntimeDestroyer & RuntimeTerminal;
  readonly workspace: WorkspacePort;
  readonly agents: AgentRegistry;
  readonly runner: ProcessRunner;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly places: Places;
  /** The daemon's own environment, as it was started with. */
  readonly daemonEnv: Readonly<Record<string, string | undefined>>;
  readonly sessionLocks: KeyedLocks<SessionId>;
  readonly projectLocks: KeyedLocks<ProjectId>;
  readonly looks: Looks;
  readonly cancellations: Cancellations;
};
