/** A line of a session's history in words. Pure. What is not known here is shown as the daemon called it, never left out. */
import type { SessionEventView } from '../../../server/contract/session.ts';

const WORDS: Readonly<Record<string, string>> = {
  spawning: 'Start asked for',
  spawned: 'Started',
  reported: 'Agent reported',
  renamed: 'Renamed',
  exited: 'Agent exited',
  relaunching: 'Being launched again',
  recovered: 'Back',
  adopted: 'Found running',
  killed: 'Ended',
  terminated: 'Ended',
  recording_failed: 'Recording failed',
  recording_resumed: 'Recorded again',
  reaped: 'Left-over processes ended',
};

/** Facts that say something to a person; ids and timestamps of a change do not. */
const TOLD: readonly string[] = [
  'phase',
  'activity',
  'attention',
  'title',
  'launchMode',
  'endReason',
  'endDetail',
  'agentSessionId',
  'parked',
  'preservedRef',
];

export type EventLine = { readonly title: string; readonly reason: string; readonly changes: readonly string[] };

const show = (value: unknown): string => {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

export function describeEvent(event: Pick<SessionEventView, 'kind' | 'reason' | 'data' | 'before' | 'after'>): EventLine {
  const { kind, reason, before, after } = event;
  // Of a beginning everything is new, and nothing of it is a change.
  const changes =
    before === null
      ? []
      : TOLD.filter((key) => after !== null && key in after && show(before[key]) !== show(after[key])).map(
          (key) => `${key}: ${show(before[key])} → ${show(after?.[key])}`,
        );
  const data = Object.entries(event.data ?? {}).map(([key, value]) => `${key}: ${show(value)}`);
  return { title: WORDS[kind] ?? kind.replaceAll('_', ' '), reason, changes: [...changes, ...data] };
}

/** What became of the worktree of a session that was killed, as its last kill told. */
export function worktreeFate(events: readonly Pick<SessionEventView, 'kind' | 'data'>[]): 'removed' | 'kept' | 'missing' | 'unknown' {
  const told = events.findLast(({ kind, data }) => kind === 'killed' && typeof data?.['worktree'] === 'string')?.data?.['worktree'];
  return told === 'removed' || told === 'kept' || told === 'missing' ? told : 'unknown';
}
