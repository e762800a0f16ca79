/**
 * One xterm with its addons, as the rest of the terminal sees it: a screen that is written, measured, searched and drawn. It
 * must not know sessions or sockets. The DOM node lives as long as the screen and is moved between pages.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SIZE_LIMITS } from '../../server/terminal-client/limits.ts';
import { type LinkEvents, makeXterm } from './make-xterm.ts';
import type { TerminalPreferences } from './preferences.ts';
import { createRenderer } from './renderer.ts';
import { START_AFRESH } from './replay.ts';
import { type Measured, type ScreenSize, settleRoom } from './room.ts';
import { rowsOfWheel } from './scrolling.ts';
import type { TerminalTheme } from './theme.ts';

/** Lines kept in the page. What is older is the session host's to remember. */
const SCROLLBACK_LINES = 5_000;
/** Of a screen that is made to fit: smaller ones are but dust. */
const MIN_FITTED_PX = 6;
const FALLBACK_SIZE = { cols: 80, rows: 24 } as const;
const ARIA_LABEL = 'Terminal input';

export type ScreenEvents = LinkEvents & {
  /** Keys, pasted text and mouse reports as bytes; never an answer to a query. */
  readonly onTyped: (data: Uint8Array, kind: 'key' | 'report') => void;
  readonly onKey: (event: KeyboardEvent) => 'ours' | 'terminal';
  readonly onFocus: (focus: 'inside' | 'outside') => void;
  readonly onSelection: (selection: 'some' | 'none') => void;
  readonly onBell: () => void;
  /** Somebody scrolls up where the terminal itself has nothing further up; rows, 1 or more. */
  readonly onScrollBack: (rows: number) => void;
  readonly onSize: (size: ScreenSize) => void;
};

export function createXtermScreen(deps: {
  readonly events: ScreenEvents;
  readonly theme: TerminalTheme;
  readonly preferences: TerminalPreferences;
}) {
  const { events, theme } = deps;
  const element = document.createElement('div');
  element.className = 'ao-terminal';
  const term = makeXterm({ theme, preferences: deps.preferences, scrollback: SCROLLBACK_LINES, events });
  const renderer = createRenderer(term);
  const fit = new FitAddon();
  const encoder = new TextEncoder();
  term.loadAddon(fit);

  let opened = false;
  let replaying = 0;
  let measured: Measured | null = null;
  /** xterm reports focus when a program turns the mode on, too; only what the user's focus does is told. */
  let focusMoves = false;

  term.onData((data) => {
    const isFocusReport = data === '\x1b[I' || data === '\x1b[O';
    if (isFocusReport && !focusMoves) return;
    const isReport = isFocusReport || /^\x1b\[(?:<|M)/.test(data);
    events.onTyped(encoder.encode(data), isReport ? 'report' : 'key');
  });
  term.onBinary((data) =>
    events.onTyped(
      Uint8Array.from(data, (character) => character.charCodeAt(0)),
      'report',
    ),
  );
  term.onSelectionChange(() => events.onSelection(term.hasSelection() ? 'some' : 'none'));
  term.onBell(() => {
    if (replaying === 0) events.onBell();
  });
  term.onResize((size) => events.onSize(size));
  term.attachCustomKeyEventHandler((event) => events.onKey(event) === 'terminal');
  // The alternate screen, which tmux always draws on, turns the wheel into arrow keys, and a shell takes those for "previous
  // command". Whoever scrolls up wants the history. Where a program has the mouse, the wheel is its own.
  term.attachCustomWheelEventHandler((event) => {
    if (term.modes.mouseTrackingMode !== 'none') return true;
    const { type, viewportY } = term.buffer.active;
    if (type === 'normal' && (event.deltaY >= 0 || viewportY > 0)) return true;
    if (event.deltaY < 0 && !event.shiftKey) events.onScrollBack(rowsOfWheel(event, rowHeight()));
    return false;
  });
  const rowHeight = (): number => (term.element?.querySelector('.xterm-screen')?.clientHeight ?? 0) / term.rows;

  const noteFocus = (): void => {
    focusMoves = true;
    // Not a microtask: those run between two listeners of one event, before xterm has seen it.
    setTimeout(() => {
      focusMoves = false;
    });
  };
  element.addEventListener('focus', noteFocus, true);
  element.addEventListener('blur', noteFocus, true);
  element.addEventListener('focusin', (event) => {
    if (event.target === term.textarea) events.onFocus('inside');
  });
  element.addEventListener('focusout', () => events.onFocus('outside'));

  /** How far down the last line with anything on it ends, in CSS pixels from the top of what can be scrolled. */
  function endOfText(): number {
    const box = term.element?.querySelector('.xterm-screen');
    const buffer = term.buffer.active;
    let row = term.rows - 1;
    while (row > 0 && (buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? '') === '') row -= 1;
    if (box === null || box === undefined) return 0;
    const { top, height } = box.getBoundingClientRect();
    return top - element.getBoundingClientRect().top + element.scrollTop + ((row + 2) * height) / term.rows;
  }

  /** Where the end was last shown, for as long as what there is to see overflows. */
  let endAt: number | null = null;

  function showEnd(): void {
    element.scrollTop = endOfText() - element.clientHeight;
    endAt = element.scrollTop;
  }

  // Once a frame at most. Who has scrolled elsewhere stays there.
  term.onWriteParsed(() => {
    if (endAt !== null && element.scrollTop === endAt) showEnd();
  });

  return {
    element,
    /** Once the element is in the page: a terminal is opened where it can be measured. */
    reveal() {
      if (!opened) {
        opened = true;
        term.open(element);
        term.textarea?.setAttribute('aria-label', ARIA_LABEL);
        // Entered by a click or by the button beside it, never by Tab, which would not get out again (WCAG 2.1.2).
        if (term.textarea !== undefined) term.textarea.tabIndex = -1;
      }
      renderer.opened();
    },
    /** What there is room for; the last known where it is not shown. */
    measure(): ScreenSize {
      const size = opened && element.isConnected ? fit.proposeDimensions() : undefined;
      if (size === undefined || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return measured?.room ?? FALLBACK_SIZE;
      const room = {
        cols: Math.min(SIZE_LIMITS.maxCols, Math.max(SIZE_LIMITS.minCols, size.cols)),
        rows: Math.min(SIZE_LIMITS.maxRows, Math.max(SIZE_LIMITS.minRows, size.rows)),
      };
      const { offsetWidth: width, offsetHeight: height } = element;
      const cells = term.element?.querySelector('.xterm-screen')?.getBoundingClientRect() ?? { width: 0, height: 0 };
      measured = settleRoom(measured, {
        room,
        place: { width, height, cellWidth: cells.width / term.cols, cellHeight: cells.height / term.rows },
      });
      return measured.room;
    },
    /** The largest text up to `max` with which the whole screen fits its place, or the smallest there is. */
    fitText(max: number) {
      const fits = (): number => {
        const room = opened && element.isConnected ? fit.proposeDimensions() : undefined;
        return room === undefined || !Number.isFinite(room.cols) ? 1 : Math.min(room.cols / term.cols, room.rows / term.rows);
      };
      term.options.fontSize = max;
      let size = Math.max(MIN_FITTED_PX, Math.min(max, Math.floor(max * fits() * 2) / 2));
      term.options.fontSize = size;
      // Cells are whole pixels, so the sum is not exact.
      while (size > MIN_FITTED_PX && fits() < 1) {
        size -= 0.5;
        term.options.fontSize = size;
      }
    },
    setTextSize(px: number) {
      term.options.fontSize = px;
    },
    /** Where the screen is larger than its place, its end shows, also when more is printed, and the keyboard can scroll it. */
    settleOverflow(label: string) {
      const overflows = element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
      if (overflows) {
        element.tabIndex = 0;
        element.setAttribute('role', 'region');
        element.setAttribute('aria-label', label);
        showEnd();
      } else {
        endAt = null;
        element.removeAttribute('tabindex');
        element.removeAttribute('role');
        element.removeAttribute('aria-label');
      }
    },
    /** Moves a screen that is larger than its place; answers the rows that went beyond it. */
    scrollOverflow(rows: number): number {
      const before = element.scrollTop;
      element.scrollTop += rows * rowHeight();
      const left = rows - (element.scrollTop - before) / Math.max(1, rowHeight());
      return rows < 0 ? Math.ceil(left) : Math.floor(left);
    },
    size: (): ScreenSize => ({ cols: term.cols, rows: term.rows }),
    resize(cols: number, rows: number) {
      term.write('', () => {
        if (cols !== term.cols || rows !== term.rows) term.resize(cols, rows);
      });
    },
    replay(data: Uint8Array, done: () => void) {
      replaying += 1;
      term.write(START_AFRESH);
      term.write(data, () => {
        replaying -= 1;
        done();
      });
    },
    write: (data: Uint8Array, done: () => void) => term.write(data, done),
    focus: () => term.focus(),
    blur: () => term.blur(),
    scrollToBottom: () => term.scrollToBottom(),
    rowHeight,
    modes: () => ({
      bracketed: term.modes.bracketedPasteMode,
      cursorKeys: term.modes.applicationCursorKeysMode ? ('application' as const) : ('normal' as const),
    }),
    selection: () => term.getSelection(),
    setRenderer: renderer.set,
    setTheme(next: TerminalTheme) {
      term.options.theme = next.xterm;
      term.options.fontFamily = next.fontFamily;
    },
    setPreferences(next: Pick<TerminalPreferences, 'screenReader'>) {
      term.options.screenReaderMode = next.screenReader === 'on';
    },
    dispose() {
      renderer.dispose();
      term.dispose();
      element.remove();
    },
  };
}
