/**
 * The gateway of this installation, wired: configuration, key, link to the daemon, pages, one port. `ao up` runs it in its own
 * process and owns the signals; nothing here ends a process.
 */
import { Console } from 'node:console';
import { connect } from 'node:net';
import { createPairingFile } from '../adapters/pairing-file/pairing-file.ts';
import { openGatewayKey } from '../adapters/secret/gateway-key/gateway-key.ts';
import { createStopFile } from '../adapters/stop-file/stop-file.ts';
import { createSystemClock } from '../adapters/system/clock.ts';
import { createProcessTable } from '../adapters/system/process-table.ts';
import { PAIRING_CODE_TTL_MS } from '../contract/device.ts';
import type { Environment } from '../contract/environment.ts';
import { type GatewayFileEntry, gatewayUrl, pairingUrl, type UpResult } from '../contract/gateway.ts';
import { AppError } from '../core/errors.ts';
import { parseConfig } from '../daemon/config.ts';
import { readGatewayFile, removeGatewayFile, writeGatewayFile } from '../launcher/gateway-file.ts';
import { findPortHolder } from '../launcher/port-holder.ts';
import { sightDaemon } from '../launcher/sighting.ts';
import { createDaemonLink } from './daemon-link.ts';
import { createGateway } from './gateway.ts';
import { endUnheldDaemon } from './last-resort.ts';
import { createNextPages, type PageMode } from './pages.ts';

export type GatewayOptions = {
  /** A copy: Next writes into `process.env`, and the daemon and its agents shall have none of it. */
  readonly env: Environment;
  readonly cwd: string;
  readonly homedir: string;
  /** The daemon's bundle. */
  readonly daemonEntry: string;
  /** The folder with the built pages. */
  readonly root: string;
  /** Instead of `AO_UI_PORT`. */
  readonly port: number | null;
  readonly mode: PageMode;
  /** A line for people, not on stdout. */
  readonly note: (line: string) => void;
};

export type RunningGateway = UpResult & {
  /** Ends the gateway; the daemon follows its tabs. */
  close(): Promise<void>;
};

/** At the end a start that is under way is waited for this long, so that it leaves nobody's daemon behind. */
const SETTLE_LIMIT_MS = 5_000;

/** Throws `BAD_ENV`, `PORT_IN_USE`, `DATA_DIR_UNUSABLE`. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { env, note, mode } = options;
  // Whether fault points were compiled in is the daemon's to judge.
  const config = parseConfig(env, { cwd: options.cwd, homedir: options.homedir, platform: process.platform, faults: 'compiled_in' });
  const wanted = options.port ?? config.uiPort;
  const { dataDir, runFile } = config;
  await refuseIfTaken(wanted, runFile);

  const clock = createSystemClock();
  const key = openGatewayKey({ dataDir });
  const pairing = createPairingFile({ dataDir, nowMs: clock.nowMs, ttlMs: PAIRING_CODE_TTL_MS });
  const link = createDaemonLink({
    start: { env: { ...env, AO_UI_PORT: String(wanted) }, daemonEntry: options.daemonEntry, owner: 'app' },
    locations: { dataDir, runFile },
    stopFile: createStopFile({ runFile }),
    monotonicMs: clock.monotonicMs,
    note,
  });
  keepStdoutForResults();
  const pages = await createNextPages({ root: options.root, port: wanted, mode });
  const gateway = createGateway({
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
    key,
    pairing,
    link,
    pages,
    nowMs: clock.nowMs,
    note,
  });
  const port = await gateway.listen(wanted).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? portInUse(wanted, runFile) : cannotBind(wanted, error);
  });
  const entry = identify(port, clock);
  writeGatewayFile(runFile, entry);
  const daemon = await sightDaemon(runFile);
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    await Promise.race([link.settled(), clock.sleep(SETTLE_LIMIT_MS)]);
    // Asked before the tabs are cut off: a daemon that has one is not ours to end.
    await endUnheldDaemon(link.started(), { dataDir });
    removeGatewayFile(runFile, entry);
    await gateway.close();
  }

  return {
    url: gatewayUrl(port),
    pairUrl: pairingUrl(port, pairing.create().code),
    pid: process.pid,
    daemon: daemon.state === 'ready' ? { pid: daemon.entry.pid, port: daemon.entry.port } : null,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Next prints to stdout, which belongs to the one result of the command. */
function keepStdoutForResults(): void {
  globalThis.console = new Console(process.stderr, process.stderr);
}

function identify(port: number, clock: ReturnType<typeof createSystemClock>): GatewayFileEntry {
  const processes = createProcessTable({ clock });
  return { pid: process.pid, processStartedAt: processes.identify(process.pid)?.startedAt ?? 'unknown', bootId: processes.bootId(), port };
}

/**
 * Also by a listener on the other loopback: browsers try `::1` first for `localhost`, and would carry the pairing code to
 * whatever page is served there.
 */
async function refuseIfTaken(port: number, runFile: string): Promise<void> {
  const answers = await Promise.all(['127.0.0.1', '::1'].map((host) => isListening(host, port)));
  if (answers.includes(true)) throw portInUse(port, runFile);
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true));
    socket.once('error', settle(false));
    socket.once('timeout', settle(true));
  });
}

function portInUse(port: number, runFile: string): AppError {
  const holder = findPortHolder(port);
  const own = readGatewayFile(runFile);
  const who =
    own?.port === port
      ? `another \`ao up\` of this installation (pid ${own.pid})`
      : holder === null
        ? 'another program (which one cannot be told: it may belong to another user)'
        : `process ${holder.pid} (${holder.command})`;
  const other = port < 65_000 ? port + 10 : port - 10;
  return new AppError({
    code: 'PORT_IN_USE',
    message: `Port ${port} is in use by ${who}.`,
    hint:
      own?.port === port
        ? `Use that one: ${gatewayUrl(port)} (\`ao pair\` for a new browser).`
        : `Take another one: \`ao up --port ${other}\`, or set AO_UI_PORT.`,
  });
}

function cannotBind(port: number, error: Error): AppError {
  return new AppError(
    {
      code: 'PORT_IN_USE',
      message: `Port ${port} of 127.0.0.1 cannot be bound: ${error.message}.`,
      hint: 'Take another one: `ao up --port 3010`, or set AO_UI_PORT.',
    },
    { cause: error },
  );
}
