/**
 * Plays a recording on a terminal of its own: outside React, like the live ones. Nothing that is played is answered, typed or put on
 * the clipboard (`query-guard.ts`), and a link is opened only as in a live terminal (`link-guard.ts`).
 */
import { judgeLink } from '../_terminal/link-guard.ts';
import { readPreferences } from '../_terminal/preferences.ts';
import { type Cell, createCell, type TerminalQuestion } from '../_terminal/terminal-view-state.ts';
import { readTheme, watchTheme } from '../_terminal/theme.ts';
import { createXtermScreen } from '../_terminal/xterm-screen.ts';
import { advance, countUntil, type Pace, stepsBetween, type Timeline } from './timeline.ts';

export type PlayerView = Pace & {
  readonly positionMs: number;
  readonly state: 'paused' | 'playing';
  /** A link that has to be confirmed. */
  readonly question: (TerminalQuestion & { readonly kind: 'link' }) | null;
};

export type Player = {
  readonly view: Pick<Cell<PlayerView>, 'get' | 'subscribe'>;
  readonly seek: (positionMs: number) => void;
  readonly toggle: () => void;
  readonly setPace: (pace: Partial<Pace>) => void;
  readonly answer: (word: 'yes' | 'always' | 'no') => void;
  readonly dispose: () => void;
};

/** A tab that was hidden goes on where it was. */
const MAX_FRAME_MS = 250;
const NOTHING = new Uint8Array(0);

export function createPlayer(place: HTMLElement, timeline: Timeline, startMs: number): Player {
  const encoder = new TextEncoder();
  const cell = createCell<PlayerView>({ positionMs: clamp(startMs), state: 'paused', speed: 1, idle: 'skip', question: null });
  const nothing = (): void => undefined;
  const screen = createXtermScreen({
    theme: readTheme(),
    preferences: readPreferences(),
    events: {
      onTyped: nothing,
      onKey: () => 'ours',
      onLink: followLink,
      onHover: nothing,
      onFocus: nothing,
      onSelection: nothing,
      onBell: nothing,
      onScrollBack: nothing,
      onSize: settleSoon,
    },
  });
  /** Events that are on the screen; -1 before the first drawing. */
  let drawn = -1;
  let drawing: 'no' | 'yes' = 'no';
  let frame = 0;
  let settling = 0;
  let lastMs = 0;
  let disposed = false;

  place.append(screen.element);
  screen.reveal();
  const observer = new ResizeObserver(settleSoon);
  observer.observe(place);
  const unwatch = watchTheme(() => screen.setTheme(readTheme()));
  draw();

  function clamp(positionMs: number): number {
    return Math.min(timeline.durationMs, Math.max(0, positionMs));
  }

  /** One at a time; whoever drags the position far gets the last one, not all of them. */
  function draw(): void {
    const until = countUntil(timeline, cell.get().positionMs);
    if (disposed || drawing === 'yes' || until === drawn) return;
    drawing = 'yes';
    const goesBack = until < drawn || drawn === -1;
    if (goesBack) {
      screen.resize(timeline.size.cols, timeline.size.rows);
      screen.replay(NOTHING, nothing);
    }
    for (const step of stepsBetween(timeline, goesBack ? 0 : drawn, until)) {
      if (step.kind === 'size') screen.resize(step.size.cols, step.size.rows);
      else screen.write(encoder.encode(step.text), nothing);
    }
    screen.write(NOTHING, () => {
      drawn = until;
      drawing = 'no';
      settleSoon();
      draw();
    });
  }

  /** After xterm has laid out what it was told: only then is it known whether it is larger than its place. */
  function settleSoon(): void {
    cancelAnimationFrame(settling);
    settling = requestAnimationFrame(() => {
      if (!disposed) screen.settleOverflow('Recorded screen, larger than its place');
    });
  }

  function play(nowMs: number): void {
    const { positionMs, state, speed, idle } = cell.get();
    if (state === 'paused' || disposed) return;
    const next = advance(timeline, positionMs, Math.min(MAX_FRAME_MS, nowMs - lastMs), { speed, idle });
    lastMs = nowMs;
    cell.set(next >= timeline.durationMs ? { positionMs: timeline.durationMs, state: 'paused' } : { positionMs: next });
    draw();
    frame = requestAnimationFrame(play);
  }

  function open(url: string): void {
    window.open(url, '_blank', 'noopener,noreferrer');
  }

  function followLink(uri: string, shown: string | null): void {
    const verdict = judgeLink(uri, shown);
    if (verdict.kind === 'open') open(verdict.url);
    if (verdict.kind === 'confirm') cell.set({ question: { kind: 'link', url: verdict.url, why: verdict.why } });
  }

  return {
    view: cell,
    seek(positionMs) {
      cell.set({ positionMs: clamp(positionMs) });
      draw();
    },
    toggle() {
      const { state, positionMs } = cell.get();
      if (state === 'playing') return cell.set({ state: 'paused' });
      // At the end it begins again.
      cell.set({ state: 'playing', positionMs: positionMs >= timeline.durationMs ? 0 : positionMs });
      lastMs = performance.now();
      frame = requestAnimationFrame(play);
    },
    setPace: (pace) => cell.set(pace),
    answer(word) {
      const { question } = cell.get();
      cell.set({ question: null });
      if (question !== null && word === 'yes') open(question.url);
    },
    dispose() {
      disposed = true;
      cancelAnimationFrame(frame);
      observer.disconnect();
      unwatch();
      screen.dispose();
    },
  };
}
