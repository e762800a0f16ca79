import { expect, it } from 'vitest';
import { makeXterm } from './make-xterm.ts';
import type { TerminalPreferences } from './preferences.ts';
import type { TerminalTheme } from './theme.ts';

it('T7: shows nothing of what stood beyond an edge that moved in, when a program takes characters out of a row', async () => {
  const term = makeXterm({
    theme: { fontFamily: 'monospace', xterm: {} } as TerminalTheme,
    preferences: { fontSize: 13, screenReader: 'off' } as TerminalPreferences,
    scrollback: 0,
    events: { onLink: () => undefined, onHover: () => undefined },
  });
  term.resize(10, 3);
  const write = (text: string): Promise<void> => new Promise((resolve) => term.write(text, resolve));
  const row = (): string | undefined => term.buffer.active.getLine(0)?.translateToString(true);
  await write('\x1b[?1049h\x1b[Habcdefghij');
  term.resize(6, 3);
  expect(row()).toBe('abcdef');
  await write('\x1b[H\x1b[2P');
  expect(row()).toBe('cdef');
  // A full reset brings another buffer with it.
  await write('\x1bc\x1b[?1049h\x1b[Habcdef');
  term.resize(4, 3);
  await write('\x1b[H\x1b[1P');
  expect(row()).toBe('bcd');
});
