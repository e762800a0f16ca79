import { describe, expect, it } from 'vitest';
import { describeEvent, worktreeFate } from './describe-event.ts';

const event = { data: null, before: null, after: null };

describe('a line of a session’s history', () => {
  it('has a word, the daemon’s reason, and what changed', () => {
    expect(
      describeEvent({
        ...event,
        kind: 'spawned',
        reason: 'its runtime is there',
        before: { phase: 'spawning', launchedAtMs: 1 },
        after: { phase: 'live', launchedAtMs: 2 },
      }),
    ).toEqual({ title: 'Started', reason: 'its runtime is there', changes: ['phase: spawning → live'] });
  });

  it('does not list what is new at a beginning, where everything is', () => {
    expect(describeEvent({ ...event, kind: 'spawning', reason: 'r', after: { phase: 'spawning', parked: false } }).changes).toEqual([]);
  });

  it('shows a kind it does not know by its own name', () => {
    expect(describeEvent({ ...event, kind: 'slot_swapped', reason: 'r' }).title).toBe('slot swapped');
  });

  it('says nothing changed when nothing did', () => {
    expect(
      describeEvent({ ...event, kind: 'reported', reason: 'Stop', before: { activity: 'idle' }, after: { activity: 'idle' } }).changes,
    ).toEqual([]);
  });

  it('carries the data of the event', () => {
    expect(describeEvent({ ...event, kind: 'killed', reason: 'r', data: { worktree: 'kept' } }).changes).toEqual(['worktree: kept']);
  });
});

describe('the fate of a worktree', () => {
  it('is what the last kill said', () => {
    expect(
      worktreeFate([
        { kind: 'killed', data: { worktree: 'kept' } },
        { kind: 'recovered', data: null },
        { kind: 'killed', data: { worktree: 'removed' } },
      ]),
    ).toBe('removed');
    expect(worktreeFate([{ kind: 'terminated', data: { code: 'SESSION_NOT_RESUMABLE' } }])).toBe('unknown');
  });
});
