/**
 * One xterm with its addons, as the rest of the terminal sees it: a screen that is written, measured, searched and drawn. It
 * must not know sessions or sockets. The DOM node lives as long as the screen and is moved between pages.
 */
import { FitAddon } from '@xterm/addon-fit';
import { type ISearchOptions, SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { type IBufferRange, Terminal } from '@xterm/xterm';
import { SIZE_LIMITS } from '../../server/terminal-client/limits.ts';
import type { TerminalPreferences } from './preferences.ts';
import { silenceQueries } from './query-guard.ts';
import { START_AFRESH } from './replay.ts';
import type { TerminalTheme } from './theme.ts';

/** Lines kept in the page. What is older is the session host's to remember. */
const SCROLLBACK_LINES = 5_000;
/** After so many lost WebGL contexts the graphics driver is not to be trusted. */
const MAX_CONTEXT_LOSSES = 2;
/** Of a screen that is made to fit: smaller ones are but dust. */
const MIN_FITTED_PX = 6;
const FALLBACK_SIZE = { cols: 80, rows: 24 } as const;
const ARIA_LABEL = 'Terminal input';

export type ScreenSize = { readonly cols: number; readonly rows: number };
export type SearchHit = { readonly index: number; readonly count: number };

export type ScreenEvents = {
  /** Keys, pasted text and mouse reports as bytes; never an answer to a query. */
  readonly onTyped: (data: Uint8Array, kind: 'key' | 'report') => void;
  readonly onKey: (event: KeyboardEvent) => 'ours' | 'terminal';
  readonly onLink: (uri: string, shown: string | null) => void;
  readonly onHover: (uri: string | null) => void;
  readonly onFocus: (focus: 'inside' | 'outside') => void;
  readonly onSelection: (selection: 'some' | 'none') => void;
  readonly onSearch: (hit: SearchHit) => void;
  readonly onBell: () => void;
  /** Somebody scrolls up where the terminal itself has nothing further up. */
  readonly onScrollBack: () => void;
  readonly onSize: (size: ScreenSize) => void;
};

let fastWebgl: boolean | null = null;
/** Whether WebGL is drawn by a graphics card: done in software it is slower than the DOM, and takes the processor from the agents. */
function hasFastWebgl(): boolean {
  if (fastWebgl !== null) return fastWebgl;
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info') ?? null;
  const name = context === null || info === null ? '' : String(context.getParameter(info.UNMASKED_RENDERER_WEBGL));
  fastWebgl = context !== null && !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return fastWebgl;
}

export function createXtermScreen(deps: {
  readonly events: ScreenEvents;
  readonly theme: TerminalTheme;
  readonly preferences: TerminalPreferences;
}) {
  const { events } = deps;
  let theme = deps.theme;
  const element = document.createElement('div');
  element.className = 'ao-terminal';
  const term = new Terminal({
    allowProposedApi: true,
    cols: FALLBACK_SIZE.cols,
    rows: FALLBACK_SIZE.rows,
    cursorInactiveStyle: 'outline',
    fontFamily: theme.fontFamily,
    fontSize: deps.preferences.fontSize,
    lineHeight: 1.2,
    macOptionClickForcesSelection: true,
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
    screenReaderMode: deps.preferences.screenReader === 'on',
    scrollback: SCROLLBACK_LINES,
    scrollOnUserInput: true,
    theme: theme.xterm,
    linkHandler: {
      allowNonHttpProtocols: true,
      activate: (_event, uri, range) => events.onLink(uri, textOf(range)),
      hover: (_event, uri) => events.onHover(uri),
      leave: () => events.onHover(null),
    },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  const encoder = new TextEncoder();
  term.loadAddon(fit);
  term.loadAddon(search);
  term.loadAddon(new Unicode11Addon());
  term.unicode.activeVersion = '11';
  term.loadAddon(
    new WebLinksAddon((_event, uri) => events.onLink(uri, null), {
      hover: (_event, uri) => events.onHover(uri),
      leave: () => events.onHover(null),
    }),
  );
  silenceQueries(term.parser);

  let opened = false;
  let replaying = 0;
  let room: ScreenSize = FALLBACK_SIZE;
  let renderer: 'webgl' | 'dom' = 'dom';
  let webgl: WebglAddon | null = null;
  let contextLosses = 0;
  /** xterm reports focus when a program turns the mode on, too; only what the user's focus does is told. */
  let focusMoves = false;

  function textOf(range: IBufferRange): string {
    const parts: string[] = [];
    for (let y = range.start.y; y <= range.end.y; y += 1) {
      const from = y === range.start.y ? range.start.x - 1 : 0;
      const until = y === range.end.y ? range.end.x : term.cols;
      parts.push(term.buffer.active.getLine(y - 1)?.translateToString(true, from, until) ?? '');
    }
    return parts.join('');
  }

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
  search.onDidChangeResults(({ resultIndex, resultCount }) => events.onSearch({ index: resultIndex, count: resultCount }));
  term.attachCustomKeyEventHandler((event) => events.onKey(event) === 'terminal');
  // The alternate screen, which tmux always draws on, turns the wheel into arrow keys, and a shell takes those for "previous
  // command". Whoever scrolls up wants the history.
  term.attachCustomWheelEventHandler((event) => {
    if (term.buffer.active.type === 'normal' || term.modes.mouseTrackingMode !== 'none') return true;
    if (event.deltaY < 0) events.onScrollBack();
    return false;
  });

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

  const dropWebgl = (): void => {
    webgl?.dispose();
    webgl = null;
  };
  const draw = (): void => {
    if (!opened) return;
    if (renderer === 'dom' || contextLosses >= MAX_CONTEXT_LOSSES || !hasFastWebgl()) return dropWebgl();
    if (webgl !== null) return;
    try {
      const addon = new WebglAddon();
      addon.onContextLoss(() => {
        contextLosses += 1;
        if (webgl === addon) dropWebgl();
      });
      term.loadAddon(addon);
      webgl = addon;
    } catch {
      // No WebGL 2 here: the DOM draws the same, only slower.
      contextLosses = MAX_CONTEXT_LOSSES;
    }
  };

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

  const searchOptions = (): ISearchOptions => ({
    decorations: {
      matchBackground: theme.match,
      matchOverviewRuler: theme.match,
      activeMatchBackground: theme.activeMatch,
      activeMatchColorOverviewRuler: theme.activeMatch,
    },
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
      draw();
    },
    /** What there is room for; the last known where it is not shown. */
    measure(): ScreenSize {
      const size = opened && element.isConnected ? fit.proposeDimensions() : undefined;
      if (size === undefined || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return room;
      room = {
        cols: Math.min(SIZE_LIMITS.maxCols, Math.max(SIZE_LIMITS.minCols, size.cols)),
        rows: Math.min(SIZE_LIMITS.maxRows, Math.max(SIZE_LIMITS.minRows, size.rows)),
      };
      return room;
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
    /** Where the screen is larger than its place, its end shows, and the keyboard can scroll it. */
    settleOverflow(label: string) {
      const overflows = element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
      if (overflows) {
        element.tabIndex = 0;
        element.setAttribute('role', 'region');
        element.setAttribute('aria-label', label);
        element.scrollTop = endOfText() - element.clientHeight;
      } else {
        element.removeAttribute('tabindex');
        element.removeAttribute('role');
        element.removeAttribute('aria-label');
      }
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
    modes: () => ({
      bracketed: term.modes.bracketedPasteMode,
      cursorKeys: term.modes.applicationCursorKeysMode ? ('application' as const) : ('normal' as const),
    }),
    selection: () => term.getSelection(),
    setRenderer(next: 'webgl' | 'dom') {
      renderer = next;
      draw();
    },
    renderer: (): 'webgl' | 'dom' => (webgl === null ? 'dom' : 'webgl'),
    setTheme(next: TerminalTheme) {
      theme = next;
      term.options.theme = next.xterm;
      term.options.fontFamily = next.fontFamily;
    },
    setPreferences(next: Pick<TerminalPreferences, 'screenReader'>) {
      term.options.screenReaderMode = next.screenReader === 'on';
    },
    find(text: string, direction: 'next' | 'previous') {
      if (text === '') search.clearDecorations();
      else if (direction === 'next') search.findNext(text, searchOptions());
      else search.findPrevious(text, searchOptions());
    },
    endSearch() {
      search.clearDecorations();
    },
    dispose() {
      dropWebgl();
      term.dispose();
      element.remove();
    },
  };
}
