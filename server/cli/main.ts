/** `ao`: the process around one run of the command. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOwnTerminal } from './own-terminal.ts';
import { runCli } from './run.ts';

// `ao ls | head -1`: whoever read us has had enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

const LINGER_LIMIT_MS = 2_000;
const PATIENCE_MS = 500;
const folder = dirname(fileURLToPath(import.meta.url));

process.exitCode = await runCli(process.argv.slice(2), {
  context: {
    env: process.env,
    cwd: currentDirectory(),
    homedir: homedir(),
    platform: process.platform,
    daemonEntry: join(folder, 'daemon.mjs'),
    attachEntry: join(folder, 'ao-attach.mjs'),
    gatewayEntry: join(folder, 'gateway.mjs'),
    pagesRoot: dirname(folder),
    stdout: process.stdout.isTTY ? 'terminal' : 'file',
    untilSignal,
    findTerminal: () => findOwnTerminal(process),
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
    note: (line) => void process.stderr.write(`${line}\n`),
  },
  output: { stdout: (text) => void process.stdout.write(text), stderr: (text) => void process.stderr.write(text) },
});

// The page server of `ao up` keeps timers of its own after it was closed.
setTimeout(() => process.exit(), LINGER_LIMIT_MS).unref();

/** Under `npm start` one Ctrl-C comes twice, from the terminal and passed on: only a later one means that the user has lost patience. */
function untilSignal(signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | null = null;
    for (const signal of signals) {
      process.on(signal, () => {
        firstAtMs ??= performance.now();
        if (performance.now() - firstAtMs > PATIENCE_MS) process.exit(130);
        resolve(signal);
      });
    }
  });
}

/** A deleted working directory is no reason not to answer. */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return homedir();
  }
}
