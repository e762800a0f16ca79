/** `ao`: the process around one run of the command. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from './run.ts';

// `ao ls | head -1`: whoever read us has had enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

process.exitCode = await runCli(process.argv.slice(2), {
  context: {
    env: process.env,
    cwd: currentDirectory(),
    homedir: homedir(),
    daemonEntry: join(dirname(fileURLToPath(import.meta.url)), 'daemon.mjs'),
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
    note: (line) => void process.stderr.write(`${line}\n`),
  },
  output: { stdout: (text) => void process.stdout.write(text), stderr: (text) => void process.stderr.write(text) },
});

/** A deleted working directory is no reason not to answer. */
function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return homedir();
  }
}
