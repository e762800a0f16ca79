/** The list of guards stays true: each is still there, once, and each test still has its name and names its fault. Running them is by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARDS } from './guards/list.mjs';
import { ROOT } from './lib/root.mjs';
import { takeOut } from './without-guard.mjs';

const read = (file) => readFileSync(join(ROOT, file), 'utf8');

describe('the guards against the faults of lifecycle, terminals and delivery', () => {
  it('are there, once each, and each is named by a test that names its fault', () => {
    for (const guard of GUARDS) {
      const { fault, clause, test } = guard;
      expect(takeOut(read(guard.file), guard), clause).not.toBe(read(guard.file));
      expect(read(test.written ?? test.file), clause).toContain(test.name);
      expect(read(test.written ?? test.file), clause).toMatch(new RegExp(`\\b${fault}\\b`));
    }
  });

  it('leave no fault out', () => {
    const numbered = (letter, count) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
    const faults = [...numbered('L', 12), ...numbered('T', 8), ...numbered('D', 3)];
    expect(new Set(GUARDS.map(({ fault }) => fault))).toEqual(new Set(faults));
  });

  it('are told apart: a clause is listed once', () => {
    const clauses = GUARDS.map(({ fault, clause }) => `${fault} ${clause}`);
    expect(new Set(clauses).size).toBe(clauses.length);
  });

  it('refuse to be taken out of a text that has them twice, or not at all', () => {
    expect(() => takeOut('if (a) if (a)', { find: 'if (a)', without: '' })).toThrow('2 times');
    expect(() => takeOut('if (b)', { find: 'if (a)', without: '' })).toThrow('0 times');
    expect(takeOut('if (a) $&', { find: 'if (a)', without: '$1' })).toBe('$1 $&');
  });
});
