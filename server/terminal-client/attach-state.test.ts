import { describe, expect, it } from 'vitest';
import { type AttachEvent, type AttachState, BACKOFF_MAX_MS, backoffMs, nextAttach, STABLE_AFTER_MS, startAttach } from './attach-state.ts';

const DOWN: AttachEvent = { kind: 'link-down', why: 'The connection was cut' };
const UP: AttachEvent = { kind: 'link-up' };
const attached = (attachId = 'a'): AttachEvent => ({ kind: 'attached', attachId });
const refused = (code: 'INTERNAL' | 'SESSION_NOT_FOUND' | 'UNAUTHENTICATED'): AttachEvent => ({
  kind: 'refused',
  error: { code, message: `because ${code}`, hint: 'do something' },
});

function run(start: AttachState, steps: readonly (readonly [AttachEvent, number])[]): AttachState {
  return steps.reduce((state, [event, atMs]) => nextAttach(state, event, atMs), start);
}

describe('the state of a terminal’s connection', () => {
  it('begins by connecting when the daemon is there, else waits for it', () => {
    expect(startAttach('up').phase).toEqual({ kind: 'connecting', failures: 0 });
    expect(startAttach('down').phase).toMatchObject({ kind: 'reconnecting', retryAtMs: null });
    expect(run(startAttach('down'), [[UP, 1]]).phase.kind).toBe('connecting');
  });

  it('comes back at once after the first loss', () => {
    const state = run(startAttach('up'), [
      [attached(), 0],
      [DOWN, 60_000],
    ]);
    expect(state.phase).toEqual({ kind: 'reconnecting', failures: 1, why: 'The connection was cut', retryAtMs: null });
    expect(nextAttach(state, UP, 60_100).phase).toEqual({ kind: 'connecting', failures: 1 });
  });

  it('T3: forgets failures only after 5 s of life, so a flapping daemon is retried ever more slowly', () => {
    let state = startAttach('up');
    let now = 0;
    const waits: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      state = nextAttach(state, attached(), now);
      now += STABLE_AFTER_MS - 1;
      state = nextAttach(nextAttach(state, DOWN, now), UP, now);
      const { phase } = state;
      waits.push(phase.kind === 'reconnecting' ? (phase.retryAtMs ?? 0) - now : 0);
      if (phase.kind === 'reconnecting') now = phase.retryAtMs ?? now;
      state = nextAttach(state, { kind: 'retry-due', retryAtMs: now }, now - 0.4);
      expect(state.phase.kind).toBe('connecting');
    }
    expect(waits.slice(0, 4)).toEqual([0, 500, 1_000, 2_000]);
    expect(waits.at(-1)).toBe(BACKOFF_MAX_MS);

    state = nextAttach(state, attached(), now);
    state = nextAttach(state, DOWN, now + STABLE_AFTER_MS);
    expect(state.phase).toMatchObject({ kind: 'reconnecting', failures: 1 });
  });

  it('waits between attempts that the daemon refuses for now', () => {
    let state = nextAttach(startAttach('up'), refused('INTERNAL'), 10);
    expect(state.phase).toMatchObject({ kind: 'reconnecting', failures: 1, retryAtMs: 10 });
    state = run(state, [
      [{ kind: 'retry-due', retryAtMs: 10 }, 9.7],
      [refused('INTERNAL'), 20],
    ]);
    expect(state.phase).toMatchObject({ failures: 2, retryAtMs: 20 + backoffMs(2) });
    expect(nextAttach(state, { kind: 'retry-due', retryAtMs: 10 }, 21)).toBe(state);
  });

  it('does not retry by itself what would be refused again', () => {
    expect(nextAttach(startAttach('up'), refused('SESSION_NOT_FOUND'), 0).phase).toMatchObject({ kind: 'gone' });
    const state = nextAttach(startAttach('up'), refused('UNAUTHENTICATED'), 0);
    expect(state.phase).toMatchObject({ kind: 'error', error: { code: 'UNAUTHENTICATED' } });
    expect(nextAttach(state, { kind: 'retry-now' }, 0).phase.kind).toBe('connecting');
  });

  it('says that the agent exited, and keeps saying so while the daemon restarts', () => {
    const state = run(startAttach('up'), [
      [attached(), 0],
      [{ kind: 'ended', why: 'exited', exitCode: 3 }, 1],
      [DOWN, 2],
      [UP, 3],
    ]);
    expect(state).toMatchObject({ link: 'up', phase: { kind: 'exited', exitCode: 3 } });
  });

  it('attaches anew when an ended session is launched again, once the daemon is there', () => {
    const ended = run(startAttach('up'), [
      [attached(), 0],
      [{ kind: 'ended', why: 'gone', exitCode: null }, 1],
    ]);
    expect(nextAttach(ended, { kind: 'relaunched' }, 2).phase).toEqual({ kind: 'connecting', failures: 0 });
    const offline = nextAttach(nextAttach(ended, DOWN, 2), { kind: 'relaunched' }, 3);
    expect(offline.phase).toMatchObject({ kind: 'reconnecting', retryAtMs: null });
    expect(nextAttach(offline, UP, 4).phase.kind).toBe('connecting');
  });

  it('does not sit out its wait once the session has been launched', () => {
    const waiting = run(startAttach('up'), [
      [refused('INTERNAL'), 0],
      [{ kind: 'retry-due', retryAtMs: 0 }, 0],
      [refused('INTERNAL'), 1],
    ]);
    expect(waiting.phase.kind).toBe('reconnecting');
    expect(nextAttach(waiting, { kind: 'relaunched' }, 2).phase).toEqual({ kind: 'connecting', failures: 0 });
  });

  it('goes on to the new launch when it heard of that before the end of the old one', () => {
    const state = run(startAttach('up'), [
      [attached(), 0],
      [{ kind: 'relaunched' }, 1],
      [{ kind: 'ended', why: 'gone', exitCode: null }, 2],
    ]);
    expect(state).toMatchObject({ phase: { kind: 'connecting' }, next: 'none' });
    expect(nextAttach(state, refused('SESSION_NOT_FOUND'), 3).phase.kind).toBe('gone');
  });

  it('comes back by itself when the daemon closes for a restart', () => {
    const state = run(startAttach('up'), [
      [attached(), 0],
      [{ kind: 'ended', why: 'closed', exitCode: null }, 6_000],
      [DOWN, 6_001],
      [UP, 6_500],
    ]);
    expect(state.phase.kind).toBe('connecting');
  });

  it('ignores an answer that comes after the line was cut', () => {
    const state = nextAttach(startAttach('up'), DOWN, 1);
    expect(nextAttach(state, attached('late'), 2)).toBe(state);
  });

  it('counts a refused input as one failure and attaches anew', () => {
    const state = run(startAttach('up'), [
      [attached(), 0],
      [{ kind: 'failed', why: 'Input was refused' }, 10_000],
    ]);
    expect(state.phase).toMatchObject({ kind: 'reconnecting', failures: 1, retryAtMs: 10_000 });
  });
});
