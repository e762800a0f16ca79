/** Child processes of the scripts: no shell, signals passed on, the exit status told exactly. Free of dependencies. */
import { spawn } from 'node:child_process';
import { ROOT } from './root.mjs';

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Resolves with `{ code, signal, stdout }`: `signal` is what ended it, or what we passed on; `stdout` is '' unless `stdio` pipes it. Rejects only if the program cannot be started.
 * While it runs, our own signals are handed to the child, and its end decides.
 */
export function run(command, args, { env = process.env, stdio = 'inherit', cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio });
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
    });
    let passedOn = null;
    const handlers = PASSED_ON.map((signal) => [
      signal,
      () => {
        passedOn = signal;
        child.kill(signal);
      },
    ]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const done = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.once('error', (error) => {
      done();
      reject(new Error(`${command} could not be started: ${error.message}`, { cause: error }));
    });
    child.once('close', (code, signal) => {
      done();
      // npm and others catch a signal and end with a code of their own: interrupted they were all the same.
      resolve({ code: code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0), signal: signal ?? passedOn, stdout });
    });
  });
}

/** Whether a program answers, and what its version line says. `null`: it is not on PATH or failed. */
export async function versionOf(command, args) {
  try {
    const { code, stdout } = await run(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    return code === 0 ? stdout.trim() : null;
  } catch {
    return null;
  }
}
