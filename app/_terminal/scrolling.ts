/** What a wheel and a finger mean in rows. */

type Wheel = Pick<WheelEvent, 'deltaY' | 'deltaMode'>;

const LINES_MODE = 1;
const PAGES_MODE = 2;
const ROWS_OF_A_PAGE = 20;

/** At least one: whoever turns the wheel wants to see something move. */
export function rowsOfWheel({ deltaY, deltaMode }: Wheel, rowHeight: number): number {
  const amount = Math.abs(deltaY);
  if (deltaMode === PAGES_MODE) return ROWS_OF_A_PAGE * Math.ceil(amount);
  return Math.max(1, Math.round(deltaMode === LINES_MODE ? amount : amount / Math.max(1, rowHeight)));
}

/** A finger that moves less than this has tapped. CSS pixels. */
const TAP_SLACK = 8;
/** What is left of the speed after each frame without a finger, and where it ends. Rows a millisecond. */
const GLIDE = { keeps: 0.95, until: 0.004 } as const;

/**
 * Turns what one finger does on `element` into rows, upwards negative, and lets them run out as a page does; xterm has no touch of
 * its own. `wants` is asked once for each gesture: a place that scrolls by itself keeps it.
 */
export function watchTouch(
  element: HTMLElement,
  on: {
    readonly rowHeight: () => number;
    readonly wants: () => boolean;
    /** `gliding`: no finger is there any more. */
    readonly rows: (rows: number, how: 'held' | 'gliding') => void;
  },
): { readonly stop: () => void } {
  let last: { readonly y: number; readonly atMs: number } | null = null;
  let state: 'tap' | 'ours' | 'theirs' = 'tap';
  let rest = 0;
  let speed = 0;
  let frame = 0;

  const move = (pixels: number, how: 'held' | 'gliding'): void => {
    rest += pixels / Math.max(1, on.rowHeight());
    const rows = Math.trunc(rest);
    rest -= rows;
    if (rows !== 0) on.rows(rows, how);
  };
  const glide = (beforeMs: number): void => {
    frame = requestAnimationFrame((nowMs) => {
      move(speed * on.rowHeight() * (nowMs - beforeMs), 'gliding');
      speed *= GLIDE.keeps;
      if (Math.abs(speed) > GLIDE.until) glide(nowMs);
    });
  };
  const halt = (): void => {
    cancelAnimationFrame(frame);
    speed = 0;
  };

  element.addEventListener(
    'touchstart',
    (event) => {
      halt();
      const touch = event.touches.length === 1 ? event.touches[0] : undefined;
      last = touch === undefined ? null : { y: touch.clientY, atMs: event.timeStamp };
      state = 'tap';
      rest = 0;
    },
    { passive: true },
  );
  element.addEventListener(
    'touchmove',
    (event) => {
      const touch = event.touches[0];
      if (last === null || touch === undefined || state === 'theirs') return;
      const pixels = last.y - touch.clientY;
      if (state === 'tap') {
        if (Math.abs(pixels) < TAP_SLACK) return;
        state = on.wants() ? 'ours' : 'theirs';
        if (state === 'theirs') return;
      }
      event.preventDefault();
      const tookMs = Math.max(1, event.timeStamp - last.atMs);
      speed = pixels / Math.max(1, on.rowHeight()) / tookMs;
      last = { y: touch.clientY, atMs: event.timeStamp };
      move(pixels, 'held');
    },
    { passive: false },
  );
  element.addEventListener('touchend', (event) => {
    // A finger that rested before it left has stopped what it moved.
    if (state === 'ours' && last !== null && event.timeStamp - last.atMs < 80) glide(performance.now());
    last = null;
  });
  element.addEventListener('touchcancel', halt);
  return { stop: halt };
}
