/**
 * `ao start`: a ready headless daemon, whoever started it. Of several that start in the same instant one wins; the others wait
 * for it and say that it was there already.
 */
import { AppError } from '../../core/errors.ts';
import type { RunFileEntry } from '../../core/liveness/run-file.ts';
import { createApi, unhealthy } from '../client.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { readCredential } from '../credential.ts';
import { type DaemonProcess, readReportedError, spawnDaemon } from '../daemon-process.ts';
import { pause } from '../pause.ts';
import { sightDaemon } from '../sighting.ts';
import { toPlainLines } from '../table.ts';

const READY_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 25;
/** The daemon's exit code when another one has the data directory. */
const EXIT_HELD = 3;
/** After losing a start, and with no winner in sight for so long, it is tried again: the winner may have died. */
const WINNER_LIMIT_MS = 3_000;

export async function start(context: CliContext): Promise<VerbResult> {
  const locations = locate(context);
  const deadline = performance.now() + READY_LIMIT_MS;
  let child: DaemonProcess | null = null;
  let lostAt: number | null = null;
  let unansweredSince: number | null = null;

  while (performance.now() < deadline) {
    const sighting = await sightDaemon(locations.runFile);
    if (sighting.state === 'ready') return ready(sighting.entry, { child, context, dataDir: locations.dataDir });
    if (sighting.state === 'unhealthy') {
      // One look may fall into the moment before the port answers or after it closed.
      unansweredSince ??= performance.now();
      if (performance.now() - unansweredSince > WINNER_LIMIT_MS) throw unhealthy(sighting.entry, sighting.why);
    } else {
      unansweredSince = null;
    }

    const exit = child?.exit() ?? null;
    if (child !== null && exit !== null) {
      if (exit.code !== EXIT_HELD) throw startFailed(child);
      child = null;
      lostAt = performance.now();
    }
    const nobody = sighting.state === 'stopped' || sighting.state === 'stale';
    if (!nobody) lostAt = null;
    if (child === null && nobody && (lostAt === null || performance.now() - lostAt > WINNER_LIMIT_MS))
      child = spawnDaemon(context, locations);
    await pause(LOOK_EVERY_MS);
  }
  throw new AppError({
    code: 'DAEMON_START_FAILED',
    message: `The daemon was not ready within ${READY_LIMIT_MS / 1_000} s${child?.pid ? ` (pid ${child.pid}); it goes on starting` : ''}.`,
    hint: `See \`ao status\` and ${locations.dataDir}/logs/daemon.log.`,
  });
}

type Asked = { readonly child: DaemonProcess | null; readonly context: CliContext; readonly dataDir: string };

async function ready(entry: RunFileEntry, { child, context, dataDir }: Asked): Promise<VerbResult> {
  const already = entry.pid !== child?.pid;
  let owner = entry.owner;
  if (owner === 'app') {
    // A daemon that a user starts by hand outlives every window (I8).
    ({ owner } = await createApi(entry, readCredential(dataDir, context.env)).daemon.setOwner.mutate({ owner: 'headless' }));
    context.note(`The daemon (pid ${entry.pid}) belonged to the app; it is headless now and outlives every window.`);
  }
  const value = { state: 'ready' as const, pid: entry.pid, port: entry.port, owner, already };
  return { value, text: `${already ? 'Already running' : 'Ready'}: pid ${entry.pid}, port ${entry.port}, ${owner}.` };
}

function startFailed(child: DaemonProcess): AppError {
  const output = child.output();
  const reported = readReportedError(output);
  if (reported !== null) return new AppError(reported);
  const exit = child.exit();
  const how = exit?.error ?? exit?.signal ?? `exit code ${exit?.code ?? 'unknown'}`;
  const tail = toPlainLines(output).trim().split('\n').slice(-8).join('\n');
  return new AppError({
    code: 'DAEMON_START_FAILED',
    message: `The daemon ended before it was ready (${how}).${tail === '' ? '' : ` It said:\n${tail}`}`,
    hint: `See ${child.outputPath}.`,
  });
}
