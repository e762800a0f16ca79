/**
 * Daemon start to ready, with 0 and N live sessions, beside `node -e 0` in the same run (PERF: the target is a ratio).
 *
 *   npm run build && npx tsx bench/boot.ts [--sessions 100] [--rounds 7] [--json]
 *
 * Everything lives in a temporary directory of its own and is ended by pid.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { processesOf } from '../server/testing/world.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const LIMIT_MS = 60_000;
const AT_ONCE = 8;

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});
const wantedSessions = Number(values.sessions);
const rounds = Number(values.rounds);

const root = mkdtempSync(join(tmpdir(), 'ao-bench-'));
const dataDir = join(root, 'data');
const runFile = join(root, 'running.json');
const repo = join(root, 'repo');
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: root,
  SHELL: '/bin/sh',
  LANG: 'C.UTF-8',
  AO_DATA_DIR: dataDir,
  AO_RUN_FILE: runFile,
  AO_PORT: '39117',
};

type Started = { readonly child: ChildProcess; readonly tookMs: number; readonly port: number };

async function startDaemon(): Promise<Started> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [join(DIST, 'daemon.mjs')], { env, stdio: 'ignore' });
  while (performance.now() - startedMs < LIMIT_MS) {
    const entry = readRunFile();
    if (entry !== null && entry.pid === child.pid && entry.state === 'ready')
      return { child, tookMs: performance.now() - startedMs, port: entry.port };
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('the daemon was not ready in time');
}

function readRunFile(): { readonly pid: number; readonly state: string; readonly port: number } | null {
  try {
    return JSON.parse(readFileSync(runFile, 'utf8'));
  } catch {
    return null;
  }
}

async function stopDaemon(started: Started): Promise<void> {
  const gone = new Promise((resolve) => started.child.once('exit', resolve));
  started.child.kill('SIGKILL');
  await gone;
}

async function call(port: number, path: string, input: unknown): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/trpc/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${readFileSync(join(dataDir, 'credential'), 'utf8').trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body;
}

async function fill(port: number): Promise<void> {
  await call(port, 'projects.add', { path: repo, id: 'bench', agent: 'shell' });
  let left = wantedSessions;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call(port, 'sessions.spawn', { projectId: 'bench', agent: 'custom', command: 'exec sleep 100000' });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function nodeAlone(): number {
  const startedMs = performance.now();
  execFileSync(process.execPath, ['-e', '0'], { env });
  return performance.now() - startedMs;
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function measure(): Promise<{ readonly node: number; readonly ready: number }> {
  const node: number[] = [];
  const ready: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    node.push(nodeAlone());
    const started = await startDaemon();
    ready.push(started.tookMs);
    await stopDaemon(started);
  }
  return { node: median(node), ready: median(ready) };
}

try {
  if (!existsSync(join(DIST, 'daemon.mjs'))) throw new Error('Build first: npm run build');
  mkdirSync(repo);
  writeFileSync(join(root, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@example.invalid\n');
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['commit', '-q', '--allow-empty', '-m', 'first'],
  ])
    execFileSync('git', args, { cwd: repo, env });
  const empty = await measure();
  const filling = await startDaemon();
  await fill(filling.port);
  await stopDaemon(filling);
  const full = await measure();
  const result = {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
    rounds,
    nodeMs: Math.round(median([empty.node, full.node])),
    readyMs: { 0: Math.round(empty.ready), [wantedSessions]: Math.round(full.ready) },
    ratio: { 0: Number((empty.ready / empty.node).toFixed(2)), [wantedSessions]: Number((full.ready / full.node).toFixed(2)) },
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
} finally {
  for (const pid of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
