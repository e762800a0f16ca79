/** One look at everything a run is judged by, from outside: the daemon's answers, tmux itself, /proc, the files. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environOf, isRunning } from '../server/testing/world.ts';
import { type Expected, INBOX_FILE, type Model, PRECIOUS_FILE, preciousText } from './model.ts';
import type { Seen, SeenFile, SeenRow } from './oracle.ts';
import { conversationsOf, type Stand, worktreesOf } from './stand.ts';

/** An answer that takes longer is none; the next look asks again. */
const ANSWER_LIMIT_MS = 5_000;

export async function look({ world, api }: Stand, model: Model): Promise<Seen> {
  const answer = await api.query('sessions.list', { all: true }, ANSWER_LIMIT_MS);
  const rows = answer.kind === 'ok' ? (answer.value as readonly SeenRow[]) : [];
  const ours = ourProcesses(world.dataDir);
  const expected = model.sessions();
  return {
    daemonPid: answer.kind === 'ok' ? daemonPidOf(world.runFile) : null,
    rows,
    panes: world.panes(),
    daemonPids: ours.filter(({ pid, environ }) => !environ.has('AO_SESSION_ID') && isDaemon(pid)).map(({ pid }) => pid),
    processes: ours.flatMap(({ pid, environ }) => {
      const [sessionId, launchId] = [environ.get('AO_SESSION_ID'), environ.get('AO_LAUNCH_ID')];
      return sessionId === undefined || launchId === undefined ? [] : [{ pid, sessionId, launchId }];
    }),
    precious: preciousOf(world.repo, expected),
    worktrees: readdirSync(worktreesOf(world)).map((name) => join(worktreesOf(world), name)),
    inboxes: new Map(expected.map(({ id, workspacePath }) => [id, linesOf(join(workspacePath, INBOX_FILE))])),
    conversations: new Map(
      expected.flatMap(({ agentSessionId }) =>
        agentSessionId === null ? [] : [[agentSessionId, linesOf(join(conversationsOf(world), `${agentSessionId}.jsonl`))] as const],
      ),
    ),
  };
}

function preciousOf(repository: string, expected: readonly Expected[]): ReadonlyMap<string, SeenFile> {
  const captured = expected.filter(({ work }) => work === 'captured').map(({ id }) => id);
  const inRefs = new Set(captured.length === 0 ? [] : wholeInRefs(repository, captured));
  return new Map(
    expected.map(({ id, workspacePath }) => [
      id,
      {
        inWorktree: textOf(join(workspacePath, PRECIOUS_FILE)) === preciousText(id) ? 'whole' : 'lost',
        inRef: inRefs.has(id) ? 'whole' : 'lost',
      },
    ]),
  );
}

/** One git for all of them: a look is taken forty times a second. */
function wholeInRefs(repository: string, ids: readonly string[]): readonly string[] {
  const input = ids.map((id) => `refs/ao/preserved/${id}:${PRECIOUS_FILE}\n`).join('');
  const { stdout } = spawnSync('git', ['cat-file', '--batch-check=%(objectname)'], { cwd: repository, input, encoding: 'utf8' });
  const lines = stdout.split('\n');
  return ids.filter((id, index) => lines[index] === blobOf(preciousText(id)));
}

/** What git calls a file with this text. */
const blobOf = (text: string): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');

function ourProcesses(dataDir: string): readonly { readonly pid: number; readonly environ: ReadonlyMap<string, string> }[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .flatMap((pid) => {
      if (pid === process.pid) return [];
      const entries = environOf(pid);
      if (!entries.includes(`AO_DATA_DIR=${dataDir}`) || !isRunning(pid)) return [];
      return [{ pid, environ: new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])) }];
    });
}

const isDaemon = (pid: number): boolean => textOf(`/proc/${pid}/cmdline`)?.includes('/daemon.mjs') === true;

function daemonPidOf(runFile: string): number | null {
  const text = textOf(runFile);
  return text === null ? null : Number((JSON.parse(text) as { readonly pid: number }).pid);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

const linesOf = (path: string): readonly string[] => textOf(path)?.split('\n').filter(Boolean) ?? [];
