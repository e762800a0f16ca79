/** The second xterm, in which history is read: it is given text, scrolled, searched and drawn, and takes no input. It must not know where the text is from. */
import { SearchAddon } from '@xterm/addon-search';
import { type LinkEvents, makeXterm } from './make-xterm.ts';
import type { TerminalPreferences } from './preferences.ts';
import { createRenderer } from './renderer.ts';
import type { ScreenSize } from './room.ts';
import type { TerminalTheme } from './theme.ts';

/** More than any host keeps, also where a narrower screen makes more rows of it. */
const ROWS_AT_MOST = 100_000;
/** What is marked and counted at once: marking 2,000 of 5,000 rows takes twice as long as finding them. */
export const MATCHES_AT_MOST = 1_000;

export type SearchHit = { readonly index: number; readonly count: number };

/** Nothing is drawn between these, so that a screen that is written anew does not flicker (xterm gives up after a second). */
const HOLD = '\x1b[?2026h';
const RELEASE = '\x1b[?2026l';
/** No cursor, plain colours, nothing on the screen and nothing above it. */
const CLEAR = '\x1b[?25l\x1b[m\x1b[H\x1b[2J\x1b[3J';

export type HistoryScreen = ReturnType<typeof createHistoryScreen>;

export function createHistoryScreen(deps: {
  readonly size: ScreenSize;
  readonly theme: TerminalTheme;
  readonly preferences: TerminalPreferences;
  readonly renderer: 'webgl' | 'dom';
  readonly events: LinkEvents & {
    readonly onSelection: (selection: 'some' | 'none') => void;
    readonly onSearch: (hit: SearchHit) => void;
    readonly onScroll: () => void;
    /** Somebody scrolled down and is at the end. */
    readonly onBottom: () => void;
  };
}) {
  const { events } = deps;
  let { theme } = deps;
  const element = document.createElement('div');
  element.className = 'ao-terminal ao-history';
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', 'History of the terminal');
  const term = makeXterm({
    theme,
    preferences: { ...deps.preferences, screenReader: 'off' },
    scrollback: ROWS_AT_MOST,
    events,
    options: { ...deps.size, disableStdin: true },
  });
  const renderer = createRenderer(term);
  const search = new SearchAddon({ highlightLimit: MATCHES_AT_MOST });
  term.loadAddon(search);
  const buffer = () => term.buffer.active;
  const isAtBottom = (): boolean => buffer().viewportY >= buffer().baseY;

  search.onDidChangeResults(({ resultIndex, resultCount }) => events.onSearch({ index: resultIndex, count: resultCount }));
  term.onSelectionChange(() => events.onSelection(term.hasSelection() ? 'some' : 'none'));
  /** Each line that is written scrolls, which is nobody's doing. */
  let drawing = 0;
  term.onScroll(() => {
    if (drawing === 0) events.onScroll();
  });
  // After xterm itself has scrolled: its own listener sits further in.
  element.addEventListener('wheel', (event) => {
    if (event.deltaY > 0 && isAtBottom()) events.onBottom();
  });

  return {
    element,
    /** Once the element is in the page. */
    open() {
      term.open(element);
      // The keyboard stays with the live terminal, which knows what each key means.
      if (term.textarea !== undefined) {
        term.textarea.disabled = true;
        term.textarea.setAttribute('aria-hidden', 'true');
        term.textarea.removeAttribute('aria-label');
      }
      renderer.opened();
      renderer.set(deps.renderer);
    },
    /** After it was moved in the page. */
    shown: renderer.opened,
    /** Shows `text` instead of what is there. `above`, `below`: rows were added there, and what is looked at stays where it is. */
    draw(text: string, where: 'end' | 'above' | 'below'): Promise<void> {
      const before = { top: buffer().viewportY, rows: buffer().length };
      if (term.hasSelection()) term.clearSelection();
      drawing += 1;
      return new Promise((resolve) => {
        term.write(`${HOLD}${CLEAR}${text}`, () => {
          const added = where === 'above' ? buffer().length - before.rows : 0;
          if (where === 'end') term.scrollToBottom();
          else term.scrollToLine(before.top + added);
          drawing -= 1;
          term.options.screenReaderMode = deps.preferences.screenReader === 'on';
          term.write(RELEASE, resolve);
        });
      });
    },
    rowsAbove: () => buffer().viewportY,
    rowsBelow: () => buffer().baseY - buffer().viewportY,
    /** Down past the end is `onBottom`. */
    scroll(rows: number) {
      term.scrollLines(rows);
      if (rows > 0 && isAtBottom()) events.onBottom();
    },
    scrollToTop: () => term.scrollToTop(),
    pageRows: () => Math.max(1, term.rows - 1),
    resize(size: ScreenSize) {
      if (size.cols !== term.cols || size.rows !== term.rows) term.resize(size.cols, size.rows);
    },
    find(text: string, direction: 'older' | 'newer', how: 'typed' | 'asked') {
      const options = {
        incremental: how === 'typed',
        decorations: {
          matchBackground: theme.match,
          matchOverviewRuler: theme.match,
          activeMatchBackground: theme.activeMatch,
          activeMatchColorOverviewRuler: theme.activeMatch,
        },
      };
      if (direction === 'older') search.findPrevious(text, options);
      else search.findNext(text, options);
    },
    endSearch() {
      search.clearDecorations();
      term.clearSelection();
    },
    selection: () => term.getSelection(),
    setRenderer: renderer.set,
    setTheme(next: TerminalTheme) {
      theme = next;
      term.options.theme = next.xterm;
      term.options.fontFamily = next.fontFamily;
    },
    setFontSize(px: number) {
      term.options.fontSize = px;
    },
    dispose() {
      renderer.dispose();
      term.dispose();
      element.remove();
    },
  };
}
