/**
 * Whether another daemon is really serving (SPEC §1.1): a run file is only a hint, its pid may be stale or recycled. It is one
 * when that very process lives and `/healthz` answers with our service name and that pid.
 */
import { healthSchema } from '../contract/run-file.ts';
import { SERVICE_NAME } from '../contract/version.ts';
import { AppError } from '../core/errors.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import type { ProcessIdentity } from '../ports/process-table.ts';
import type { RunFile } from '../ports/run-file.ts';

const HEALTH_LIMIT_MS = 1_500;

export function sameProcess(entry: RunFileEntry, processes: ProcessIdentity): boolean {
  if (entry.bootId !== processes.bootId()) return false;
  return processes.stateOf({ pid: entry.pid, startedAt: entry.processStartedAt }) !== 'gone';
}

async function answersAs(entry: RunFileEntry): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${entry.port}/healthz`, { signal: AbortSignal.timeout(HEALTH_LIMIT_MS) });
    const health = healthSchema.safeParse(await response.json());
    return health.success && health.data.service === SERVICE_NAME && health.data.pid === entry.pid;
  } catch {
    return false;
  }
}

/** For whoever did not get the lock: which daemon has it, as far as it can be told. */
export function lockHeld(runFile: RunFile, processes: ProcessIdentity): AppError {
  const reading = runFile.read();
  if (reading.kind === 'present' && sameProcess(reading.entry, processes)) return alreadyRunning(reading.entry);
  return new AppError({
    code: 'DAEMON_STARTING',
    message: 'Another daemon holds this data directory and has not said yet where it is.',
    hint: 'See `ao status`; if it stays like this, `ao stop --force`.',
  });
}

/** Refuses to start beside a daemon of another data directory that the run file points at. */
export async function refuseIfServing(runFile: RunFile, processes: ProcessIdentity): Promise<void> {
  const reading = runFile.read();
  if (reading.kind === 'present' && sameProcess(reading.entry, processes) && (await answersAs(reading.entry)))
    throw alreadyRunning(reading.entry);
}

function alreadyRunning(entry: RunFileEntry): AppError {
  return new AppError({
    code: 'DAEMON_RUNNING',
    message: `A daemon is running already: pid ${entry.pid}, port ${entry.port}.`,
    hint: 'Use it, or end it with `ao stop`.',
  });
}
