/**
 * `node ao-hook.cjs <agent> <event>`: run by an agent's hook, with the event's JSON on stdin. Reports it to the daemon, or
 * spools it where none answers. An agent waits for this: one tiny file, silent, over within a second, and always exit 0.
 * Forwards only the few words that tell what the agent does; never a prompt, a tool's input or a message.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import { isAbsolute, join } from 'node:path';
import type { HookInput } from '../contract/hook.ts';

const LIMIT_MS = 1_000;
/** Of the limit; what is left is for the spool. */
const STDIN_LIMIT_MS = 300;
const POST_LIMIT_MS = 600;
const MAX_STDIN_BYTES = 256 * 1_024;
const MAX_FIELD_LENGTH = 200;
/** A daemon that is away for a week must not find a full disk. */
const MAX_SPOOLED = 2_000;
const MAX_RUN_FILE_BYTES = 64 * 1_024;

/** What the adapters' `interpret` reads; all of it words and ids of the agent's own making. */
const FIELDS = ['session_id', 'source', 'reason', 'notification_type', 'tool_name'];

// The exit code is the agent's business (2 would block it), and so is everything on stdout and stderr.
process.on('uncaughtException', () => process.exit(0));
process.on('unhandledRejection', () => process.exit(0));
// Not unref'ed: whatever hangs, this ends it.
setTimeout(() => process.exit(0), LIMIT_MS);
void main().then(
  () => process.exit(0),
  () => process.exit(0),
);

async function main(): Promise<void> {
  // When it happened, not when a busy machine got round to reading it.
  const atMs = Math.round(performance.timeOrigin);
  const [agent, event] = process.argv.slice(2);
  const {
    AO_SESSION_ID: sessionId,
    AO_LAUNCH_ID: launchId,
    AO_SESSION_TOKEN: token,
    AO_RUN_FILE: runFile,
    AO_DATA_DIR: dataDir,
  } = process.env;
  // Outside a session of ours there is nobody to report to.
  if (!agent || !event || !sessionId || !launchId || !/^[0-9a-f-]{36}$/.test(launchId)) return;
  const report: HookInput = { sessionId, launchId, agent, event, atMs, payload: reduce(await readStdin()) };
  const body = JSON.stringify(report);
  const port = readPort(runFile);
  const answer = port === null || !token ? 'unreachable' : await post({ port, token, body });
  if (answer === 'unreachable' && dataDir !== undefined && isAbsolute(dataDir)) spool(join(dataDir, 'spool'), report, body);
}

/** Up to the bound; what is cut off is no JSON any more and then counts as nothing known. */
function readStdin(): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void => {
      process.stdin.pause();
      resolve(Buffer.concat(chunks).toString('utf8'));
    };
    setTimeout(done, STDIN_LIMIT_MS);
    process.stdin.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_STDIN_BYTES) done();
      else chunks.push(chunk);
    });
    process.stdin.on('end', done).on('error', done);
  });
}

function reduce(text: string): Record<string, string> {
  const kept: Record<string, string> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return kept;
    for (const field of FIELDS) {
      const value = (parsed as Record<string, unknown>)[field];
      if (typeof value === 'string' && value.length <= MAX_FIELD_LENGTH) kept[field] = value;
    }
  } catch {
    // The event's name alone says most of it.
  }
  return kept;
}

function readPort(runFile: string | undefined): number | null {
  if (runFile === undefined || !isAbsolute(runFile)) return null;
  try {
    const text = readFileSync(runFile, 'utf8');
    if (text.length > MAX_RUN_FILE_BYTES) return null;
    const { port, pid } = JSON.parse(text) as { port?: unknown; pid?: unknown };
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return null;
    // A run file that a killed daemon left: its port may be somebody else's by now, who should not be shown the token.
    return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 && isAlive(pid) ? port : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (caught) {
    return caught instanceof Error && 'code' in caught && caught.code === 'EPERM';
  }
}

/** Taken, or refused for good: what is refused now would be refused from the spool. Anything else is no answer of a ready daemon. */
function post({
  port,
  token,
  body,
}: {
  readonly port: number;
  readonly token: string;
  readonly body: string;
}): Promise<'answered' | 'unreachable'> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization: `Bearer ${token}` };
    const outgoing = request({ host: '127.0.0.1', port, path: '/hooks', method: 'POST', headers, agent: false });
    const give = (answer: 'answered' | 'unreachable'): void => {
      resolve(answer);
      outgoing.destroy();
    };
    setTimeout(() => give('unreachable'), POST_LIMIT_MS);
    outgoing.on('response', ({ statusCode = 0 }) => give(isFinal(statusCode) ? 'answered' : 'unreachable'));
    outgoing.on('error', () => give('unreachable'));
    outgoing.end(body);
  });
}

function isFinal(status: number): boolean {
  return (status >= 200 && status < 300) || status === 400 || status === 401 || status === 403 || status === 413;
}

/** Whole or not at all: written beside under a name that is not taken, then renamed. The folder is the user's own (0700). */
function spool(folder: string, { atMs, launchId }: HookInput, body: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length >= MAX_SPOOLED) return;
  const name = `${atMs}-${launchId}-${process.pid}.json`;
  const draft = join(folder, `.${name}`);
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, body);
  } finally {
    closeSync(file);
  }
  renameSync(draft, join(folder, name));
}
