import { describe, expect, it } from 'vitest';
import { sessionFacts, tagsOf } from '../../testing/session-facts.ts';
import type { SessionId } from '../ids.ts';
import type { ReconcileAction } from '../reconcile/plan.ts';
import type { Probe } from '../session/probe.ts';
import type { Session } from '../session/session.ts';
import { type BriefingRecord, needsUser, type Outage, outcomeOf, recordOutage } from './briefing.ts';

const NOW_MS = 50_000;
const [ONE, TWO] = [sessionFacts({ number: 1 }), sessionFacts({ number: 2 })];
const HOST_GONE: Probe = { state: 'dead', evidence: 'host_gone' };
const ABSENT: Probe = { state: 'dead', evidence: 'absent' };
const alive = (session: Session): Probe => ({ state: 'alive', pid: 1, tags: tagsOf(session) });

function outage(lost: Probe, patch: Partial<Outage> = {}, kind: ReconcileAction['kind'] = 'relaunch'): Outage {
  const rows = [
    { session: ONE, probe: lost },
    { session: TWO, probe: alive(TWO) },
  ];
  return { rows, actions: [{ kind, sessionId: ONE.id }], rebooted: 'no', nowMs: NOW_MS, ...patch };
}

const record = (patch: Partial<BriefingRecord> = {}): BriefingRecord => ({
  cause: 'runtime_gone',
  atMs: 10_000,
  sessions: [ONE.id],
  dismissedAtMs: null,
  ...patch,
});

describe('when a briefing begins', () => {
  it.each([
    ['a reboot', outage(HOST_GONE, { rebooted: 'yes' }), 'reboot'],
    ['the host is gone', outage(HOST_GONE), 'host_gone'],
    ['one runtime is gone', outage(ABSENT), 'runtime_gone'],
    ['one could not come back', outage(ABSENT, {}, 'terminate'), 'runtime_gone'],
    ['parked ones return', outage(ABSENT, {}, 'restore-parked'), 'parked'],
  ] as const)('%s: it names all that ran', (_what, seen, cause) => {
    expect(recordOutage(null, seen)).toEqual({ cause, atMs: NOW_MS, sessions: [ONE.id, TWO.id], dismissedAtMs: null });
  });

  it.each(['adopt', 'record-exit', 'finish-kill', 'reap', 'undo-spawn', 'finish-spawn'] as const)('not by %s', (kind) => {
    expect(recordOutage(null, outage(ABSENT, {}, kind))).toBeNull();
    const before = record();
    expect(recordOutage(before, outage(ABSENT, {}, kind))).toBe(before);
  });

  it('not by a relaunch that is only tried again', () => {
    const failed = sessionFacts({ number: 1, recovery: { state: 'failed', reason: 'no agent', atMs: 1 } });
    expect(recordOutage(null, outage(HOST_GONE, { rows: [{ session: failed, probe: HOST_GONE }] }))).toBeNull();
  });

  it('a second outage is added to one that was not read yet; its time is when it began', () => {
    const merged = recordOutage(record({ sessions: ['app-9' as SessionId] }), outage(HOST_GONE));
    expect(merged).toEqual({ cause: 'host_gone', atMs: 10_000, sessions: ['app-9', ONE.id, TWO.id], dismissedAtMs: null });
    expect(recordOutage(merged, outage(ABSENT))).toBe(merged);
  });

  it('after one that was dismissed a new one begins', () => {
    expect(recordOutage(record({ dismissedAtMs: 20_000 }), outage(ABSENT))).toMatchObject({ atMs: NOW_MS, dismissedAtMs: null });
  });
});

describe('what became of a session', () => {
  const later = { launchedAtMs: NOW_MS };
  it.each([
    ['its process never stopped', {}, 'adopted', false],
    ['it was launched before by a relaunch', { launchMode: 'resumed', launchedAtMs: 9_000 }, 'adopted', false],
    ['resumed', { launchMode: 'resumed', ...later }, 'resumed', false],
    ['replayed', { launchMode: 'replayed', ...later }, 'replayed', false],
    ['fresh', { launchMode: 'fresh', ...later }, 'fresh', false],
    ['queued', { recovery: { state: 'queued', reason: '', atMs: 1 } }, 'recovering', false],
    ['failed', { recovery: { state: 'failed', reason: '', atMs: 1 } }, 'needs_recovery', true],
    ['exited since', { ...later, launchMode: 'fresh', exit: { code: 1, signal: null, atMs: 1 } }, 'exited', true],
    ['could not be resumed', { phase: 'terminated', endReason: 'not_resumable' }, 'ended', true],
    ['killed since', { phase: 'terminated', endReason: 'killed' }, 'killed', false],
    ['still parked', { phase: 'terminated', parked: true }, 'recovering', false],
  ] as const)('%s', (_what, patch, outcome, needs) => {
    const found = outcomeOf(sessionFacts(patch as Partial<Session>), record());
    expect([found, needsUser(found)]).toEqual([outcome, needs]);
  });
});
