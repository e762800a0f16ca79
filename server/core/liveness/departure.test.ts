import { expect, it } from 'vitest';
import { departureOf, type TabEnd } from './departure.ts';

it.each<[TabEnd, 'left' | 'lost']>([
  [{ from: 'here', said: 'nothing', twin: 'none' }, 'left'],
  [{ from: 'here', said: 'goodbye', twin: 'none' }, 'left'],
  [{ from: 'tunnel', said: 'goodbye', twin: 'none' }, 'left'],
  [{ from: 'tunnel', said: 'nothing', twin: 'none' }, 'lost'],
  [{ from: 'tunnel', said: 'nothing', twin: 'connected' }, 'left'],
])('L4: a tab that ends as %j has %s', (end, expected) => {
  expect(departureOf(end)).toBe(expected);
});
