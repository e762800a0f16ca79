/**
 * What a terminal's connection is in, and what each thing that happens makes of it. Pure: time is an argument, and whoever
 * runs it sends an attach whenever it becomes `connecting` and sets a timer for `retryAtMs`. It must not know sockets or xterm.
 *
 * A flapping daemon must not eat ptys: the count of failures is forgotten only after an attach has lived for 5 s, since every
 * new connection would otherwise look like a fresh start and be retried at once, for ever.
 */
import type { AppErrorFacts } from '../core/errors.ts';

/** An attach that lived this long was a success; before that its end counts as one more failure. Milliseconds. */
export const STABLE_AFTER_MS = 5_000;
/** First wait between two attempts; doubled with each failure. The very first retry is at once. Milliseconds. */
export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MAX_MS = 15_000;

export type AttachPhase =
  | { readonly kind: 'connecting'; readonly failures: number }
  | { readonly kind: 'attached'; readonly attachId: string; readonly sinceMs: number; readonly failures: number }
  /** `retryAtMs` is null while it waits for the connection to the daemon rather than for a moment. */
  | { readonly kind: 'reconnecting'; readonly failures: number; readonly why: string; readonly retryAtMs: number | null }
  | { readonly kind: 'exited'; readonly exitCode: number | null }
  | { readonly kind: 'gone'; readonly why: string }
  | { readonly kind: 'error'; readonly error: AppErrorFacts };

export type AttachState = {
  readonly link: 'up' | 'down';
  readonly phase: AttachPhase;
  /** A launch that was heard of while an older one was attached: the end that follows is no end, there is a new one to go to. */
  readonly next: 'none' | 'launched';
};

export type AttachEvent =
  | { readonly kind: 'link-up' }
  | { readonly kind: 'link-down'; readonly why: string }
  | { readonly kind: 'attached'; readonly attachId: string }
  | { readonly kind: 'refused'; readonly error: AppErrorFacts }
  /** The attach was not answered in time, or the daemon refused our input and a new attach must set things right. */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'ended'; readonly why: 'exited' | 'gone' | 'closed'; readonly exitCode: number | null }
  /** The timer for that moment went off. Timers may be a little early, so it is known by its moment and not by the clock. */
  | { readonly kind: 'retry-due'; readonly retryAtMs: number }
  | { readonly kind: 'retry-now' }
  /** The session got a new launch: whatever ended before, there is something to attach to again. */
  | { readonly kind: 'relaunched' };

/** Refusals after which trying again by ourselves would change nothing. */
const FINAL: ReadonlySet<AppErrorFacts['code']> = new Set([
  'BAD_INPUT',
  'NOT_IMPLEMENTED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ORIGIN_REFUSED',
  'HOST_REFUSED',
  'RUNTIME_MISSING',
]);
const GONE: ReadonlySet<AppErrorFacts['code']> = new Set(['SESSION_NOT_FOUND', 'SESSION_NOT_LIVE', 'RUNTIME_NOT_FOUND']);

const WAITING_FOR_DAEMON = 'Waiting for the daemon';

/** How long to wait before the attempt that follows `failures` failures in a row. Milliseconds. */
export function backoffMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(failures - 2, 20), BACKOFF_MAX_MS);
}

export function startAttach(link: AttachState['link']): AttachState {
  return { link, phase: attempt(link, 0), next: 'none' };
}

function attempt(link: AttachState['link'], failures: number): AttachPhase {
  if (link === 'up') return { kind: 'connecting', failures };
  return { kind: 'reconnecting', failures, why: WAITING_FOR_DAEMON, retryAtMs: null };
}

/** Failures so far, counting this one; an attach that lived long enough wipes out what was before it. */
function failuresAfter(phase: AttachPhase, nowMs: number): number {
  switch (phase.kind) {
    case 'attached':
      return nowMs - phase.sinceMs >= STABLE_AFTER_MS ? 1 : phase.failures + 1;
    case 'connecting':
      return phase.failures + 1;
    case 'reconnecting':
      return phase.failures;
    default:
      return 0;
  }
}

function again(state: AttachState, why: string, nowMs: number): AttachPhase {
  const failures = failuresAfter(state.phase, nowMs);
  return { kind: 'reconnecting', failures, why, retryAtMs: state.link === 'up' ? nowMs + backoffMs(failures) : null };
}

const isOver = (phase: AttachPhase): boolean => phase.kind === 'exited' || phase.kind === 'gone' || phase.kind === 'error';

function afterRefusal(state: AttachState, error: AppErrorFacts, nowMs: number): AttachPhase {
  if (GONE.has(error.code)) return { kind: 'gone', why: error.message };
  return FINAL.has(error.code) ? { kind: 'error', error } : again(state, error.message, nowMs);
}

function afterEnd(state: AttachState, event: Extract<AttachEvent, { kind: 'ended' }>, nowMs: number): AttachPhase {
  switch (event.why) {
    case 'exited':
      return { kind: 'exited', exitCode: event.exitCode };
    case 'gone':
      return { kind: 'gone', why: 'Its terminal is not there any more' };
    case 'closed':
      return again(state, 'The daemon is restarting', nowMs);
  }
}

/** What comes back on `link-up`: at once after one failure, else after the wait that the failures have earned. */
function afterLinkUp(phase: AttachPhase, nowMs: number): AttachPhase {
  if (phase.kind !== 'reconnecting' || phase.retryAtMs !== null) return phase;
  const waitMs = backoffMs(phase.failures);
  return waitMs === 0 ? { kind: 'connecting', failures: phase.failures } : { ...phase, retryAtMs: nowMs + waitMs };
}

export function nextAttach(state: AttachState, event: AttachEvent, nowMs: number): AttachState {
  const { link, phase } = state;
  if (event.kind === 'link-up') return { ...state, link: 'up', phase: afterLinkUp(phase, nowMs) };
  if (event.kind === 'link-down') {
    const down: AttachState = { ...state, link: 'down' };
    return isOver(phase) ? down : { ...down, phase: again(down, event.why, nowMs) };
  }
  if (event.kind === 'relaunched') {
    // One that waits for its next attempt has a better reason now than that time has passed.
    const waits = phase.kind === 'reconnecting' && phase.retryAtMs !== null;
    return isOver(phase) || waits ? { link, phase: attempt(link, 0), next: 'none' } : { ...state, next: 'launched' };
  }
  const after = afterEvent(state, event, nowMs);
  if (after === phase) return state;
  if (after.kind === 'gone' && state.next === 'launched') return { link, phase: attempt(link, 0), next: 'none' };
  return { ...state, phase: after };
}

function afterEvent(
  state: AttachState,
  event: Exclude<AttachEvent, { kind: 'link-up' | 'link-down' | 'relaunched' }>,
  nowMs: number,
): AttachPhase {
  const { link, phase } = state;
  switch (event.kind) {
    case 'attached':
      // An answer that comes after the line was cut, or after the end, belongs to an attach that is no more.
      if (phase.kind !== 'connecting') return phase;
      return { kind: 'attached', attachId: event.attachId, sinceMs: nowMs, failures: phase.failures };
    case 'refused':
      return phase.kind === 'connecting' ? afterRefusal(state, event.error, nowMs) : phase;
    case 'failed':
      return isOver(phase) || phase.kind === 'reconnecting' ? phase : again(state, event.why, nowMs);
    case 'ended':
      return phase.kind === 'attached' || phase.kind === 'connecting' ? afterEnd(state, event, nowMs) : phase;
    case 'retry-due':
      if (phase.kind !== 'reconnecting' || phase.retryAtMs !== event.retryAtMs || link === 'down') return phase;
      return { kind: 'connecting', failures: phase.failures };
    case 'retry-now':
      if (phase.kind === 'attached' || phase.kind === 'connecting') return phase;
      return attempt(link, phase.kind === 'reconnecting' ? phase.failures : 0);
    default:
      return event satisfies never;
  }
}
