/**
 * The process of a pty host: `ptyhost.cjs <name> <launch id>`, with `AO_DATA_DIR` in its environment. Says in one line on stdout
 * that it serves, or why not, and then nothing any more: whoever started it may be gone. What goes wrong later is on stderr, which
 * is a file beside its record.
 */
import { closeSync, readdirSync, readlinkSync, writeSync } from 'node:fs';
import { recallSignal } from '../adapters/runtime/ptyhost/windows.ts';
import { createLinuxProcessSource } from '../adapters/system/process-source-linux.ts';
import { type Started, startHost } from './host.ts';

type HostReport = { readonly state: 'serving' } | { readonly state: 'refused'; readonly refusal: string; readonly why: string };

/** One that comes again with every byte of output must not fill the disk. */
const MAX_FAULTS = 100;

async function main(): Promise<void> {
  closeTerminals();
  // A terminal that closes, a daemon that ends: neither is ours to follow.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  // The agent is worth more than an unforeseen fault of ours.
  let faults = 0;
  process.on('uncaughtException', (error) => {
    faults += 1;
    if (faults <= MAX_FAULTS) say(2, `${new Date().toISOString()} ${error.stack ?? String(error)}`);
  });
  let started: Started | null = null;
  const recall = recallSignal(process.platform);
  if (recall !== null) process.on(recall, () => started?.state === 'serving' && started.recall());
  try {
    const [name = '', launchId = ''] = process.argv.slice(2);
    started = await startHost({ dataDir: process.env['AO_DATA_DIR'] ?? '', name, launchId, startedAt: await readOwnStart() });
  } catch (caught) {
    report({ state: 'refused', refusal: 'failed', why: caught instanceof Error ? caught.message : String(caught) });
    process.exit(1);
  }
  if (started.state === 'refused') {
    report(started);
    process.exit(1);
  }
  report({ state: 'serving' });
  await started.ended;
  process.exit(0);
}

function report(said: HostReport): void {
  const { state } = said;
  say(1, JSON.stringify(state === 'serving' ? { state } : said));
}

function say(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, `${line}\n`);
  } catch {
    // Nobody listens any more.
  }
}

/**
 * node-pty's descriptors are handed down to children. A daemon's attached terminals would stay open in here for as long as the
 * agent lives, and their tmux clients with them.
 */
function closeTerminals(): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (Number(name) > 2 && /^\/dev\/(ptmx|pts\/ptmx)$/.test(readlinkSync(`/proc/self/fd/${name}`))) closeSync(Number(name));
    } catch {
      // The listing's own.
    }
  }
}

/** What nobody can confuse with a later process of the same number. */
async function readOwnStart(): Promise<string> {
  // Elsewhere it takes a program run, and what runs programs takes memory that is not to be spent on Linux.
  const source =
    process.platform === 'linux' ? createLinuxProcessSource() : (await import('../adapters/system/process-sources.ts')).openProcessSource();
  const facts = source.read(process.pid);
  if (facts === null || facts === 'unknown') throw new Error('the system does not say when this process was started');
  return facts.startedAt;
}

void main();
