/**
 * Starts a host: a detached process of its own, in a scope of its own where a service of systemd runs us, with a private file for
 * its last words. It says in one line whether it serves; whatever becomes of us then is nothing to it.
 */
import { spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import { makePrivateDirectory } from '../private-files.ts';
import { describeError } from './failures.ts';
import type { HostRecords } from './records.ts';

export type StartingDeps = {
  /** The host's bundle. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** Never deleted, since it is the host's working directory. */
  readonly cwd: string;
  /** What a host is started by, e.g. `systemd-run …`; empty: directly. */
  readonly scope: readonly string[];
  readonly records: HostRecords;
  readonly clock: Clock;
  readonly log: Log;
};

export type HostStart =
  | { readonly state: 'serving' }
  | { readonly state: 'refused'; readonly refusal: string; readonly why: string }
  /** Nothing may be concluded: it may serve yet. */
  | { readonly state: 'unknown'; readonly why: string };

/** A tenth of a second, or seconds on a machine that is just booting. */
const START_LIMIT_MS = 15_000;
const MAX_REPORT_BYTES = 65_536;

/**
 * A host sits idle most of its life, so it is worth a third of its memory in a flood to collect garbage early and to do without
 * threads and arenas that only a busy program needs (measured in ARCHITECTURE.md).
 */
const NODE_FLAGS = ['--max-semi-space-size=4', '--v8-pool-size=0'];
const FRUGAL = { UV_THREADPOOL_SIZE: '1', MALLOC_ARENA_MAX: '1' };

/** systemd-run's words for a scope that it could not make. */
const NO_SCOPE = /^Failed to |^Interactive authentication required/m;

export function createStarting({ program, env, cwd, scope, records, clock, log }: StartingDeps) {
  async function once(name: string, launchId: string, before: readonly string[]): Promise<HostStart> {
    await makePrivateDirectory(records.directory);
    const lastWords = await open(records.logOf(name), 'a', 0o600);
    const node = [process.execPath, ...NODE_FLAGS, program, name, launchId];
    const [command = process.execPath, ...args]: readonly string[] = [...before, ...node];
    const child = spawn(command, args, {
      cwd,
      env: { ...env, ...FRUGAL },
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', lastWords.fd],
    });
    const outcome = new Promise<HostStart>((resolve) => {
      let said = '';
      child.on('error', (error) => resolve({ state: 'refused', refusal: 'not-started', why: describeError(error) }));
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('\n') || said.length > MAX_REPORT_BYTES) resolve(toStart(said));
      });
      // Ended, and all that it said is read.
      child.on('close', (code, signal) => {
        resolve({ state: 'refused', refusal: 'not-started', why: `it ended with ${signal ?? `code ${code}`} before it served` });
      });
    });
    child.unref();
    await lastWords.close();
    let cancel = (): void => {};
    const limit = new Promise<HostStart>((resolve) => {
      cancel = clock.after(START_LIMIT_MS, () => resolve({ state: 'unknown', why: `it does not serve after ${START_LIMIT_MS} ms` }));
    });
    const start = await Promise.race([outcome, limit]).finally(() => cancel());
    child.stdout?.destroy();
    return start;
  }

  const readLastWords = (name: string): Promise<string> => readFile(records.logOf(name), 'utf8').catch(() => '');

  async function start(name: string, launchId: string): Promise<HostStart> {
    const start = await once(name, launchId, scope);
    if (start.state !== 'refused' || start.refusal !== 'not-started') return start;
    const words = await readLastWords(name);
    // A service manager that cannot be asked (no bus, no right, not there) has started nothing; then it is done without it.
    if (scope.length > 0 && (NO_SCOPE.test(words) || words === '')) {
      log.warn(
        { why: words.trim() || start.why },
        'a pty host stays in the control group of this service; a stop of the service may end it',
      );
      return await once(name, launchId, []);
    }
    return { ...start, why: words.trim() === '' ? start.why : `${start.why}: ${words.trim().slice(-1_000)}` };
  }

  return async function startHost(name: string, launchId: string): Promise<HostStart> {
    const started = await start(name, launchId);
    // Where the name is another host's, so is the file.
    if (started.state === 'refused' && started.refusal !== 'taken') await rm(records.logOf(name), { force: true });
    return started;
  };
}

export type StartHost = ReturnType<typeof createStarting>;

/** The one line of a host. */
function toStart(text: string): HostStart {
  try {
    const said = JSON.parse(text.slice(0, text.indexOf('\n'))) as Record<string, unknown>;
    if (said['state'] === 'serving') return { state: 'serving' };
    if (said['state'] === 'refused') return { state: 'refused', refusal: String(said['refusal']), why: String(said['why']) };
  } catch {
    // Not from a host.
  }
  return { state: 'refused', refusal: 'failed', why: `it said ${JSON.stringify(text.slice(0, 200))}` };
}
