/**
 * Keeps the user's terminal showing what the screen is: at most so many pictures a second, and none while the last one is still on
 * its way, so that a slow line gets fewer pictures instead of old ones.
 */
import type { WindowPicture } from '../../adapters/screen/screen-window.ts';
import type { OwnTerminal } from '../own-terminal.ts';
import { paint } from './paint.ts';

/** Milliseconds. */
const FRAME_MS = 12;

export type Painter = {
  readonly soon: () => void;
  /** The terminal was resized: nobody knows what it shows. */
  readonly afresh: () => void;
  readonly stop: () => void;
};

export function createPainter(deps: { readonly picture: () => WindowPicture; readonly terminal: Pick<OwnTerminal, 'write'> }): Painter {
  let shown: WindowPicture | null = null;
  let state: 'idle' | 'due' | 'writing' | 'dirty' | 'stopped' = 'idle';
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function draw(): void {
    lastMs = performance.now();
    const next = deps.picture();
    const text = paint(shown, next);
    shown = next;
    if (text === '') {
      state = 'idle';
      return;
    }
    state = 'writing';
    deps.terminal.write(text, () => {
      if (state === 'dirty') wait();
      else if (state === 'writing') state = 'idle';
    });
  }

  function wait(): void {
    state = 'due';
    timer = setTimeout(draw, Math.max(0, lastMs + FRAME_MS - performance.now()));
  }

  const soon = (): void => {
    if (state === 'idle') wait();
    else if (state === 'writing') state = 'dirty';
  };
  return {
    soon,
    afresh() {
      shown = null;
      soon();
    },
    stop() {
      state = 'stopped';
      clearTimeout(timer);
    },
  };
}
