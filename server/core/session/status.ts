/**
 * Display status, derived at read time from durable facts, the latest look at the runtime, and `now` (SPEC §3.1). First
 * match wins. Never stored.
 */
import type { AgentCapabilities } from '../agent/capabilities.ts';
import type { Session } from './session.ts';

export const SESSION_STATUSES = [
  'spawning',
  'recovering',
  'needs_recovery',
  'unknown',
  'exited',
  'needs_you',
  'working',
  'no_signal',
  'idle',
  'running',
  'merged',
  'terminated',
] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export type DerivedStatus = { readonly status: SessionStatus; readonly reason: string };

/** After a launch an agent that can signal has this long to say anything at all. */
export const FIRST_SIGNAL_LIMIT_MS = 90_000;
/** "Working" without any further sign is believed this long; a lost stop hook must not show work for hours. */
export const WORKING_EVIDENCE_LIMIT_MS = 10 * 60_000;

/** The latest look at this session's runtime; kept in memory, never stored. */
export type RuntimeLook =
  | { readonly state: 'reachable'; readonly worktree?: 'missing' }
  | { readonly state: 'unknown'; readonly why: string };

export type StatusInput = {
  readonly session: Session;
  readonly capabilities: AgentCapabilities;
  readonly look: RuntimeLook;
  readonly nowMs: number;
};

export function deriveStatus(input: StatusInput): DerivedStatus {
  const derived = deriveFirstMatch(input);
  const { session, look } = input;
  if (session.phase !== 'live' || look.state !== 'reachable' || look.worktree !== 'missing') return derived;
  return { ...derived, reason: `${derived.reason}; its worktree ${session.workspace.path} is gone` };
}

function deriveFirstMatch({ session, capabilities, look, nowMs }: StatusInput): DerivedStatus {
  if (session.phase === 'terminated') return deriveEnded(session);
  if (session.killRequestedAtMs !== null) return { status: 'unknown', reason: 'A kill was requested and is being finished' };
  if (session.parked) return { status: 'unknown', reason: 'Being parked' };
  if (session.phase === 'spawning') return { status: 'spawning', reason: 'Being started' };
  if (session.recovery?.state === 'queued') return { status: 'recovering', reason: session.recovery.reason };
  if (session.recovery?.state === 'failed') return { status: 'needs_recovery', reason: session.recovery.reason };
  if (look.state === 'unknown') return { status: 'unknown', reason: look.why };
  if (session.exit !== null) return { status: 'exited', reason: describeExit(session.exit) };
  return deriveActivity(session, capabilities, nowMs);
}

function deriveEnded(session: Session): DerivedStatus {
  if (session.endReason === 'merged') return { status: 'merged', reason: 'Its pull request was merged' };
  if (session.parked) return { status: 'terminated', reason: 'Parked: `ao unpark`, or the next start, brings it back' };
  const detail = session.endDetail === null ? '' : `: ${session.endDetail}`;
  if (session.endReason === 'not_resumable') return { status: 'terminated', reason: `SESSION_NOT_RESUMABLE${detail}` };
  const what = session.replacedBy === null ? 'Killed by the user' : `Replaced by ${session.replacedBy}`;
  return { status: 'terminated', reason: `${what}${detail}` };
}

function describeExit(exit: NonNullable<Session['exit']>): string {
  if (exit.signal !== null) return `The agent was ended by ${exit.signal}`;
  return exit.code === null ? 'The agent exited' : `The agent exited with code ${exit.code}`;
}

function deriveActivity(session: Session, capabilities: AgentCapabilities, nowMs: number): DerivedStatus {
  if (session.activity === 'needs_you') {
    return {
      status: 'needs_you',
      reason: session.attention === null ? 'The agent waits for you' : `The agent waits for you: ${session.attention}`,
    };
  }
  const evidenceAgeMs = session.activityAtMs === null ? Number.POSITIVE_INFINITY : nowMs - session.activityAtMs;
  if (session.activity === 'working' && evidenceAgeMs <= WORKING_EVIDENCE_LIMIT_MS)
    return { status: 'working', reason: 'The agent reported work' };
  if (!capabilities.canSignal) return { status: 'running', reason: 'The agent runs; it cannot report what it does' };
  if (session.activity === 'working') return { status: 'no_signal', reason: 'The last report said "working", too long ago to be believed' };
  if (session.firstSignalAtMs === null) {
    return nowMs - session.launchedAtMs >= FIRST_SIGNAL_LIMIT_MS
      ? { status: 'no_signal', reason: 'The agent has reported nothing since it was launched' }
      : { status: 'running', reason: 'The agent was launched and has not reported yet' };
  }
  if (session.activity === 'idle') return { status: 'idle', reason: 'The agent reported that it is idle' };
  return { status: 'running', reason: 'The agent runs; its last report said nothing of activity' };
}
