import { describe, expect, it } from 'vitest';
import { RESUMABLE, SHELL, sessionFacts } from '../../testing/session-facts.ts';
import type { Session } from './session.ts';
import { deriveStatus, FIRST_SIGNAL_LIMIT_MS, WORKING_EVIDENCE_LIMIT_MS } from './status.ts';

const NOW = 1_000_000;
const REACHABLE = { state: 'reachable' } as const;
const signalled = (patch: Partial<Session> = {}): Session =>
  sessionFacts({ agent: 'claude-code', launchedAtMs: NOW - 1_000, firstSignalAtMs: NOW - 500, activityAtMs: NOW - 500, ...patch });
const statusOf = (session: Session, capabilities = RESUMABLE, look: Parameters<typeof deriveStatus>[0]['look'] = REACHABLE) =>
  deriveStatus({ session, capabilities, look, nowMs: NOW }).status;

describe('status, first match wins', () => {
  it('terminated before all, merged where the pull request was', () => {
    expect(statusOf(sessionFacts({ phase: 'terminated', endReason: 'killed', exit: { code: 1, signal: null, atMs: 1 } }))).toBe(
      'terminated',
    );
    expect(statusOf(sessionFacts({ phase: 'terminated', endReason: 'merged' }))).toBe('merged');
  });

  it('names SESSION_NOT_RESUMABLE in the reason', () => {
    const { reason } = deriveStatus({
      session: sessionFacts({ phase: 'terminated', endReason: 'not_resumable', endDetail: 'no prompt' }),
      capabilities: SHELL,
      look: REACHABLE,
      nowMs: NOW,
    });
    expect(reason).toContain('SESSION_NOT_RESUMABLE');
    expect(reason).toContain('no prompt');
  });

  it('spawning, recovering, needs_recovery before what the runtime looks like', () => {
    const look = { state: 'unknown', why: 'stopped' } as const;
    expect(statusOf(sessionFacts({ phase: 'spawning' }), SHELL, look)).toBe('spawning');
    expect(statusOf(sessionFacts({ recovery: { state: 'queued', reason: 'r', atMs: 1 } }), SHELL, look)).toBe('recovering');
    expect(statusOf(sessionFacts({ recovery: { state: 'failed', reason: 'r', atMs: 1 } }), SHELL, look)).toBe('needs_recovery');
    expect(statusOf(sessionFacts(), SHELL, look)).toBe('unknown');
  });

  it('exited before any activity, with the code or the signal', () => {
    const session = signalled({ activity: 'working', exit: { code: 137, signal: null, atMs: 1 } });
    expect(deriveStatus({ session, capabilities: RESUMABLE, look: REACHABLE, nowMs: NOW })).toEqual({
      status: 'exited',
      reason: 'The agent exited with code 137',
    });
  });

  it('says of an ended one whether it was killed, replaced or parked, and of one that is being parked that it is', () => {
    const ended = (patch: Partial<Session>) =>
      deriveStatus({ session: sessionFacts({ phase: 'terminated', ...patch }), capabilities: SHELL, look: REACHABLE, nowMs: NOW });
    expect(ended({ endReason: 'killed', endDetail: 'worktree kept' }).reason).toBe('Killed by the user: worktree kept');
    expect(ended({ endReason: 'killed', replacedBy: 'app-2' as Session['id'] }).reason).toBe('Replaced by app-2');
    expect(ended({ parked: true })).toMatchObject({ status: 'terminated', reason: expect.stringContaining('`ao unpark`') });
    expect(statusOf(sessionFacts({ parked: true }))).toBe('unknown');
  });

  it('needs_you with what it waits for', () => {
    expect(statusOf(signalled({ activity: 'needs_you', attention: 'permission' }))).toBe('needs_you');
  });

  it('working only with evidence younger than its limit; then no_signal', () => {
    expect(statusOf(signalled({ activity: 'working', activityAtMs: NOW - WORKING_EVIDENCE_LIMIT_MS }))).toBe('working');
    expect(statusOf(signalled({ activity: 'working', activityAtMs: NOW - WORKING_EVIDENCE_LIMIT_MS - 1 }))).toBe('no_signal');
  });

  it('no_signal once a launch has said nothing for 90 s, running before that', () => {
    const silent = { agent: 'claude-code', firstSignalAtMs: null };
    expect(statusOf(sessionFacts({ ...silent, launchedAtMs: NOW - FIRST_SIGNAL_LIMIT_MS + 1 }))).toBe('running');
    expect(statusOf(sessionFacts({ ...silent, launchedAtMs: NOW - FIRST_SIGNAL_LIMIT_MS }))).toBe('no_signal');
  });

  it('idle only by signal; an agent that cannot signal is running, never idle', () => {
    expect(statusOf(signalled({ activity: 'idle' }))).toBe('idle');
    expect(statusOf(sessionFacts({ launchedAtMs: 0 }), SHELL)).toBe('running');
  });
});
