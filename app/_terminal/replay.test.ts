import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { silenceQueries } from './query-guard.ts';
import { START_AFRESH } from './replay.ts';

describe('starting afresh before a snapshot', () => {
  const cutIn = {
    'the middle of a character': new Uint8Array([0xe6, 0xbc]),
    'a CSI sequence': '\x1b[38;2;1',
    'an OSC that never ends': '\x1b]0;title',
    'a DCS that never ends': '\x1bP$q',
    'an APC that never ends': '\x1b_Gf=100',
    'modes left on': '\x1b[?1049h\x1b[?1003h\x1b[?2004h\x1b[?2026h\x1b[5;10r\x1b[?6h\x1b[31mred\x1b[4h',
  };

  it.each(Object.entries(cutIn))('shows the same screen after a stream that was cut in %s (T1, T4)', async (_name, before) => {
    const term = new headless.Terminal({ cols: 20, rows: 5, allowProposedApi: true });
    silenceQueries(term.parser);
    const answers: string[] = [];
    term.onData((data) => answers.push(data));
    const write = (data: string | Uint8Array): Promise<void> => new Promise((resolve) => term.write(data, resolve));
    await write('old text');
    await write(before);
    await write(START_AFRESH);
    await write('new\r\nscreen\x1b[6n\x1b[c');
    const lines = Array.from({ length: 3 }, (_, index) => term.buffer.active.getLine(index)?.translateToString(true));
    expect(lines).toEqual(['new', 'screen', '']);
    expect(term.buffer.active.type).toBe('normal');
    expect(term.modes).toMatchObject({
      mouseTrackingMode: 'none',
      bracketedPasteMode: false,
      originMode: false,
      insertMode: false,
      synchronizedOutputMode: false,
    });
    expect(term.buffer.active.getLine(0)?.getCell(0)?.isFgDefault()).toBe(true);
    expect(answers).toEqual([]);
    term.dispose();
  });
});
