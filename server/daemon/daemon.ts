/**
 * The daemon as one readable piece: boot in the order of SPEC §1.1, and the one way to request its end. Sessions are not its
 * children: whatever happens in here, they stay.
 */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { acquireInstanceLock } from '../adapters/lock/instance-lock.ts';
import { type LogFile, openLogFile } from '../adapters/log/pino-log.ts';
import { createPairingFile } from '../adapters/pairing-file/pairing-file.ts';
import { createRunFile } from '../adapters/run-file/run-file.ts';
import { openOwnerCredential } from '../adapters/secret/credential/credential.ts';
import { openGatewayKey } from '../adapters/secret/gateway-key/gateway-key.ts';
import { createStopFile } from '../adapters/stop-file/stop-file.ts';
import { openStore } from '../adapters/store/sqlite/open-store.ts';
import { openSuperviseSocket } from '../adapters/supervise-socket/supervise-socket.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createProcessTable } from '../adapters/system/process-table.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import { DEVICE_COOKIE } from '../contract/device.ts';
import { parseRunFile } from '../contract/run-file.ts';
import { SERVICE_NAME } from '../contract/version.ts';
import { decideAccess } from '../core/access/access.ts';
import { readVisit } from '../core/access/visit.ts';
import { dataDirUnusable, isUnwritable, toAppError } from '../core/errors.ts';
import type { FaultPoint } from '../core/fault-points.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import type { SupervisorListener } from '../ports/supervision.ts';
import { createDevices } from '../services/devices.ts';
import { createHousekeeping } from '../services/housekeeping.ts';
import { createWatchdog } from '../services/liveness/watchdog.ts';
import { createOperations } from '../services/operations.ts';
import { createSpooledReports } from '../services/spooled-reports.ts';
import { createHttpServer } from '../transport/http/server.ts';
import type { DaemonState, StopRequest } from '../transport/state.ts';
import { openAdapters } from './adapters.ts';
import { type Config, parseConfig } from './config.ts';
import { createDaemonService } from './daemon-service.ts';
import { openFront } from './front.ts';
import type { Installation } from './installation.ts';
import { lockHeld, refuseIfServing } from './presence.ts';
import { openRecording } from './recording.ts';
import { wireServices } from './services.ts';
import { writeSessionBin } from './session-bin.ts';
import { shutDown } from './shutdown.ts';
import { createStopMemory } from './stop-memory.ts';

/** A spawn with its post-create commands or a kill may hold a supervised stop back this long, not longer. */
const BUSY_LEASE_MS = 10 * 60_000;

export type DaemonIo = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly installation: Installation;
  readonly stderr: (line: string) => void;
};

export type Daemon = {
  /** Once, whoever asks first; resolves when everything is closed. */
  requestStop(reason: string): Promise<void>;
  /** Resolves at the end of a stop. */
  readonly ended: Promise<void>;
};

export async function startDaemon(io: DaemonIo): Promise<Daemon> {
  const { env, installation, stderr } = io;
  const config = parseConfig(env, { cwd: process.cwd(), homedir: homedir(), platform: process.platform, faults: installation.faults });
  const logFile = enterDataDir(config.dataDir, stderr);
  try {
    return await boot(io, { config, logFile });
  } catch (caught) {
    // A small file of ours that there was no room for names itself, not what helps.
    const failure = isUnwritable(caught) ? dataDirUnusable(caught, config.dataDir) : toAppError(caught);
    logFile.log.error({ code: failure.code, why: failure.message }, 'could not start');
    throw failure;
  }
}

async function boot(
  { env, installation }: DaemonIo,
  { config, logFile }: { readonly config: Config; readonly logFile: LogFile },
): Promise<Daemon> {
  const { dataDir } = config;
  const { log } = logFile;
  const clock = createSystemClock();
  const processes = createProcessTable({ clock });
  const runFile = createRunFile({ path: config.runFile, parse: parseRunFile });

  const lock = acquireInstanceLock(join(dataDir, 'daemon.lock'));
  if (lock === 'held') throw lockHeld(runFile, processes);
  await refuseIfServing(runFile, processes);

  const adapters = openAdapters({ dataDir, env, asked: config.runtime, installation, processes, clock, log });
  // A server answers in its own time; it has until the reconciliation, and ours is well spent on the rest meanwhile.
  adapters.runtime.connect();

  const faults = { passed: faultPoint(config.fault) };
  const store = openStore({ path: join(dataDir, 'ao.db'), migrationsDir: installation.migrationsDir, nowMs: clock.nowMs, log, faults });
  const credential = openOwnerCredential({ dataDir, log });
  const key = openGatewayKey({ dataDir });
  const memory = createStopMemory({ stopFile: createStopFile({ runFile: config.runFile }), clock, log });
  const secrets = createSecrets();
  const operations = createOperations();
  const { instanceId } = store.meta;
  const services = wireServices({
    ...adapters,
    store,
    operations,
    clock,
    log,
    secrets,
    daemonEnv: env,
    places: { dataDir, runFile: config.runFile, binDir: writeSessionBin(dataDir, installation.cliPath) },
    passedFaultPoint: faults.passed,
    bootId: processes.bootId(),
    rebooted: store.meta.lastBootId() === null || store.meta.lastBootId() === processes.bootId() ? 'no' : 'yes',
    afterRound: () => spooled.apply(),
    recording: () => recording.recorder,
  });
  const housekeeping = createHousekeeping({ store, clock, log });
  const spooled = createSpooledReports({ spool: adapters.spool, store, reports: services.reports, log });

  let state: DaemonState = 'starting';
  let stopping: Promise<void> | null = null;
  let entry: RunFileEntry;
  let supervision: SupervisorListener | null = null;
  const booted = createGate();
  const ended = createGate();

  const watchdog = createWatchdog({
    clock,
    log,
    limits: { graceMs: config.graceMs, lossGraceMs: config.lossGraceMs, linkDeadlineMs: config.linkDeadlineMs },
    owner: store.meta.keepDaemon() === 'on' ? 'persistent' : config.owner,
    requestStop: (reason) => requestStop(reason),
  });
  // A spawn is not cut off because the tab was closed. Each has its own bound: a long one does not use up another's.
  operations.onStart((name) => watchdog.lease(name, BUSY_LEASE_MS));

  const codes = createPairingFile({ dataDir, nowMs: clock.nowMs });
  const devices = createDevices({ store, key, codes, secrets, clock, log, cookieName: DEVICE_COOKIE });
  const front = openFront({ ...adapters, store, devices, secrets, feed: services.feed, desk: watchdog, clock, log });
  const recording = openRecording({ dataDir, store, terminals: front.terminals, limits: config.recording, clock, log });
  const daemon = createDaemonService({
    store,
    watchdog,
    entry: () => entry,
    version: installation.version,
    recovering: services.recovering,
    publish,
  });
  const http = createHttpServer({
    services: { ...services, devices, recordings: recording.service, daemon },
    sockets: front.sockets,
    state: () => state,
    identity: { pid: process.pid, version: installation.version, instanceId },
    isOwnerCredential: credential.matches,
    decideAccess: (request, port) =>
      decideAccess(request, { port, uiPort: config.uiPort, allowedHosts: config.allowedHosts, allowedOrigins: config.allowedOrigins }),
    readVisit: (request) => readVisit(request, { verify: key.verify, nowMs: clock.nowMs() }),
    requestStop: stopAsAsked,
    log,
  });
  const port = await http.listen(config.port);
  entry = {
    pid: process.pid,
    processStartedAt: processes.identify(process.pid)?.startedAt ?? 'unknown',
    bootId: processes.bootId(),
    port,
    state: 'starting',
    startedAt: new Date(clock.nowMs()).toISOString(),
    version: installation.version,
    instanceId,
    owner: watchdog.snapshot().owner,
    superviseSocket: null,
  };
  runFile.write(entry);
  faults.passed('boot.starting');

  try {
    const lookedFromMs = clock.monotonicMs();
    const found = await services.reconciler.boot();
    const reconcileMs = Number((clock.monotonicMs() - lookedFromMs).toFixed(1));
    faults.passed('boot.reconciled');
    supervision = await openSuperviseSocket({ runFile: config.runFile, desk: watchdog, clock, log, service: SERVICE_NAME });
    store.meta.recordBootId(processes.bootId());
    faults.passed('boot.boot-id');
    state = 'ready';
    memory.forget();
    publish({ state: 'ready', superviseSocket: supervision.path });
    faults.passed('boot.ready');
    log.info(
      {
        port,
        owner: entry.owner,
        live: found.live,
        recovering: found.recovering,
        undecided: found.undecided,
        reconcileMs,
        version: installation.version,
      },
      'ready',
    );
    spooled.apply();
    found.startQueued();
    services.reconciler.startReaper();
    housekeeping.start();
    recording.start();
    watchdog.start();
    booted.open();
  } catch (caught) {
    runFile.removeIfOurs(entry);
    throw caught;
  }

  /** Changes what the run file says of this daemon. */
  function publish(patch: Partial<RunFileEntry>): void {
    entry = { ...entry, ...patch };
    runFile.write(entry);
  }

  /** Remembered first: the tabs that it sends away must not bring the daemon back. */
  function stopAsAsked(stop: StopRequest): void {
    memory.remember(stop);
    void requestStop(stop.reason);
  }

  function requestStop(reason: string): Promise<void> {
    // One that comes during boot waits for its end, which is bounded: half a boot has nothing to shut down in order.
    stopping ??= booted.passed.then(() => stop(reason));
    return stopping;
  }

  async function stop(reason: string): Promise<void> {
    state = 'stopping';
    watchdog.stopBegun();
    await shutDown(
      {
        log,
        clock,
        faults,
        pid: process.pid,
        limitMs: config.shutdownTimeoutMs,
        refuseNewWork: operations.close,
        sendTabsAway: front.close,
        stopListening: () => http.close({ drainMs: config.shutdownTimeoutMs }),
        whenIdle: operations.whenIdle,
        running: operations.running,
        stopRounds: async () => {
          services.feed.close();
          housekeeping.stop();
          await Promise.all([services.reconciler.stop(), recording.stop()]);
        },
        closeSupervision: async () => {
          watchdog.close();
          await supervision?.close();
        },
        runtime: adapters.runtime,
        store,
        removeRunFile: () => void runFile.removeIfOurs(entry),
        releaseLock: lock === 'held' ? () => undefined : lock.release,
      },
      reason,
    );
    logFile.close();
    ended.open();
  }

  return { requestStop, ended: ended.passed };
}

type Gate = { readonly passed: Promise<void>; readonly open: () => void };

function createGate(): Gate {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** Made private and entered: a working directory that somebody deletes would break every later spawn. */
function enterDataDir(dataDir: string, stderr: DaemonIo['stderr']): LogFile {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    process.chdir(dataDir);
    return openLogFile({ directory: join(dataDir, 'logs'), level: 'info', base: { pid: process.pid }, stderr });
  } catch (error) {
    throw dataDirUnusable(error, dataDir);
  }
}

function faultPoint(armed: FaultPoint | null): (passed: FaultPoint) => void {
  if (armed === null) return () => undefined;
  return (passed) => {
    if (passed === armed) process.kill(process.pid, 'SIGKILL');
  };
}
