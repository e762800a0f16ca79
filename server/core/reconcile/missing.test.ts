import { expect, it } from 'vitest';
import type { SessionId } from '../ids.ts';
import { countMisses, isConfirmedMissing, MISSING_FOR_MS } from './missing.ts';

const id = 'app-1' as SessionId;

it('confirms absence only after three looks over ten seconds', () => {
  let history = countMisses(new Map(), [id], 0);
  expect(isConfirmedMissing(history.get(id), 0)).toBe(false);
  history = countMisses(history, [id], 5_000);
  expect(isConfirmedMissing(history.get(id), MISSING_FOR_MS + 1)).toBe(false);
  history = countMisses(history, [id], 9_999);
  expect(isConfirmedMissing(history.get(id), 9_999)).toBe(false);
  expect(isConfirmedMissing(history.get(id), MISSING_FOR_MS)).toBe(true);
});

it('starts over when the session was seen in between', () => {
  let history = countMisses(new Map(), [id], 0);
  history = countMisses(history, [], 6_000);
  history = countMisses(history, [id], 7_000);
  history = countMisses(history, [id], 8_000);
  history = countMisses(history, [id], 11_000);
  expect(isConfirmedMissing(history.get(id), 11_000)).toBe(false);
  expect(isConfirmedMissing(history.get(id), 17_000)).toBe(true);
});
