/** `ao stop`: ends the daemon, and nothing else. Whoever is asked to stop, or killed, has been proven to be ours before. */
import { unlinkSync } from 'node:fs';
import { createStopFile } from '../../adapters/stop-file/stop-file.ts';
import { errorBodySchema } from '../../contract/errors.ts';
import { AppError } from '../../core/errors.ts';
import type { RunFileEntry } from '../../core/liveness/run-file.ts';
import { httpRequest } from '../../launcher/http.ts';
import { pause } from '../../launcher/pause.ts';
import { isDaemonOf, presenceOf } from '../../launcher/process-identity.ts';
import { sightDaemon, unhealthy } from '../../launcher/sighting.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { readCredential } from '../credential.ts';

/** The daemon drains for 10 s unless AO_SHUTDOWN_TIMEOUT told it otherwise. */
const STOP_LIMIT_MS = 60_000;
/** With --force it is asked first, and this long. */
const FORCED_STOP_LIMIT_MS = 5_000;
const KILL_LIMIT_MS = 10_000;

export async function stop(context: CliContext, { force }: { readonly force: boolean }): Promise<VerbResult> {
  const { dataDir, runFile } = locate(context);
  // First: a tab that notices the end asks the gateway for a new one at once.
  createStopFile({ runFile }).write({ atMs: Date.now(), by: 'ao stop' });
  const sighting = await sightDaemon(runFile);
  switch (sighting.state) {
    case 'stopped':
    case 'stale':
      return stopped('No daemon is running.');
    case 'unhealthy':
      if (!force) throw unhealthyToStop(sighting.entry, sighting.why);
      return kill(sighting.entry, { dataDir, runFile });
    case 'starting':
    case 'ready':
      await ask(sighting.entry, readCredential(dataDir, context.env));
      break;
    case 'stopping':
      break;
  }
  if (await isGoneWithin(sighting.entry, force ? FORCED_STOP_LIMIT_MS : STOP_LIMIT_MS))
    return stopped(`Stopped (pid ${sighting.entry.pid}). Sessions live on.`);
  if (force) return kill(sighting.entry, { dataDir, runFile });
  throw new AppError({
    code: 'DAEMON_STOP_FAILED',
    message: `The daemon (pid ${sighting.entry.pid}) was asked to stop and is still there after ${STOP_LIMIT_MS / 1_000} s.`,
    hint: 'ao stop --force',
  });
}

function stopped(text: string): VerbResult {
  return { value: { state: 'stopped' }, text };
}

async function ask(entry: RunFileEntry, credential: string): Promise<void> {
  const answer = await httpRequest({
    port: entry.port,
    path: '/shutdown',
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'ao stop' }),
    timeoutMs: 10_000,
  }).catch((error: Error) => {
    // It may have gone between the look and the question: then all is well.
    if (presenceOf(entry) === 'gone') return null;
    throw unhealthyToStop(entry, error.message);
  });
  if (answer === null || answer.status === 202) return;
  const body = errorBodySchema.safeParse(parseJson(answer.text));
  if (body.success) throw new AppError(body.data.error);
  throw new AppError({
    code: 'DAEMON_STOP_FAILED',
    message: `The daemon (pid ${entry.pid}) answered ${answer.status} to the request to stop.`,
    hint: 'ao stop --force',
  });
}

/** Sessions survive this too: it is the same as a crash. */
async function kill(
  entry: RunFileEntry,
  { dataDir, runFile }: { readonly dataDir: string; readonly runFile: string },
): Promise<VerbResult> {
  if (presenceOf(entry) === 'alive') {
    if (!isDaemonOf(entry.pid, dataDir)) {
      throw new AppError({
        code: 'NOT_OUR_DAEMON',
        message: `Process ${entry.pid}, which ${runFile} names, is not a daemon of ${dataDir}; it was not signalled.`,
        hint: `Look at it with \`ps -p ${entry.pid} -f\`. If it is nothing of ours: \`rm ${runFile}\`, then \`ao start\`.`,
      });
    }
    signal(entry.pid);
    if (!(await isGoneWithin(entry, KILL_LIMIT_MS))) {
      throw new AppError({
        code: 'DAEMON_STOP_FAILED',
        message: `Process ${entry.pid} got SIGKILL and is still there.`,
        hint: `It waits in the kernel, e.g. for a disk: \`ps -o pid,stat,wchan -p ${entry.pid}\`.`,
      });
    }
  }
  await removeRunFile(entry, runFile);
  return stopped(`Killed (pid ${entry.pid}). Sessions live on.`);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new AppError(
      {
        code: 'DAEMON_STOP_FAILED',
        message: `Process ${pid} could not be killed: ${(error as Error).message}.`,
        hint: `sudo kill -9 ${pid}`,
      },
      { cause: error },
    );
  }
}

async function isGoneWithin(entry: RunFileEntry, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (presenceOf(entry) === 'alive') {
    if (performance.now() > deadline) return false;
    await pause(25);
  }
  return true;
}

/** What a killed daemon could not do itself; not if somebody else's is there by now. */
async function removeRunFile(entry: RunFileEntry, runFile: string): Promise<void> {
  const now = await sightDaemon(runFile);
  if (now.state !== 'stale' || now.entry?.pid !== entry.pid || now.entry.processStartedAt !== entry.processStartedAt) return;
  try {
    unlinkSync(runFile);
  } catch {
    // Stale is what it is, then; the next start replaces it.
  }
}

function unhealthyToStop(entry: RunFileEntry, why: string): AppError {
  const { message } = unhealthy(entry, why);
  return new AppError({ code: 'DAEMON_UNHEALTHY', message, hint: 'ao stop --force' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
