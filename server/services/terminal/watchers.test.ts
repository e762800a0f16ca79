import { describe, expect, it } from 'vitest';
import { LEASE_GRACE_MS } from '../../core/terminal/input-lease.ts';
import type { TerminalWatchers } from '../../core/terminal/watchers.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { somebody } from '../../testing/fakes/terminal.ts';
import { createWatchers, type Watcher } from './watchers.ts';

const [desk, phone] = [somebody('desk'), somebody('phone')];
const open = (who: Watcher['who'], more: Partial<Watcher> = {}): Watcher => ({ who, visibility: 'visible', access: 'full', ...more });

/** `early`: milliseconds that timers come before the clock is there, as those of Node may. */
function makeWatchers({ early = 0 } = {}) {
  const clock = createManualClock();
  const told = new Map<string, TerminalWatchers>();
  let tellings = 0;
  let sizer: string | null = null;
  const watchers = createWatchers({
    clock: { ...clock, after: (ms, run) => clock.after(Math.max(0, ms - early), run) },
    sizer: () => sizer,
    tell: (viewer, all) => {
      tellings += 1;
      told.set(viewer, all);
    },
  });
  return {
    watchers,
    clock,
    told: (viewer: string) => told.get(viewer),
    tellings: () => tellings,
    setSizer: (viewer: string | null) => {
      sizer = viewer;
    },
    settle: () => clock.advance(50),
  };
}

describe('who looks at a terminal', () => {
  it('is told to each of them, with who is seen, sizes and only looks, and not again where nothing has changed', async () => {
    const { watchers, told, tellings, setSizer, settle } = makeWatchers();
    watchers.join('a', open(desk));
    watchers.join('b', open(phone, { visibility: 'hidden', access: 'read-only' }));
    setSizer('a');
    await settle();
    const [one, two] = [
      { number: 1, name: 'desk', place: 'browser', visible: true, access: 'full', sizes: true, keyboard: false },
      { number: 2, name: 'phone', place: 'browser', visible: false, access: 'read-only', sizes: false, keyboard: false },
    ];
    const free = { kind: 'free' };
    expect(told('a')).toEqual({
      people: [
        { ...one, self: true },
        { ...two, self: false },
      ],
      keyboard: free,
    });
    expect(told('b')).toEqual({
      people: [
        { ...one, self: false },
        { ...two, self: true },
      ],
      keyboard: free,
    });
    const before = tellings();
    for (let key = 0; key < 20; key += 1) watchers.changed();
    await settle();
    expect(tellings()).toBe(before);
    watchers.leave('b');
    await settle();
    expect([tellings(), told('a')?.people.map(({ name }) => name)]).toEqual([before + 1, ['desk']]);
  });

  it('may all type, until one keeps the keyboard; another takes it over', async () => {
    const { watchers, told, settle } = makeWatchers();
    watchers.join('a', open(desk));
    watchers.join('b', open(phone));
    const typists = (): readonly string[] => ['a', 'b'].filter(watchers.mayType);
    expect(typists()).toEqual(['a', 'b']);
    watchers.keyboard('a', 'take');
    await settle();
    expect([typists(), watchers.keeper(), told('a')?.keyboard, told('b')?.keyboard]).toEqual([
      ['a'],
      'desk',
      { kind: 'yours' },
      { kind: 'kept', by: 'desk', state: 'here' },
    ]);
    watchers.keyboard('b', 'release');
    expect(typists()).toEqual(['a']);
    watchers.keyboard('b', 'take');
    expect([typists(), watchers.keeper()]).toEqual([['b'], 'phone']);
    watchers.keyboard('b', 'release');
    expect(typists()).toEqual(['a', 'b']);
  });

  it('a read-only one takes no keyboard, and one that becomes so gives it back', () => {
    const { watchers } = makeWatchers();
    watchers.join('a', open(desk));
    watchers.join('b', open(phone, { access: 'read-only' }));
    watchers.keyboard('b', 'take');
    expect(watchers.mayType('a')).toBe(true);
    watchers.keyboard('a', 'take');
    watchers.change('a', { access: 'read-only' });
    watchers.change('b', { access: 'full' });
    expect(watchers.mayType('b')).toBe(true);
  });

  it('the keyboard is free again after its holder has stayed away, also where the timer comes early', async () => {
    const { watchers, clock } = makeWatchers({ early: 0.6 });
    watchers.join('a', open(desk));
    watchers.join('b', open(phone));
    watchers.keyboard('a', 'take');
    watchers.leave('a');
    await clock.advance(LEASE_GRACE_MS + 10);
    expect(watchers.mayType('b')).toBe(true);
  });

  it('the keyboard outlives a reload and a second view of the same tab, and nobody who stays away', async () => {
    const { watchers, told, clock, settle } = makeWatchers();
    watchers.join('a', open(desk));
    watchers.join('a2', open(desk));
    watchers.join('b', open(phone));
    watchers.keyboard('a', 'take');
    watchers.leave('a');
    await settle();
    expect([watchers.mayType('a2'), told('b')?.keyboard]).toEqual([true, { kind: 'kept', by: 'desk', state: 'here' }]);
    watchers.leave('a2');
    await clock.advance(LEASE_GRACE_MS - 1);
    expect([watchers.mayType('b'), told('b')?.keyboard]).toEqual([false, { kind: 'kept', by: 'desk', state: 'away' }]);
    watchers.join('a3', open(desk));
    await clock.advance(LEASE_GRACE_MS);
    expect([watchers.mayType('b'), told('a3')?.keyboard]).toEqual([false, { kind: 'yours' }]);
    watchers.leave('a3');
    await clock.advance(LEASE_GRACE_MS);
    await settle();
    expect([watchers.mayType('b'), told('b')?.keyboard]).toEqual([true, { kind: 'free' }]);
  });

  it('leaves no timer behind', async () => {
    const { watchers, clock, tellings } = makeWatchers();
    watchers.join('a', open(desk));
    watchers.keyboard('a', 'take');
    watchers.leave('a');
    watchers.close();
    await clock.advance(2 * LEASE_GRACE_MS);
    expect(tellings()).toBe(0);
  });
});
