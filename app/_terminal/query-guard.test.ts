import headless from '@xterm/headless';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silenceQueries } from './query-guard.ts';

const ESC = '\x1b';
const QUERIES = {
  DA1: `${ESC}[c`,
  'DA1 with a parameter': `${ESC}[0c`,
  'DA1 as ESC Z': `${ESC}Z`,
  DA2: `${ESC}[>c`,
  DA3: `${ESC}[=c`,
  'DSR status': `${ESC}[5n`,
  'DSR cursor': `${ESC}[6n`,
  'DECDSR cursor': `${ESC}[?6n`,
  'DECRQM private': `${ESC}[?2026$p`,
  'DECRQM ansi': `${ESC}[4$p`,
  XTVERSION: `${ESC}[>0q`,
  kitty: `${ESC}[?u`,
  DECRQSS: `${ESC}P$qm${ESC}\\`,
  XTGETTCAP: `${ESC}P+q544e${ESC}\\`,
  'OSC 4': `${ESC}]4;1;?${ESC}\\`,
  'OSC 4 beside a change': `${ESC}]4;1;#ff0000;2;?\x07`,
  'OSC 10': `${ESC}]10;?${ESC}\\`,
  'OSC 10 and 11 at once': `${ESC}]10;?;?\x07`,
  'OSC 11': `${ESC}]11;?\x07`,
  'OSC 12': `${ESC}]12;?\x07`,
  'OSC 52': `${ESC}]52;c;?\x07`,
  'window size': `${ESC}[18t`,
  'window pixels': `${ESC}[14t`,
} as const;
/** Headless xterm has no colours to report; it answers these. */
const ANSWERED_UNGUARDED: readonly (keyof typeof QUERIES)[] = [
  'DA1',
  'DA2',
  'DSR status',
  'DSR cursor',
  'DECDSR cursor',
  'DECRQM private',
  'DECRQM ansi',
  'DECRQSS',
];

describe('a terminal that never answers (T6)', () => {
  let term: headless.Terminal;
  let answers: string[];
  const write = (data: string): Promise<void> => new Promise((resolve) => term.write(data, resolve));

  beforeEach(() => {
    answers = [];
    term = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
    term.onData((data) => answers.push(data));
  });
  afterEach(() => term.dispose());

  it.each(ANSWERED_UNGUARDED)('would answer %s without the guard', async (name) => {
    await write(QUERIES[name]);
    expect(answers).toHaveLength(1);
  });

  it.each(Object.keys(QUERIES) as (keyof typeof QUERIES)[])('gives no answer to %s', async (name) => {
    silenceQueries(term.parser);
    await write(QUERIES[name]);
    expect(answers).toEqual([]);
  });

  it('gives none when the question arrives cut into single bytes (T1)', async () => {
    silenceQueries(term.parser);
    for (const query of Object.values(QUERIES)) for (const byte of query) await write(byte);
    expect(answers).toEqual([]);
  });

  it('still draws what is around the question, and still types what the user types', async () => {
    silenceQueries(term.parser);
    await write(`ab${QUERIES['DSR cursor']}cd${QUERIES.DECRQSS}ef`);
    expect(term.buffer.active.getLine(0)?.translateToString(true)).toBe('abcdef');
    term.input('x');
    expect(answers).toEqual(['x']);
  });

  it('leaves cursor styles, modes and colours that are set, not asked for, alone', async () => {
    silenceQueries(term.parser);
    await write(`${ESC}[?2004h${ESC}[4 q${ESC}]4;1;#112233\x07${ESC}[?1049h`);
    expect(term.modes.bracketedPasteMode).toBe(true);
    expect(term.buffer.active.type).toBe('alternate');
  });
});
