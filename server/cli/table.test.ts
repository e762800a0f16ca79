import { describe, expect, it } from 'vitest';
import { formatFacts, formatTable, toPlain, toPlainLines } from './table.ts';

describe('text for people', () => {
  it('S8: never sends a control or a direction change to the terminal, whatever a title says', () => {
    const hostile = 'a\u001b]52;c;ZXZpbA==\u0007b\u009b31m\u202egnp.exe\r\nc';
    expect(toPlain(hostile)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(toPlainLines('screen\u001b[31m\u0007\n\tnext')).toBe('screen[31m\n\tnext');
    expect(toPlain('👩\u200d💻 ok')).toBe('👩\u200d💻 ok');
  });

  it('aligns columns, ends no line with blanks, and cuts what is too long', () => {
    const table = formatTable(
      ['ID', 'TITLE'],
      [
        ['app-1', 'x'.repeat(200)],
        ['a', ''],
      ],
    );
    const lines = table.split('\n');
    expect(lines[0]).toBe('ID     TITLE');
    expect(lines[1]?.endsWith('…')).toBe(true);
    expect(lines[1]?.length).toBe(7 + 72);
    expect(lines[2]).toBe('a');
  });

  it('leaves empty facts out', () => {
    expect(
      formatFacts([
        ['id', 'app-1'],
        ['exit', null],
        ['branch', ''],
        ['count', 0],
      ]),
    ).toBe('id     app-1\ncount  0');
  });
});
