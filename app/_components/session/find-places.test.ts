import { describe, expect, it } from 'vitest';
import { findPlaces } from './find-places.ts';

describe('finding in a history', () => {
  it('finds every place, whatever the case, in order', () => {
    expect(findPlaces('Error: no\nan error\nERROR', 'error')).toEqual([0, 13, 19]);
  });

  it('takes what is looked for literally', () => {
    expect(findPlaces('a.c abc (a+b)', 'a.c')).toEqual([0]);
    expect(findPlaces('a.c abc (a+b)', '(a+')).toEqual([8]);
  });

  it('finds nothing for nothing, and keeps the newest of very many', () => {
    expect(findPlaces('text', '')).toEqual([]);
    expect(findPlaces('x'.repeat(1_500), 'x').slice(0, 2)).toEqual([500, 501]);
  });
});
