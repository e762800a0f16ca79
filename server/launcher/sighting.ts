/**
 * What can be seen of the daemon from outside: its run file, its process, its health. Missing run file, dead process, recycled
 * pid, silence and a stranger on the port are told apart, since a different thing helps with each.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { type Health, healthSchema, parseRunFile } from '../contract/run-file.ts';
import { SERVICE_NAME } from '../contract/version.ts';
import { AppError } from '../core/errors.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import { httpRequest } from './http.ts';
import { presenceOf } from './process-identity.ts';

export type Sighting =
  | { readonly state: 'stopped' }
  /** A run file without its process. `entry` is `null` where it is no whole run file. */
  | { readonly state: 'stale'; readonly entry: RunFileEntry | null; readonly why: string }
  /** The process is there and does not answer as ours. */
  | { readonly state: 'unhealthy'; readonly entry: RunFileEntry; readonly why: string }
  | { readonly state: 'starting'; readonly entry: RunFileEntry; readonly health: Health }
  | { readonly state: 'ready'; readonly entry: RunFileEntry; readonly health: Health }
  | { readonly state: 'stopping'; readonly entry: RunFileEntry; readonly health: Health };

const HEALTH_LIMIT_MS = 1_500;

export async function sightDaemon(runFile: string): Promise<Sighting> {
  const read = readRunFile(runFile);
  if (read === null) return { state: 'stopped' };
  if ('why' in read) return { state: 'stale', entry: null, why: read.why };
  const { entry } = read;
  if (presenceOf(entry) === 'gone') return { state: 'stale', entry, why: `process ${entry.pid} is gone` };
  const health = await askHealth(entry);
  // It may have become ready after its file was read: what it says itself is the later word.
  if (!('why' in health)) return { state: health.state, entry: health.state === 'ready' ? { ...entry, state: 'ready' } : entry, health };
  // It may have ended, or written another run file, while it was asked.
  if (presenceOf(entry) === 'gone') return { state: 'stale', entry, why: `process ${entry.pid} is gone` };
  return { state: 'unhealthy', entry, why: health.why };
}

function readRunFile(path: string): { readonly entry: RunFileEntry } | { readonly why: string } | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return { why: code === 'ELOOP' ? `${path} is a symbolic link` : `${path} cannot be read (${code})` };
  }
  try {
    if (!fstatSync(fd).isFile()) return { why: `${path} is not a regular file` };
    const entry = parseRunFile(readFileSync(fd, 'utf8'));
    return entry === null ? { why: `${path} is not a whole run file` } : { entry };
  } finally {
    closeSync(fd);
  }
}

async function askHealth(entry: RunFileEntry): Promise<Health | { readonly why: string }> {
  try {
    const { text } = await httpRequest({ port: entry.port, path: '/healthz', method: 'GET', timeoutMs: HEALTH_LIMIT_MS });
    const health = healthSchema.safeParse(JSON.parse(text));
    if (!health.success || health.data.service !== SERVICE_NAME) return { why: `port ${entry.port} answers, and it is not the daemon` };
    if (health.data.pid !== entry.pid || health.data.instanceId !== entry.instanceId)
      return { why: `port ${entry.port} belongs to another daemon (pid ${health.data.pid})` };
    return health.data;
  } catch (error) {
    return {
      why:
        error instanceof SyntaxError
          ? `port ${entry.port} answers, and it is not the daemon`
          : `port ${entry.port} does not answer: ${(error as Error).message}`,
    };
  }
}

export function unhealthy(entry: RunFileEntry, why: string): AppError {
  return new AppError({
    code: 'DAEMON_UNHEALTHY',
    message: `The daemon (pid ${entry.pid}) is there and does not answer: ${why}.`,
    hint: 'ao stop --force && ao start',
  });
}
