/** How each status is called and coloured. A status is always shown as icon, word and colour together; colour alone says nothing. Pure. */
import type { SessionView } from '../../server/contract/session.ts';
import type { SessionStatus } from '../../server/core/session/status.ts';
import type { Column } from './columns.ts';

export type Tone = 'needs-you' | 'working' | 'idle' | 'review' | 'done' | 'trouble' | 'unknown';

export type StatusLook = { readonly label: string; readonly tone: Tone };

export const STATUS_LOOKS = {
  spawning: { label: 'Starting', tone: 'working' },
  recovering: { label: 'Recovering', tone: 'working' },
  needs_recovery: { label: 'Needs recovery', tone: 'trouble' },
  unknown: { label: 'Unknown', tone: 'unknown' },
  exited: { label: 'Exited', tone: 'trouble' },
  needs_you: { label: 'Needs you', tone: 'needs-you' },
  working: { label: 'Working', tone: 'working' },
  no_signal: { label: 'No signal', tone: 'unknown' },
  idle: { label: 'Idle', tone: 'idle' },
  running: { label: 'Running', tone: 'working' },
  merged: { label: 'Merged', tone: 'review' },
  terminated: { label: 'Ended', tone: 'idle' },
} as const satisfies Record<SessionStatus, StatusLook>;

export const COLUMN_LOOKS = {
  needs_you: { label: 'Needs you', tone: 'needs-you', empty: 'Nobody is waiting for you.' },
  working: { label: 'Working', tone: 'working', empty: 'Nothing is running.' },
  idle: { label: 'Idle', tone: 'idle', empty: 'Nothing is idle.' },
  in_review: { label: 'In review', tone: 'review', empty: 'No open pull requests.' },
  done: { label: 'Done', tone: 'done', empty: 'Nothing has ended yet.' },
} as const satisfies Record<Column, StatusLook & { readonly empty: string }>;

/** Class names in full, because Tailwind finds them by reading. */
export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  'needs-you': 'text-status-needs-you',
  working: 'text-status-working',
  idle: 'text-status-idle',
  review: 'text-status-review',
  done: 'text-status-done',
  trouble: 'text-status-trouble',
  unknown: 'text-status-unknown',
};

/** A session as a person calls it. */
export function nameOf(session: Pick<SessionView, 'id' | 'title' | 'kind'>): string {
  if (session.title !== '' && session.title !== session.id) return session.title;
  return session.kind === 'orchestrator' ? 'Orchestrator' : session.id;
}

/** What changed between two looks that somebody who does not see the board should hear of, one sentence each. */
export function describeTransitions(before: ReadonlyMap<string, SessionView>, after: ReadonlyMap<string, SessionView>): readonly string[] {
  const worth: ReadonlySet<SessionStatus> = new Set(['needs_you', 'needs_recovery', 'exited', 'terminated', 'merged', 'idle']);
  return [...after.values()].flatMap((session) => {
    const old = before.get(session.id);
    if (old === undefined || old.status === session.status || !worth.has(session.status)) return [];
    const name = nameOf(session);
    return [`${name === session.id ? name : `${name}, ${session.id}`}: ${STATUS_LOOKS[session.status].label.toLowerCase()}`];
  });
}
