import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedChange, FeedEvent, FeedSnapshot } from '../../server/contract/socket.ts';
import { applyEvent, EMPTY_FEED, type FeedCache, takeSnapshot } from './feed-cache.ts';
import { AT, aProject, aSession } from './testing-views.ts';

const snapshot = (part: Partial<FeedSnapshot> = {}): FeedSnapshot => ({ epoch: 'e1', seq: 4, at: AT, sessions: [], projects: [], ...part });
const event = (seq: number, change: FeedChange, epoch = 'e1'): FeedEvent => ({ epoch, seq, change });
const known = (): FeedCache => takeSnapshot(EMPTY_FEED, snapshot({ sessions: [aSession()], projects: [aProject()] }));

function mustApply(cache: FeedCache, next: FeedEvent): FeedCache {
  const applied = applyEvent(cache, next);
  if (applied.kind === 'gap') throw new Error('there was a gap');
  return applied.cache;
}

describe('applyEvent', () => {
  it('takes the next number in and changes nothing else', () => {
    const before = known();
    const after = mustApply(before, event(5, { kind: 'session', session: aSession({ id: 'app-2' }) }));
    expect([...after.sessions.keys()]).toEqual(['app-1', 'app-2']);
    expect(after.sessions.get('app-1')).toBe(before.sessions.get('app-1'));
    expect(after.seq).toBe(5);
    expect(before.sessions.size).toBe(1);
  });

  it('removes sessions and projects, also those it never knew', () => {
    const gone = mustApply(known(), event(5, { kind: 'session-removed', id: 'app-1' }));
    expect(gone.sessions.size).toBe(0);
    expect(mustApply(gone, event(6, { kind: 'session-removed', id: 'app-9' })).seq).toBe(6);
    expect(mustApply(gone, event(6, { kind: 'project-removed', id: 'app' })).projects.size).toBe(0);
  });

  it('asks anew when a number is missing', () => {
    expect(applyEvent(known(), event(6, { kind: 'session-removed', id: 'app-1' }))).toEqual({ kind: 'gap' });
  });

  it('asks anew when the daemon is another one, whatever the number', () => {
    for (const seq of [1, 4, 5])
      expect(applyEvent(known(), event(seq, { kind: 'project-removed', id: 'app' }, 'e2'))).toEqual({ kind: 'gap' });
  });

  it('asks anew when nothing was known yet, and when all that is known is from an earlier visit', () => {
    expect(applyEvent(EMPTY_FEED, event(1, { kind: 'project-removed', id: 'app' }))).toEqual({ kind: 'gap' });
    expect(applyEvent({ ...known(), epoch: null }, event(5, { kind: 'project-removed', id: 'app' }))).toEqual({ kind: 'gap' });
  });

  it('ignores what the snapshot already had', () => {
    const before = known();
    const applied = applyEvent(before, event(4, { kind: 'session-removed', id: 'app-1' }));
    expect(applied).toEqual({ kind: 'already', cache: before });
  });

  it('counts on over a change of a kind it does not know', () => {
    const odd = { kind: 'weather', of: 'tomorrow' } as unknown as FeedChange;
    expect(mustApply(known(), event(5, odd)).seq).toBe(5);
  });

  it('ends where the daemon is, whatever of the stream is lost or doubled on the way', () => {
    const change = fc.oneof(
      fc.integer({ min: 1, max: 6 }).map((n): FeedChange => ({ kind: 'session-removed', id: `app-${n}` })),
      fc
        .tuple(fc.integer({ min: 1, max: 6 }), fc.string({ maxLength: 4 }))
        .map(([n, title]): FeedChange => ({ kind: 'session', session: aSession({ id: `app-${n}`, title }) })),
    );
    const delivery = fc.constantFrom('once', 'lost', 'twice');
    fc.assert(
      fc.property(fc.array(fc.tuple(change, delivery), { maxLength: 40 }), (steps) => {
        let daemon = takeSnapshot(EMPTY_FEED, snapshot({ seq: 0 }));
        let page = daemon;
        const receive = (next: FeedEvent): void => {
          const applied = applyEvent(page, next);
          page =
            applied.kind === 'gap'
              ? takeSnapshot(page, snapshot({ seq: daemon.seq, sessions: [...daemon.sessions.values()] }))
              : applied.cache;
        };
        for (const [what, how] of steps) {
          const next = event(daemon.seq + 1, what);
          daemon = mustApply(daemon, next);
          if (how !== 'lost') receive(next);
          if (how === 'twice') receive(next);
        }
        receive(event(daemon.seq + 1, { kind: 'session-removed', id: 'app-99' }));
        expect(Object.fromEntries(page.sessions)).toEqual(Object.fromEntries(daemon.sessions));
      }),
    );
  });
});

describe('takeSnapshot', () => {
  it('forgets what is gone and keeps the identity of what is the same', () => {
    const before = takeSnapshot(EMPTY_FEED, snapshot({ sessions: [aSession(), aSession({ id: 'app-2' })] }));
    const after = takeSnapshot(before, snapshot({ epoch: 'e2', seq: 1, sessions: [aSession(), aSession({ id: 'app-3' })] }));
    expect([...after.sessions.keys()]).toEqual(['app-1', 'app-3']);
    expect(after.sessions.get('app-1')).toBe(before.sessions.get('app-1'));
    expect(after.epoch).toBe('e2');
  });
});
