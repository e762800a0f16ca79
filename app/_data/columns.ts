/** Which column of the board a status belongs to (SPEC §3.1). Derived, so cards are never dragged. Pure. */
import type { SessionView } from '../../server/contract/session.ts';
import type { SessionStatus } from '../../server/core/session/status.ts';

export const COLUMNS = ['needs_you', 'working', 'idle', 'in_review', 'done'] as const;
export type Column = (typeof COLUMNS)[number];

const COLUMN_OF = {
  needs_you: 'needs_you',
  needs_recovery: 'needs_you',
  exited: 'needs_you',
  no_signal: 'needs_you',
  unknown: 'needs_you',
  spawning: 'working',
  recovering: 'working',
  working: 'working',
  running: 'working',
  idle: 'idle',
  merged: 'done',
  terminated: 'done',
} as const satisfies Record<SessionStatus, Column>;

export function columnOf(status: SessionStatus): Column {
  return COLUMN_OF[status];
}

/** Urgent first among those that need somebody; then the latest change first. */
const URGENCY: Partial<Record<SessionStatus, number>> = { needs_you: 0, needs_recovery: 1, exited: 2, unknown: 3, no_signal: 4 };

export type Board = Readonly<Record<Column, readonly SessionView[]>>;

export function deriveBoard(sessions: readonly SessionView[]): Board {
  const board: Record<Column, SessionView[]> = { needs_you: [], working: [], idle: [], in_review: [], done: [] };
  for (const session of sessions) board[columnOf(session.status)].push(session);
  for (const column of COLUMNS) board[column].sort(compareCards);
  return board;
}

function compareCards(a: SessionView, b: SessionView): number {
  const urgency = (URGENCY[a.status] ?? 9) - (URGENCY[b.status] ?? 9);
  return urgency !== 0 ? urgency : sinceOf(b).localeCompare(sinceOf(a));
}

/** Since when the session is what it is, as far as its facts tell. ISO 8601. */
export function sinceOf(session: SessionView): string {
  if (session.phase === 'terminated') return session.updatedAt;
  if (session.status === 'exited') return session.exitedAt ?? session.updatedAt;
  // A working agent reports all the time; its card must neither jump nor be for ever "now".
  if (session.status === 'needs_you' || session.status === 'idle') return session.activityAt ?? session.launchedAt;
  return session.launchedAt;
}
