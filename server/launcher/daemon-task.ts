/** Runs the daemon's program for one task on the data directory, and waits for it. */
import { spawn } from 'node:child_process';
import type { Environment, LocationConfig } from '../contract/environment.ts';
import { AppError } from '../core/errors.ts';
import { daemonEnvironment, readReportedError } from './daemon-process.ts';
import { DAEMON_NODE_FLAGS } from './node-flags.ts';

export type DaemonTask = { readonly env: Environment; readonly daemonEntry: string; readonly args: readonly string[] };

/** Resolves to what it printed. Throws what it reported, or `INTERNAL`. */
export async function runDaemonTask(
  { env, daemonEntry, args }: DaemonTask,
  locations: Pick<LocationConfig, 'dataDir' | 'runFile'>,
): Promise<string> {
  const child = spawn(process.execPath, [...DAEMON_NODE_FLAGS, daemonEntry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: daemonEnvironment(env, locations),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code === 0) return stdout;
  throw new AppError(
    readReportedError(stderr) ?? {
      code: 'INTERNAL',
      message: `The daemon's program ended with ${code ?? 'a signal'} before it was done. It said: ${stderr.trim().slice(-2_000)}`,
      hint: 'Try again; `ao status` shows whether a daemon runs.',
    },
  );
}
