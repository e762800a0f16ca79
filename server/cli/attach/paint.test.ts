import { describe, expect, it } from 'vitest';
import { paint, toBanner } from './paint.ts';

const picture = { rows: ['one', 'two'], cursor: { row: 1, col: 3 }, modes: '\x1b[?2004h' };

describe('painting a terminal', () => {
  it('draws everything where nobody knows what is there, and nothing where it is there already', () => {
    const all = paint(null, picture);
    for (const part of ['\x1b[2J', 'one', 'two', '\x1b[?2004h', '\x1b[2;4H\x1b[?25h']) expect(all).toContain(part);
    expect(paint(picture, { ...picture, rows: [...picture.rows] })).toBe('');
  });

  it('draws only the rows that differ, and erases those that are gone', () => {
    const text = paint(picture, { ...picture, rows: ['one'] });
    expect(text).toContain('\x1b[2H\x1b[2K');
    expect(text).not.toMatch(/one|two|2004|\[2J/);
  });

  it('turns every mode off before it turns on those that are wanted now', () => {
    const text = paint(picture, { ...picture, modes: '\x1b[?1h' });
    expect(text.indexOf('\x1b[?2004l')).toBeLessThan(text.indexOf('\x1b[?1h'));
    expect(text).toContain('\x1b[?2004l');
  });

  it('leaves the cursor hidden where it is not to be seen', () => {
    const text = paint(picture, { ...picture, cursor: null });
    expect(text).toContain('\x1b[?25l');
    expect(text).not.toContain('\x1b[?25h');
  });

  it('cuts and fills a banner to the width of its row', () => {
    expect([toBanner('a banner', 4), toBanner('a', 3)]).toEqual(['\x1b[7ma ba\x1b[0m', '\x1b[7ma  \x1b[0m']);
  });
});
