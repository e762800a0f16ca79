import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expireLease,
  FREE,
  type InputLease,
  LEASE_GRACE_MS,
  leaveLease,
  mayType,
  rejoinLease,
  releaseLease,
  takeLease,
} from './input-lease.ts';

const PEOPLE = ['desk', 'phone', 'terminal'] as const;
type Person = (typeof PEOPLE)[number];
const typists = (lease: InputLease): readonly Person[] => PEOPLE.filter((who) => mayType(lease, who));

describe('who may type', () => {
  it('is everybody, until one takes the keyboard, and then the one that took it last', () => {
    expect(typists(FREE)).toEqual(PEOPLE);
    expect(typists(takeLease('desk'))).toEqual(['desk']);
    expect(typists(releaseLease(takeLease('desk'), 'phone'))).toEqual(['desk']);
    expect(releaseLease(takeLease('desk'), 'desk')).toEqual(FREE);
  });

  it('keeps the keyboard over a reload, and gives it back when its holder stays away', () => {
    const away = leaveLease(takeLease('desk'), 'desk', 1_000);
    expect(typists(away)).toEqual(['desk']);
    expect(expireLease(away, 1_000 + LEASE_GRACE_MS - 1)).toEqual(away);
    expect(rejoinLease(away, 'phone')).toEqual(away);
    expect(rejoinLease(away, 'desk')).toEqual(takeLease('desk'));
    expect(expireLease(rejoinLease(away, 'desk'), 1e9)).toEqual(takeLease('desk'));
    expect(expireLease(away, 1_000 + LEASE_GRACE_MS)).toEqual(FREE);
  });

  it('whatever happens in whatever order: one holder at most, never by another’s word, and nobody that stays away', () => {
    const step = fc.record({
      what: fc.constantFrom('take', 'release', 'leave', 'join', 'wait'),
      who: fc.constantFrom(...PEOPLE),
      ms: fc.integer({ min: 0, max: 2 * LEASE_GRACE_MS }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let lease: InputLease = FREE;
        let nowMs = 0;
        const here = new Set<Person>(PEOPLE);
        const leftAtMs = new Map<Person, number>();
        for (const { what, who, ms } of steps) {
          const before: InputLease = lease;
          if (what === 'wait') nowMs += ms;
          // A timer fires as soon as it is due.
          lease = expireLease(lease, nowMs);
          if (what === 'join') {
            here.add(who);
            lease = rejoinLease(lease, who);
          } else if (what === 'leave' && here.delete(who)) {
            leftAtMs.set(who, nowMs);
            lease = leaveLease(lease, who, nowMs);
          } else if (what === 'take' && here.has(who)) lease = takeLease(who);
          else if (what === 'release' && here.has(who)) lease = releaseLease(lease, who);

          const may = typists(lease);
          expect([1, PEOPLE.length]).toContain(may.length);
          if (what === 'take' && here.has(who)) expect(may).toEqual([who]);
          // Only a take, and a release or an absence of the holder himself, change who may type.
          if (before.kind !== 'free' && lease.kind === 'free')
            expect(before.by === who || nowMs - (leftAtMs.get(before.by as Person) ?? nowMs) >= LEASE_GRACE_MS).toBe(true);
          if (before.kind !== 'free' && lease.kind !== 'free' && before.by !== lease.by) expect([what, lease.by]).toEqual(['take', who]);
          if (lease.kind === 'held') expect(here.has(lease.by as Person)).toBe(true);
          if (lease.kind === 'away') {
            expect(here.has(lease.by as Person)).toBe(false);
            expect(nowMs - (leftAtMs.get(lease.by as Person) ?? Number.NEGATIVE_INFINITY)).toBeLessThan(LEASE_GRACE_MS);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
