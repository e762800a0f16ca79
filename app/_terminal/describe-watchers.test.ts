import { describe, expect, it } from 'vitest';
import type { TerminalWatcher, TerminalWatchers } from '../../server/core/terminal/watchers.ts';
import { describeCount, describeWatcher, isCompany, nameSizer, whyNotTyped } from './describe-watchers.ts';

const desk: TerminalWatcher = {
  number: 1,
  name: 'Desk',
  place: 'browser',
  self: true,
  visible: true,
  access: 'full',
  sizes: false,
  keyboard: false,
};
const phone: TerminalWatcher = { ...desk, number: 2, name: 'Phone', self: false };
const free: TerminalWatchers = { people: [desk], keyboard: { kind: 'free' } };
const kept: TerminalWatchers = { people: [desk, { ...phone, keyboard: true }], keyboard: { kind: 'kept', by: 'Phone', state: 'here' } };

describe('who looks at a terminal, in words', () => {
  it('is nothing to somebody who is alone with it and may type', () => {
    expect(isCompany(free)).toBe(false);
    expect(isCompany({ ...free, people: [desk, phone] })).toBe(true);
    expect(isCompany({ ...free, keyboard: { kind: 'yours' } })).toBe(true);
    expect(isCompany({ ...free, people: [{ ...desk, access: 'read-only' }] })).toBe(true);
  });

  it('counts them and says who keeps the keyboard', () => {
    expect([describeCount({ ...free, keyboard: { kind: 'yours' } }), describeCount(kept)]).toEqual([
      'Only you look at this terminal; you keep the keyboard',
      '2 look at this terminal; Phone keeps the keyboard',
    ]);
  });

  it('says what each does', () => {
    expect(describeWatcher(desk)).toEqual([]);
    expect(describeWatcher({ ...phone, place: 'terminal', visible: false, access: 'read-only', sizes: true, keyboard: true })).toEqual([
      'ao attach',
      'in the background',
      'only looks',
      'sets the size',
      'keeps the keyboard',
    ]);
  });

  it('says why nothing is typed, and who sizes', () => {
    expect([whyNotTyped(free, 'full'), whyNotTyped(kept, 'full'), whyNotTyped(null, 'full')]).toEqual([
      null,
      'Phone keeps the keyboard',
      null,
    ]);
    expect(whyNotTyped(free, 'read-only')).toBe('you only look at this terminal');
    expect([nameSizer(null), nameSizer({ ...free, people: [desk, { ...phone, sizes: true }] })]).toEqual(['another viewer', 'Phone']);
  });
});
