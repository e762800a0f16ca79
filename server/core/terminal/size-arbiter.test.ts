import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, claimSize, joinArbiter, leaveArbiter, newArbiter, noteInput, type SizeArbiter } from './size-arbiter.ts';

const SIZE = { cols: 80, rows: 24 };
const DESKTOP: Claim = { wants: { cols: 200, rows: 50 }, visibility: 'visible' };
const PHONE: Claim = { wants: { cols: 40, rows: 20 }, visibility: 'visible' };

const desktopAndPhone = (): SizeArbiter => joinArbiter(joinArbiter(newArbiter(SIZE), 'desktop', DESKTOP), 'phone', PHONE);

describe('whose size a terminal has', () => {
  it('T7: is the first visible viewer’s; a second one that only looks takes nothing', () => {
    expect(desktopAndPhone()).toMatchObject({ holder: 'desktop', size: DESKTOP.wants });
  });

  it('T7: goes to whoever types or resizes, and back to the last active one when that leaves', () => {
    const typed = noteInput(desktopAndPhone(), 'phone');
    expect(typed).toMatchObject({ holder: 'phone', size: PHONE.wants });
    const resized = claimSize(typed, 'desktop', { ...DESKTOP, wants: { cols: 180, rows: 50 } });
    expect(resized).toMatchObject({ holder: 'desktop', size: { cols: 180, rows: 50 } });
    expect(leaveArbiter(resized, 'desktop')).toMatchObject({ holder: 'phone', size: PHONE.wants });
  });

  it('T3, T7: is again the one’s that had it before the daemon was killed, whoever is back first, unless somebody typed since', () => {
    const back = joinArbiter(joinArbiter(newArbiter(SIZE), 'phone', PHONE), 'desktop', DESKTOP, 'the size');
    expect(back).toMatchObject({ holder: 'desktop', size: DESKTOP.wants });
    expect(joinArbiter(back, 'tablet', PHONE, 'the size')).toMatchObject({ holder: 'desktop' });
    const typed = noteInput(joinArbiter(newArbiter(SIZE), 'phone', PHONE), 'phone');
    expect(joinArbiter(typed, 'desktop', DESKTOP, 'the size')).toMatchObject({ holder: 'phone', size: PHONE.wants });
    const hidden = joinArbiter(joinArbiter(newArbiter(SIZE), 'phone', PHONE), 'tab', { ...DESKTOP, visibility: 'hidden' }, 'the size');
    expect(hidden).toMatchObject({ holder: 'phone' });
  });

  it('is left as it is where nobody visible looks, and a hidden viewer never sizes', () => {
    const hidden = joinArbiter(newArbiter(SIZE), 'tab', { ...DESKTOP, visibility: 'hidden' });
    expect(hidden).toMatchObject({ holder: null, size: SIZE });
    expect(noteInput(hidden, 'tab')).toMatchObject({ holder: null, size: SIZE });
    const shown = claimSize(hidden, 'tab', DESKTOP);
    expect(shown).toMatchObject({ holder: 'tab', size: DESKTOP.wants });
    expect(claimSize(shown, 'tab', { ...PHONE, visibility: 'hidden' })).toMatchObject({ holder: null, size: DESKTOP.wants });
  });

  it('is held by a visible viewer whenever there is one, with just the size that one wants', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const claim = fc.record({
      wants: fc.record({ cols: fc.integer({ min: 2, max: 300 }), rows: fc.integer({ min: 2, max: 100 }) }),
      visibility: fc.constantFrom('visible' as const, 'hidden' as const),
    });
    const event = fc.record({ kind: fc.constantFrom('join', 'claim', 'input', 'leave'), id, claim });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let arbiter = newArbiter(SIZE);
        for (const { kind, id: viewer, claim: wish } of events) {
          const before = arbiter;
          if (kind === 'join' && !arbiter.seats.has(viewer)) arbiter = joinArbiter(arbiter, viewer, wish);
          if (kind === 'claim') arbiter = claimSize(arbiter, viewer, wish);
          if (kind === 'input') arbiter = noteInput(arbiter, viewer);
          if (kind === 'leave') arbiter = leaveArbiter(arbiter, viewer);
          const holder = arbiter.holder === null ? undefined : arbiter.seats.get(arbiter.holder);
          const visible = [...arbiter.seats.values()].filter((seat) => seat.visibility === 'visible');
          expect(holder === undefined).toBe(visible.length === 0);
          if (holder === undefined) expect(arbiter.size).toEqual(before.size);
          else expect([holder.visibility, arbiter.size]).toEqual(['visible', holder.wants]);
          const seat = arbiter.seats.get(viewer);
          if ((kind === 'claim' || kind === 'input') && seat?.visibility === 'visible') expect(arbiter.holder).toBe(viewer);
        }
      }),
    );
  });
});
