/** One look at everything a run is judged by, from outside: the daemon's answers, tmux itself, /proc, the files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environOf, isRunning } from '../server/testing/world.ts';
import { INBOX_FILE, type Model, PRECIOUS_FILE, preciousText } from './model.ts';
import type { Seen, SeenRow } from './oracle.ts';
import { conversationsOf, type Stand } from './stand.ts';

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
    precious: new Map(
      expected.map(({ id, workspacePath }) => [
        id,
        textOf(join(workspacePath, PRECIOUS_FILE)) === preciousText(id) ? ('whole' as const) : ('lost' as const),
      ]),
    ),
    inboxes: new Map(expected.map(({ id, workspacePath }) => [id, linesOf(join(workspacePath, INBOX_FILE))])),
    conversations: new Map(
      expected.flatMap(({ agentSessionId }) =>
        agentSessionId === null ? [] : [[agentSessionId, linesOf(join(conversationsOf(world), `${agentSessionId}.jsonl`))] as const],
      ),
    ),
  };
}

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
