import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropQueryReplies, type InputState } from './query-replies.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const text = (data: Uint8Array): string => String.fromCharCode(...data);
const filter = (input: string, state: InputState = 'keys'): string => text(dropQueryReplies(bytes(input), state).data);

const REPLIES = {
  'DA1 of xterm.js': '\x1b[?1;2c',
  'DA1 with many attributes': '\x1b[?64;1;2;6;9;15;18;21;22c',
  DA2: '\x1b[>0;276;0c',
  DA3: '\x1bP!|00000000\x1b\\',
  'DSR, all is well': '\x1b[0n',
  'the cursor position': '\x1b[24;80R',
  'the cursor position, row 1': '\x1b[1;1R',
  'the cursor position, private': '\x1b[?24;80R',
  'the colour scheme': '\x1b[?997;1n',
  'DECRPM, private': '\x1b[?2026;2$y',
  'DECRPM, ANSI': '\x1b[4;2$y',
  'size in characters': '\x1b[8;24;80t',
  'size in pixels': '\x1b[4;600;800t',
  'size of a cell': '\x1b[6;17;8t',
  'flags of the kitty keyboard': '\x1b[?0u',
  'graphics attributes': '\x1b[?1;0;256S',
  DECRQSS: '\x1bP1$r0m\x1b\\',
  XTGETTCAP: '\x1bP1+r524742=38\x1b\\',
  XTVERSION: '\x1bP>|xterm.js(6.0.0)\x1b\\',
  'foreground, ST': '\x1b]10;rgb:ffff/ffff/ffff\x1b\\',
  'background, BEL': '\x1b]11;rgb:0000/0000/0000\x07',
  'a palette colour': '\x1b]4;7;rgb:c0c0/c0c0/c0c0\x1b\\',
  'the clipboard': '\x1b]52;c;c2VjcmV0\x1b\\',
} as const;

const KEYS = [
  'a',
  'ü',
  '\r',
  '\t',
  '\x03',
  '\x7f',
  '\x1b',
  '\x1b[A',
  '\x1bOA',
  '\x1b[1;5C',
  '\x1b[H',
  '\x1b[3~',
  '\x1b[15;2~',
  '\x1bOP',
  '\x1bOR',
  '\x1b[1;2R',
  '\x1b[1;5R',
  '\x1b[1;16R',
  '\x1b[1;2P',
  '\x1b[1;3S',
  '\x1b[Z',
  '\x1b[27;5;9~',
  '\x1b[97;5u',
  '\x1b[1;5:3A',
  '\x1ba',
  '\x1b]',
  '\x1bP',
  '\x1b[I',
  '\x1b[O',
  '\x1b[<0;10;20M',
  '\x1b[<0;10;20m',
  '\x1b[<65;1;1M',
  '\x1b[M !!',
  '\x1bc',
  '\x1bn',
  '\x1b[200~',
  '\x1b[201~',
]; // prettier-ignore

describe('replies of a viewer’s terminal', () => {
  it.each(Object.entries(REPLIES))('T6: %s is dropped', (_name, reply) => {
    expect(filter(reply)).toBe('');
    expect(filter(`ls${reply}\r`)).toBe('ls\r');
    expect(filter(`${reply}${reply}`)).toBe('');
  });

  it('T6: every key, mouse and focus report passes, in any order and among replies', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...KEYS.filter((key) => !/\[20[01]~|^\x1b[\]P]?$/.test(key))).map((key) => ({ key, kept: key })),
            fc.constantFrom(...Object.values(REPLIES)).map((key) => ({ key, kept: '' })),
          ),
        ),
        (parts) => {
          // Latin-1 stands for bytes here.
          expect(filter(parts.map(({ key }) => key).join(''))).toBe(parts.map(({ kept }) => kept).join(''));
        },
      ),
    );
    for (const key of KEYS) expect(filter(key)).toBe(key);
  });

  it('T6, T8: leaves whatever is inside a paste, also one that is cut into frames', () => {
    const pasted = `\x1b[200~${REPLIES.DA2} and ${REPLIES.DECRQSS}`;
    const first = dropQueryReplies(bytes(pasted), 'keys');
    expect([text(first.data), first.state]).toEqual([pasted, 'paste']);
    const second = dropQueryReplies(bytes(`${REPLIES.DA2}\x1b[201~${REPLIES.DA2}x`), first.state);
    expect([text(second.data), second.state]).toEqual([`${REPLIES.DA2}\x1b[201~x`, 'keys']);
  });

  it('gives back the same bytes where there is nothing to drop', () => {
    const data = bytes('plain \x1b[A');
    expect(dropQueryReplies(data, 'keys').data).toBe(data);
  });

  it('T8: takes no more time for a hostile frame than for another', () => {
    const hostile = bytes('\x1bP>|\x1b]52;\x1b[1;\x1b[?'.repeat(4_000));
    const startedMs = performance.now();
    dropQueryReplies(hostile, 'keys');
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
