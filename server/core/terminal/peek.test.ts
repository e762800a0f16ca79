import { describe, expect, it } from 'vitest';
import { PEEK_COLS, PEEK_ROWS, type PeekLines, toPeek, versionOf } from './peek.ts';

const textOf = (lines: PeekLines): readonly string[] => lines.map((line) => line.map(({ text }) => text).join(''));

describe('a peek at a screen', () => {
  it('is its last lines, without the blank ones below, and no longer than a card has room for', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}   `);
    const peek = toPeek(`${lines.join('\n')}\n   \n\n`);
    expect(textOf(peek)).toEqual(lines.slice(-PEEK_ROWS));
    expect(toPeek(' \n\n')).toEqual([]);
    expect(textOf(toPeek(`${'世'.repeat(500)}\x1b[31mred`))).toEqual(['世'.repeat(PEEK_COLS)]);
  });

  it('has the colours and looks that tmux writes, over the end of a line', () => {
    expect(
      toPeek(
        '\x1b[31mred\x1b[39m \x1b[1m\x1b[44mblue\x1b[0m\x1b[39m\x1b[49m \x1b[7mrev\x1b[0m \x1b[38;2;1;2;3m\x1b[48;5;200mx\x1b[39m\x1b[49m\n\x1b[4:3m\x1b[58;5;3mcurly\n\x1b[4:0;94mon\x1b[0;22m',
      ),
    ).toEqual([
      [
        { text: 'red', fg: 1 },
        { text: ' ' },
        { text: 'blue', bg: 4, looks: ['bold'] },
        { text: ' ' },
        { text: 'rev', looks: ['reverse'] },
        { text: ' ' },
        { text: 'x', fg: '#010203', bg: '#ff00d7' },
      ],
      [{ text: 'curly', looks: ['underline'] }],
      [{ text: 'on', fg: 12 }],
    ]);
    expect(toPeek('\x1b[38:2::255:128:0ma\x1b[38:5:244mb\x1b[38;5;9mc\x1b[38;5;999md\x1b[38;2;1mе')).toMatchObject([
      [{ fg: '#ff8000' }, { fg: '#808080' }, { fg: 9 }, { fg: 9 }, { fg: 9 }],
    ]);
    expect(textOf(toPeek('\x0elqk\x0f lqk'))).toEqual(['┌─┐ lqk']);
  });

  it('keeps coloured blanks, which are a bar, and hides what is hidden', () => {
    expect(toPeek('\x1b[42m    \x1b[0m   ')).toEqual([[{ text: '    ', bg: 2 }]]);
    expect(toPeek('a\x1b[8msecret\x1b[28mb')).toEqual([[{ text: 'a' }, { text: '      ' }, { text: 'b' }]]);
  });

  it('S8: lets nothing through that could act: links, clipboard, titles, queries, control characters, reordered text', () => {
    const hostile = [
      '\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07',
      '\x1b]8;id=1;https://evil.example\x1b\\click\x1b]8;;\x1b\\',
      '\x1b]52;c;cm0gLXJmIC8=\x07copied',
      '\x1b]0;Needs you\x07title',
      '\x1bP$qm\x1b\\\x1b_Gi=1;AAAA\x1b\\graphics',
      '\x1b[6n\x1b[c\x1b[?1049h\x1b[2J\x1b[999;999Hmoved',
      '\x1b]52;c;never ended',
      'a\x00b\x07c\x08d\x7fe\u009b31mf\u0085g',
      '\u202efdp.exe\u2066\u200f',
      '<img src=x onerror=alert(1)>&amp;',
      'cut\x1b[31',
    ];
    const peek = toPeek(hostile.join('\n'));
    expect(textOf(peek)).toEqual([
      'click',
      'click',
      'copied',
      'title',
      'graphics',
      'moved',
      '',
      'abcde31mfg',
      'fdp.exe',
      '<img src=x onerror=alert(1)>&amp;',
      'cut',
    ]);
    const all = JSON.stringify(peek);
    for (const part of ['evil', 'javascript', 'cm0g', 'Needs you', 'never ended']) expect(all).not.toContain(part);
    expect(textOf(peek).join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  });

  it('takes no longer for a hostile screen than for any other', () => {
    const started = performance.now();
    for (const text of ['\x1b]'.repeat(200_000), '\x1b['.repeat(200_000), `\x1b[${'1;'.repeat(200_000)}`, '\x1b]x'.repeat(200_000)])
      toPeek(text);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('the version of a screen', () => {
  it('is another one for another screen', () => {
    expect(versionOf('a')).toBe(versionOf('a'));
    expect(new Set(['', 'a', 'b', 'ab', 'ba', '\x1b[31ma'].map(versionOf)).size).toBe(6);
  });
});
