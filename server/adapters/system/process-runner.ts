/**
 * Runs short-lived programs, each in a process group of its own so that a time limit ends all of it. Owns nothing that
 * lives on: whoever wants a process to outlive the call starts one that detaches itself.
 */
import { spawn } from 'node:child_process';
import type { ProcessRunner, RunRequest, RunResult } from '../../ports/process-runner.ts';

const DEFAULT_MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/**
 * A program may leave a background child that holds its stdout open (`npm run dev &`). What it said itself has long been
 * read by then, so after its exit the pipes get only this long to close.
 */
const PIPE_DRAIN_MS = 200;

export function createProcessRunner(): ProcessRunner {
  return { run: (request) => new Promise((resolve) => start(request, resolve)) };
}

function start(request: RunRequest, resolve: (result: RunResult) => void): void {
  let child: ReturnType<typeof spawn>;
  try {
    child = spawn(request.command, [...request.args], {
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      env: { ...request.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
  } catch (caught) {
    // A NUL in an argument, an environment over the limit: spawn throws instead of emitting.
    resolve(notStarted(caught));
    return;
  }

  const limit = request.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const stdout = collect(child.stdout, limit);
  const stderr = collect(child.stderr, limit);
  let cutOff: 'timed_out' | 'cancelled' | null = null;
  let settled = false;

  const settle = (result: Pick<RunResult, 'outcome' | 'code' | 'signal'>): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', cancel);
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.stderr?.destroy();
    resolve({ ...result, stdout: stdout(), stderr: stderr() });
  };

  const cut = (how: 'timed_out' | 'cancelled'): void => {
    cutOff ??= how;
    killGroup(child.pid);
  };
  const timer = setTimeout(() => cut('timed_out'), request.timeoutMs);
  const cancel = (): void => cut('cancelled');
  if (request.signal?.aborted === true) cancel();
  else request.signal?.addEventListener('abort', cancel, { once: true });

  child.once('error', (error) => {
    if (child.pid !== undefined || settled) return;
    settled = true;
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', cancel);
    resolve(notStarted(error));
  });
  child.once('exit', (code, signal) => {
    const result = { outcome: cutOff ?? 'exited', code: cutOff === null ? code : null, signal } as const;
    // Timers come before pipes in a turn of the loop: where this process stood still meanwhile, what was printed is not read yet.
    const drain = setTimeout(() => setImmediate(() => settle(result)), PIPE_DRAIN_MS);
    child.once('close', () => {
      clearTimeout(drain);
      settle(result);
    });
  });

  // A program that does not read its input closes the pipe: that is its right, not our failure.
  child.stdin?.on('error', () => {});
  child.stdin?.end(request.input);
}

function collect(stream: NodeJS.ReadableStream | null, limitBytes: number): () => string {
  const chunks: Buffer[] = [];
  let kept = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (kept >= limitBytes) return;
    const part = chunk.subarray(0, limitBytes - kept);
    kept += part.length;
    chunks.push(part);
  });
  stream?.on('error', () => {});
  return () => Buffer.concat(chunks).toString('utf8');
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone in the same instant; `exit` follows.
  }
}

function notStarted(caught: unknown): RunResult {
  const stderr = caught instanceof Error ? caught.message : String(caught);
  return { outcome: 'not_started', code: null, signal: null, stdout: '', stderr };
}
