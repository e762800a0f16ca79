import { describe, expect, it } from 'vitest';
import { startAttach } from '../../server/terminal-client/attach-state.ts';
import { createPasteDesk } from './paste-desk.ts';
import type { TerminalViewState } from './terminal-view-state.ts';

function world(state: 'attached' | 'away' = 'attached') {
  const view: Partial<TerminalViewState> = {};
  const sources: Iterator<Uint8Array>[] = [];
  const log: string[] = [];
  const desk = createPasteDesk({
    link: {
      state: () =>
        state === 'attached'
          ? { ...startAttach('up'), phase: { kind: 'attached', attachId: 'a', sinceMs: 0, failures: 0 } }
          : startAttach('down'),
      paste: (frames) => {
        sources.push(frames);
        return 'sent';
      },
    },
    cell: { set: (change) => Object.assign(view, change) },
    modes: () => ({ bracketed: true }),
    onStarted: () => log.push('started'),
    onRefused: () => log.push('refused'),
  });
  const typed = (): string => sources.map((source) => Buffer.concat([...{ [Symbol.iterator]: () => source }]).toString()).join('');
  return { desk, view, sources, log, typed };
}

describe('pasting', () => {
  it('types one line at once', () => {
    const { desk, view, typed } = world();
    desk.paste('ls');
    expect(view.question).toBeUndefined();
    expect(typed()).toBe('\x1b[200~ls\x1b[201~');
  });

  it('types nothing of several lines into a shell before the user said so', () => {
    const { desk, view, sources, typed } = world();
    desk.setProgram('shell');
    desk.paste('a\nb');
    expect(sources).toEqual([]);
    expect(view.question).toMatchObject({ kind: 'paste', why: 'multi_line' });
    desk.confirm('a\nb', 'yes');
    expect(typed()).toContain('a\rb');
  });

  it('asks again the next time, unless told not to', () => {
    const { desk, view, sources } = world();
    desk.setProgram('shell');
    desk.confirm('a\nb', 'yes');
    desk.paste('a\nb');
    expect(view.question).toMatchObject({ kind: 'paste' });
    desk.confirm('a\nb', 'always');
    const before = sources.length;
    desk.paste('c\nd');
    expect(sources).toHaveLength(before + 1);
  });

  it('keeps nothing for later while the terminal is away', () => {
    const { desk, sources, log, view } = world('away');
    desk.paste('ls');
    expect(sources).toEqual([]);
    expect(view.question).toBeUndefined();
    expect(log).toEqual(['refused']);
  });

  it('shows how far a long one is, and stops where it is told to', () => {
    const { desk, view, sources } = world();
    desk.confirm('x'.repeat(1_000_000), 'yes');
    for (let count = 0; count < 5; count += 1) sources[0]?.next();
    expect(view.paste?.progress).toBeGreaterThan(0);
    desk.cancel();
    expect(sources[0]?.next().value).toEqual(new TextEncoder().encode('\x1b[201~'));
    expect(sources[0]?.next().done).toBe(true);
  });
});
