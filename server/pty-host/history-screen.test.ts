import { describe, expect, it } from 'vitest';
import type { HistoryPage, HistoryRange } from '../ports/runtime.ts';
import { type HistoryScreen, openHistoryScreen } from './history-screen.ts';

const SIZE = { cols: 20, rows: 5 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function open(): { readonly screen: HistoryScreen; readonly answers: string[]; readonly text: (lines?: number) => string } {
  const answers: string[] = [];
  const screen = openHistoryScreen(SIZE, (reply) => answers.push(new TextDecoder().decode(reply)));
  return { screen, answers, text: (lines = 1_000) => screen.text(lines) };
}

const write = (screen: HistoryScreen, data: string | Uint8Array): void => screen.write(typeof data === 'string' ? bytes(data) : data);
const read = (screen: HistoryScreen, range: HistoryRange): HistoryPage => screen.history(range);

describe('the screen of a pty host', () => {
  it('reads as text: wrapped lines as one, over the edge of the history too, nothing trailing', () => {
    const { screen, text } = open();
    write(screen, `one  \r\n${'0123456789'.repeat(12)}\r\nlast   \r\n\r\n`);
    expect(text()).toBe(`one\n${'0123456789'.repeat(12)}\nlast`);
    expect(text(0)).toBe(`${'0123456789'.repeat(4)}\nlast`);
    write(screen, '\x1b[?1049h\x1b[Hfull screen');
    expect(text()).toBe(`one\n${'0123456789'.repeat(12).slice(0, 80)}\nfull screen`);
  });

  it('T7: keeps nothing of what stood beyond an edge that moved in, when a program takes characters out of a row', () => {
    const { screen, text } = open();
    write(screen, '\x1b[?1049h\x1b[H0123456789abcdefghij');
    screen.resize({ cols: 12, rows: 5 });
    expect(text(0)).toBe('0123456789ab');
    write(screen, '\x1b[H\x1b[2P');
    expect(text(0)).toBe('23456789ab');
  });

  it('is read back in pages, in colour, with nothing but SGR: they and the screen join to the whole, a line that goes on stays one', () => {
    const { screen, text } = open();
    const wide = `${'0123456789'.repeat(2).slice(1)}世${'x'.repeat(18)}`;
    const lines = Array.from(
      { length: 30 },
      (_, line) => `\x1b[3${line % 8};1mline\x1b[0m ${line}\x1b[5G${line % 3 === 0 ? '' : '\x1b[41m \x1b[m'}`,
    );
    write(screen, [...lines, wide, '\x1b[44m\x1b[K\x1b[m', 'a\x1b[10Gb'].join('\r\n'));
    const newest = read(screen, { from: null, rows: 7, anchor: null });
    const older = read(screen, { from: 0, rows: newest.first, anchor: newest.first });
    expect([older.rows, older.screen, older.anchor]).toEqual([newest.first, null, newest.anchor]);
    const whole = `${older.text}${newest.text}${newest.screen}`;
    const plain = whole.replaceAll(/\x1b\[[0-9;:]*m/g, '');
    // The text has a blank where the wide character did not fit any more.
    expect(plain.replaceAll(/ +$/gm, '')).toBe(text().replace(' 世', '世'));
    expect(plain).toContain(`${wide}\n`);
    // Shown on another terminal of that width it is what it was, row by row.
    const again = open();
    write(again.screen, whole.replaceAll('\n', '\r\n'));
    const shown = read(again.screen, { from: 0, rows: newest.total, anchor: newest.first });
    expect(shown).toEqual({ ...newest, first: 0, rows: newest.total, text: `${older.text}${newest.text}` });
  });

  it('is read back in what there is, with the screen beneath a full-screen program’s', () => {
    const { screen } = open();
    write(screen, 'one\r\ntwo\x1b[?1049h\x1b[H\x1b[32mfull\x1b[m screen');
    for (const from of [null, 0, 7_000]) {
      const page = read(screen, { from, rows: 10, anchor: 9_000 });
      expect(page).toMatchObject({ total: 0, first: 0, rows: 0, text: '', anchor: '', cols: 20 });
      expect(page.screen?.trimEnd()).toBe('one\ntwo\n\x1b[0;32mfull\x1b[0m screen');
    }
    const visible = screen.visible();
    expect(visible).toEqual({ cols: 20, text: `\x1b[0;32mfull\x1b[0m screen${'\n'.repeat(4)}` });
  });

  it('T6: answers each question once, in order, and what it cannot not at all', () => {
    const { screen, answers } = open();
    write(screen, 'ab\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[>q\x1b]10;?\x07\x1b]11;?\x1b\\\x1bP$qm\x1b\\\x1b[?2004$p\x1b[18t\x1b[?u');
    expect(answers).toEqual([
      '\x1b[?1;2c',
      '\x1b[>0;276;0c',
      '\x1b[0n',
      '\x1b[1;3R',
      '\x1bP>|xterm.js(6.0.0)\x1b\\',
      '\x1b]10;rgb:d4d4/d4d4/d4d4\x1b\\',
      '\x1b]11;rgb:1616/1616/1616\x1b\\',
      '\x1bP1$r0m\x1b\\',
      '\x1b[?2004;2$y',
      '\x1b[8;5;20t',
    ]);
  });

  it.each([
    ['an empty one', ''],
    ['a full one', 'a\r\nb\r\nc\r\nd\r\ne'],
    ['one with a history', Array.from({ length: 12 }, (_, line) => `line ${line}`).join('\r\n')],
    ['one within margins, under origin mode, in the middle of a sequence', 'a\r\nb\x1b[2;4r\x1b[?6h\x1b[2Hc\x1b[31'],
    ['an alternate one over another', 'beneath\x1b[?1049h\x1b[3;3Hon top\x1b[?25l\x1b[4h'],
  ])('T4: is renewed with what it shows in the history: %s', (_what, before) => {
    const { screen, text } = open();
    write(screen, before);
    const shown = text()
      .split('\n')
      .filter((line) => line !== '');
    write(screen, screen.renewal());
    expect(text(0)).toBe('');
    const kept = text()
      .split('\n')
      .filter((line) => line !== '');
    expect(kept).toEqual(before.includes('beneath') ? ['beneath', '  on top'] : shown);
    expect(screen.pasteMode()).toBe('plain');
    write(screen, 'anew');
    expect(text(0)).toBe('anew');
  });

  it('knows by all that was written how a paste is wanted', () => {
    const { screen } = open();
    write(screen, '\x1b[?2004h');
    expect(screen.pasteMode()).toBe('bracketed');
  });
});
