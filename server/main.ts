/**
 * The daemon's process: its environment, its signals, its exit codes. The only place of the daemon that exits. With arguments
 * it is no daemon but does one thing to the data directory while there is none (`daemon/offline.ts`).
 * Exit codes: 0 stopped, 1 could not start (the last line on stderr is `{"error":…}`), 3 another daemon has the data directory.
 */
import { toAppError } from './core/errors.ts';
import { type Daemon, startDaemon } from './daemon/daemon.ts';
import { findInstallation } from './daemon/installation.ts';
import { runOffline } from './daemon/offline.ts';

const EXIT_HELD = 3;

/** Exported, not run: `daemon/cached-entry.ts` calls it, and the build loads this module only to compile it. */
export async function main(): Promise<void> {
  // Whoever started us may be gone: a broken pipe must not end the daemon with its starter.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('SIGPIPE', () => undefined);
  process.on('SIGHUP', () => undefined);
  // The clock's timers keep nothing alive by themselves, and a drain must not end early for lack of anything else to do.
  setInterval(() => undefined, 60_000);
  process.exit(await run());
}

async function run(): Promise<number> {
  const [task, ...args] = process.argv.slice(2);
  return task === undefined ? serve() : doOffline(task, args);
}

async function doOffline(task: string, args: readonly string[]): Promise<number> {
  try {
    const result = await runOffline({ env: process.env, installation: findInstallation(import.meta.url), task, args });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  } catch (caught) {
    process.stderr.write(`${JSON.stringify({ error: toAppError(caught) })}\n`);
    return 1;
  }
}

async function serve(): Promise<number> {
  let daemon: Daemon | null = null;
  let asked: string | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked ??= `the signal ${signal}`;
      void daemon?.requestStop(asked);
    });
  }
  try {
    daemon = await startDaemon({
      env: process.env,
      installation: findInstallation(import.meta.url),
      stderr: (line) => process.stderr.write(`${line}\n`),
    });
  } catch (caught) {
    const failure = toAppError(caught);
    if (failure.code === 'INTERNAL' && failure.cause instanceof Error) process.stderr.write(`${failure.cause.stack ?? ''}\n`);
    process.stderr.write(`${JSON.stringify({ error: failure })}\n`);
    return failure.code === 'DAEMON_RUNNING' || failure.code === 'DAEMON_STARTING' ? EXIT_HELD : 1;
  }
  // A signal that came while it was starting.
  if (asked !== null) void daemon.requestStop(asked);
  await daemon.ended;
  return 0;
}
