/** What the daemon says of itself, and the live switch of its owner. */

import type { RunFileEntry } from '../core/liveness/run-file.ts';
import type { DaemonService } from '../ports/app-services.ts';
import type { Store } from '../ports/store.ts';
import type { Watchdog } from '../services/liveness/watchdog.ts';

type Deps = {
  readonly store: Store;
  readonly watchdog: Watchdog;
  readonly entry: () => RunFileEntry;
  readonly version: string;
  /** Sessions whose relaunch is queued or running. */
  readonly recovering: () => number;
  readonly publish: (patch: Partial<RunFileEntry>) => void;
};

export function createDaemonService({ store, watchdog, entry, version, recovering, publish }: Deps): DaemonService {
  const status: DaemonService['status'] = () => {
    const { pid, port, startedAt } = entry();
    const { owner, holders, graceEndsAtMs, graceMs, lossGraceMs } = watchdog.snapshot();
    return {
      pid,
      port,
      owner,
      instanceId: store.meta.instanceId,
      version,
      startedAtMs: Date.parse(startedAt),
      holders,
      graceEndsAtMs,
      graceMs,
      lossGraceMs,
      lastStop: store.meta.lastStop(),
      recovering: recovering(),
    };
  };
  return {
    status,
    setOwner(owner) {
      // Durable only for `persistent`: it is a setting of the user, the others say how this process was started.
      store.meta.setKeepDaemon(owner === 'persistent' ? 'on' : 'off');
      watchdog.setOwner(owner);
      publish({ owner });
      return status();
    },
  };
}
