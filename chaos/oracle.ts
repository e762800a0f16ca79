/**
 * The invariants of SPEC §0 as one pure question: does what was seen agree with what was predicted? `broken` can never be
 * excused; `due` may still come, and is a loss if it does not come in time. Looks at nothing itself.
 */
import type { Expected, Model } from './model.ts';

export const COUNTS = [
  'sessionsLost',
  'duplicateOrchestrators',
  'falseDeaths',
  'resurrectedKills',
  'orphanRuntimes',
  'orphanDaemons',
  'messagesLost',
  'messagesDoubled',
  'filesLost',
  'unpredicted',
  'unsettled',
] as const;
export type Count = (typeof COUNTS)[number];

export type Finding = { readonly count: Count; readonly what: string };
export type Verdict = { readonly broken: readonly Finding[]; readonly due: readonly Finding[] };

export type SeenRow = {
  readonly id: string;
  readonly kind: 'orchestrator' | 'worker';
  readonly phase: 'spawning' | 'live' | 'terminated';
  readonly status: string;
  readonly launchId: string;
  readonly workspacePath: string;
  readonly branch: string;
  readonly agentSessionId: string | null;
  readonly replacedBy: string | null;
};

/** Where the uncommitted file of a session is found as it was written. */
export type SeenFile = { readonly inWorktree: 'whole' | 'lost'; readonly inRef: 'whole' | 'lost' };

export type SeenPane = { readonly pid: number; readonly dead: boolean; readonly launchId: string };

export type Seen = {
  /** The daemon that answered; `null`: none did, and `rows` says nothing. */
  readonly daemonPid: number | null;
  readonly rows: readonly SeenRow[];
  /** `null`: the session host did not answer. */
  readonly panes: readonly SeenPane[] | null;
  /** Processes that are daemons of this installation. */
  readonly daemonPids: readonly number[];
  /** Processes that carry a session's environment, and run. */
  readonly processes: readonly { readonly pid: number; readonly sessionId: string; readonly launchId: string }[];
  /** By session. */
  readonly precious: ReadonlyMap<string, SeenFile>;
  /** Folders among the worktrees. */
  readonly worktrees: readonly string[];
  /** By session: the lines its agent was told. */
  readonly inboxes: ReadonlyMap<string, readonly string[]>;
  /** By conversation: how it was begun each time, e.g. `new`, `resumed`. */
  readonly conversations: ReadonlyMap<string, readonly string[]>;
};

const UNSETTLED_STATUSES = ['spawning', 'recovering', 'needs_recovery', 'unknown'];

export function judge(model: Model, seen: Seen): Verdict {
  const broken: Finding[] = [];
  const due: Finding[] = [];
  const found = { broken, due };
  if (seen.daemonPid === null) due.push({ count: 'unsettled', what: 'no daemon answers' });
  else judgeRows(model, seen, found);
  judgeDaemons(seen, found);
  judgeRuntimes(model, seen, found);
  judgeFiles(model, seen, found);
  judgeWorktrees(model, seen, found);
  judgeMessages(model, seen, found);
  return found;
}

type Found = { readonly broken: Finding[]; readonly due: Finding[] };

function judgeRows(model: Model, seen: Seen, found: Found): void {
  const rows = new Map(seen.rows.map((row) => [row.id, row]));
  const unknown = seen.rows.filter(({ id }) => model.find(id) === null);
  if (unknown.length > model.openSpawns())
    found.broken.push({ count: 'unpredicted', what: `rows that nobody asked for: ${unknown.map(({ id }) => id).join(', ')}` });
  for (const row of unknown) {
    if (row.phase !== 'live') found.due.push({ count: 'unsettled', what: `${row.id}, cut off while spawned, is ${row.phase}` });
    else if (UNSETTLED_STATUSES.includes(row.status)) found.due.push({ count: 'unsettled', what: `${row.id} is ${row.status}` });
  }
  const orchestrators = seen.rows.filter(({ kind, phase }) => kind === 'orchestrator' && phase !== 'terminated');
  if (orchestrators.length > 1)
    found.broken.push({ count: 'duplicateOrchestrators', what: orchestrators.map(({ id, phase }) => `${id} ${phase}`).join(', ') });
  for (const expected of model.sessions()) {
    const row = rows.get(expected.id);
    if (row === undefined) found.broken.push({ count: 'sessionsLost', what: `${expected.id} has no row` });
    else judgeRow(expected, row, seen, found);
  }
}

function judgeRow(expected: Expected, row: SeenRow, seen: Seen, { broken, due }: Found): void {
  const { id } = expected;
  for (const fact of ['kind', 'workspacePath', 'branch', 'agentSessionId'] as const) {
    if (row[fact] !== expected[fact])
      broken.push({ count: 'sessionsLost', what: `${id}: its ${fact} was ${expected[fact]} and is ${row[fact]}` });
  }
  const state = `${id} is ${row.phase}, ${row.status}`;
  switch (expected.phase) {
    case 'terminated':
      if (row.phase !== 'terminated') broken.push({ count: 'resurrectedKills', what: `${state} after an acknowledged kill` });
      else if (expected.work === 'captured' && row.replacedBy === null)
        broken.push({ count: 'unpredicted', what: `${id} was replaced and does not say by whom` });
      return;
    case 'exited':
      if (row.phase !== 'live') broken.push({ count: 'sessionsLost', what: `${state} after its agent exited` });
      else if (row.launchId !== expected.launchId)
        broken.push({ count: 'unpredicted', what: `${id} was relaunched after its agent exited` });
      else if (row.status !== 'exited') due.push({ count: 'unsettled', what: `${state}; its agent exited` });
      return;
    case 'live':
      judgeLive(expected, row, seen, { broken, due });
  }
}

function judgeLive(expected: Expected, row: SeenRow, seen: Seen, { broken, due }: Found): void {
  const { id } = expected;
  const state = `${id} is ${row.phase}, ${row.status}`;
  if (expected.due === 'end') {
    if (row.launchId !== expected.launchId)
      broken.push({ count: 'unpredicted', what: `${id} was launched anew without what it did before` });
    else if (row.phase !== 'terminated') due.push({ count: 'unsettled', what: `${state}; it cannot come back` });
    return;
  }
  if (row.phase !== 'live') {
    broken.push({ count: expected.due === 'relaunch' ? 'sessionsLost' : 'falseDeaths', what: `${state}; nobody killed it` });
    return;
  }
  if (expected.due === 'nothing') {
    if (row.launchId !== expected.launchId) broken.push({ count: 'falseDeaths', what: `${id} was launched anew while its agent lived` });
    else if (row.status === 'exited') broken.push({ count: 'falseDeaths', what: `${state}; its agent lives` });
    const pane = seen.panes?.find(({ launchId }) => launchId === expected.launchId);
    if (seen.panes !== null && (pane?.pid !== expected.panePid || pane.dead))
      broken.push({ count: 'falseDeaths', what: `${id}: the process ${expected.panePid} of its launch is gone` });
  } else if (row.launchId === expected.launchId) due.push({ count: 'unsettled', what: `${id} was not launched anew yet (${row.status})` });
  else if (seen.panes?.some(({ launchId, dead }) => launchId === row.launchId && !dead) !== true)
    due.push({ count: 'unsettled', what: `${id}: nothing runs for its new launch` });
  else if (expected.role === 'talker' && expected.agentSessionId !== null) judgeConversation(expected, seen, { broken, due });
  if (row.status === 'exited' && expected.due === 'relaunch') due.push({ count: 'unsettled', what: `${state} after its relaunch` });
  if (UNSETTLED_STATUSES.includes(row.status)) due.push({ count: 'unsettled', what: state });
}

/** Begun once, and gone on with ever since. */
function judgeConversation({ id, agentSessionId }: Expected, seen: Seen, { broken, due }: Found): void {
  const begun = seen.conversations.get(agentSessionId ?? '') ?? [];
  if (begun.length < 2) due.push({ count: 'sessionsLost', what: `${id}: its conversation was not gone on with (${begun.join(', ')})` });
  if (begun.slice(1).includes('new'))
    broken.push({ count: 'sessionsLost', what: `${id}: its conversation began anew (${begun.join(', ')})` });
}

function judgeDaemons({ daemonPid, daemonPids }: Seen, { due }: Found): void {
  const others = daemonPids.filter((pid) => pid !== daemonPid);
  if (daemonPid !== null && others.length > 0)
    due.push({ count: 'orphanDaemons', what: `beside the daemon ${daemonPid} there are ${others.join(', ')}` });
}

function judgeRuntimes(model: Model, { rows, panes, processes, daemonPid }: Seen, { due }: Found): void {
  if (daemonPid === null) return;
  const open = new Map(rows.filter(({ phase }) => phase !== 'terminated').map((row) => [row.id, row]));
  const launches = new Set([...open.values()].map(({ launchId }) => launchId));
  for (const pane of panes ?? [])
    if (!launches.has(pane.launchId))
      due.push({ count: 'orphanRuntimes', what: `a runtime of launch ${pane.launchId} belongs to no open session` });
  for (const { pid, sessionId, launchId } of processes) {
    const row = open.get(sessionId);
    if (row === undefined) due.push({ count: 'orphanRuntimes', what: `process ${pid} of ${sessionId}, which is not open` });
    else if (row.launchId !== launchId && model.find(sessionId)?.exitedLaunches.includes(launchId) !== true)
      due.push({ count: 'orphanRuntimes', what: `process ${pid} of an earlier launch of ${sessionId}` });
  }
}

function judgeFiles(model: Model, { precious }: Seen, { broken }: Found): void {
  for (const { id, work } of model.sessions()) {
    const file = precious.get(id);
    if ((work === 'captured' ? file?.inRef : file?.inWorktree) !== 'whole')
      broken.push({ count: 'filesLost', what: `${id}: its uncommitted file is not ${work}` });
  }
}

/** Every worktree has a session, and one whose work was captured has none. */
function judgeWorktrees(model: Model, { daemonPid, rows, worktrees }: Seen, { due }: Found): void {
  if (daemonPid === null) return;
  const kept = new Set(rows.filter(({ id }) => model.find(id)?.work !== 'captured').map(({ workspacePath }) => workspacePath));
  for (const path of worktrees) if (!kept.has(path)) due.push({ count: 'unpredicted', what: `a worktree of nobody: ${path}` });
}

function judgeMessages(model: Model, { inboxes }: Seen, { broken, due }: Found): void {
  for (const { sessionId, key, text } of model.sent()) {
    const times = (inboxes.get(sessionId) ?? []).filter((line) => line === text).length;
    if (times > 1) broken.push({ count: 'messagesDoubled', what: `${key} reached ${sessionId} ${times} times` });
    if (times === 0) due.push({ count: 'messagesLost', what: `${key} has not reached ${sessionId}` });
  }
}
