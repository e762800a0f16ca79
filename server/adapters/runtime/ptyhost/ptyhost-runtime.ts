/**
 * The ptyhost runtime: each session in a small detached process of its own, which outlives the daemon and keeps the pseudoterminal,
 * the screen and the scrollback. This file wires; each file beside it owns one thing. The host itself is `server/pty-host`.
 */
import { accessSync } from 'node:fs';
import { userInfo } from 'node:os';
import { AppError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { ProcessIdentity, ProcessTree } from '../../../ports/process-table.ts';
import type { Runtime } from '../../../ports/runtime.ts';
import type { RuntimeAttach } from '../../../ports/terminal.ts';
import { toHostEnvironment } from '../host-environment.ts';
import { findServiceScope } from '../service-scope.ts';
import { createAttach } from './attach.ts';
import { createDelivery } from './delivery.ts';
import { toHandle } from './handles.ts';
import { createHosts } from './hosts.ts';
import { createHostLaunchFiles } from './launch-file.ts';
import { createPtyHostLaunching } from './launching.ts';
import { createObserving } from './observing.ts';
import { createHostRecords } from './records.ts';
import { createStarting } from './starting.ts';
import { pickWindowsVariables } from './windows.ts';

export type PtyHostRuntimeDeps = {
  /** Absolute; the hosts' working directory, so never one that gets deleted. */
  readonly dataDir: string;
  /** The daemon's own environment; only a few harmless variables of it reach a host. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The host's bundle. */
  readonly program: string;
  readonly processes: ProcessIdentity;
  readonly tree: ProcessTree;
  readonly clock: Clock;
  readonly log: Log;
};

export function createPtyHostRuntime(deps: PtyHostRuntimeDeps): Runtime & RuntimeAttach {
  const { dataDir, program, processes, tree, clock } = deps;
  const log = deps.log.child({ component: 'ptyhost' });
  const env = { ...pickWindowsVariables(process.platform, deps.env), ...toHostEnvironment(deps.env, dataDir) };
  const records = createHostRecords(dataDir);
  const launches = createHostLaunchFiles(records.directory);
  const hosts = createHosts({ records, processes, clock, log });
  const observing = createObserving({ records, hosts, clock });
  const startHost = createStarting({ program, env, cwd: dataDir, scope: findServiceScope(), records, clock, log });
  const launching = createPtyHostLaunching({
    uid: userInfo().uid,
    records,
    launches,
    hosts,
    observing,
    startHost,
    processes,
    tree,
    clock,
    log,
  });
  const delivery = createDelivery(hosts);

  return {
    kind: 'ptyhost',
    async assertInstalled() {
      try {
        accessSync(program);
      } catch (caught) {
        throw new AppError(
          { code: 'RUNTIME_MISSING', message: `The program of the pty host is not at ${program}.`, hint: 'Run `npm run build`.' },
          { cause: caught },
        );
      }
    },
    handleFor: toHandle,
    create: launching.create,
    restart: launching.restart,
    revoke: launches.revoke,
    destroy: launching.destroy,
    // A connection is a host's own, made where that is looked at.
    connect: () => {},
    probe: (handles, { limitMs }) => observing.probe(handles, limitMs),
    capture: (handle, { historyLines }) => delivery.capture(handle, historyLines),
    screens: delivery.screens,
    history: delivery.history,
    write: delivery.write,
    resize: delivery.resize,
    paste: delivery.paste,
    submit: delivery.submit,
    receipts: delivery.receipts,
    attach: createAttach({ hosts, log }),
    async close() {
      hosts.close();
    },
  };
}
