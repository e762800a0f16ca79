/**
 * Reading back in a live terminal: the history lies over the live screen, which goes on beneath it, until somebody goes back. Decides
 * when it begins and ends, and what the keys mean meanwhile. The keyboard's focus stays with the live terminal.
 */
import type { TerminalHistory } from '../../server/contract/socket.ts';
import type { HistoryRange } from '../../server/terminal-client/terminal-wire.ts';
import { createHistoryReader, type HistoryReader } from './history-reader.ts';
import { createHistoryScreen, type HistoryScreen } from './history-screen.ts';
import { type KeyPress, matchHistoryKey } from './keys.ts';
import type { LinkEvents } from './make-xterm.ts';
import type { TerminalPreferences } from './preferences.ts';
import type { ScreenSize } from './room.ts';
import type { Cell, TerminalViewState } from './terminal-view-state.ts';
import type { TerminalTheme } from './theme.ts';

/** A search of all rows is a few frames of work: it is done when the typing rests. Milliseconds. */
const FIND_AFTER_MS = 120;

type Reading = { readonly reader: HistoryReader; readonly screen: HistoryScreen; state: 'opening' | 'open' };

export type HistoryDesk = {
  /** From the live screen, or further up. `null`: only there, at its end. */
  readonly enter: (rows: number | null) => void;
  readonly leave: () => void;
  readonly isOpen: () => boolean;
  /** `ours`: it was one of reading back. Any other key is for the program, and ends the reading. */
  readonly key: (press: KeyPress) => 'ours' | 'not ours';
  readonly scroll: (rows: number) => void;
  readonly find: (text: string, direction: 'older' | 'newer', how: 'typed' | 'asked') => void;
  readonly endSearch: () => void;
  readonly selection: () => string;
  readonly plainText: () => Promise<string>;
  /** The program has printed something. */
  readonly printed: () => void;
  readonly resize: (size: ScreenSize) => void;
  readonly setTheme: (theme: TerminalTheme) => void;
  readonly setPreferences: (preferences: TerminalPreferences) => void;
  readonly setRenderer: (renderer: 'webgl' | 'dom') => void;
};

export function createHistoryDesk(deps: {
  /** Where the history is laid over the live screen. */
  readonly place: HTMLElement;
  readonly read: (range: HistoryRange) => Promise<TerminalHistory>;
  readonly cell: Cell<TerminalViewState>;
  readonly size: () => ScreenSize;
  readonly theme: TerminalTheme;
  readonly preferences: TerminalPreferences;
  readonly links: LinkEvents;
  readonly note: (notice: string) => void;
}): HistoryDesk {
  const { cell, note } = deps;
  let { theme, preferences } = deps;
  let renderer: 'webgl' | 'dom' = 'dom';
  let reading: Reading | null = null;
  /** Rows that were asked for before the first page had come. */
  let wanted = 0;
  let query = '';
  let findTimer: ReturnType<typeof setTimeout> | undefined;
  let goingDown = false;

  const failed = (caught: unknown): void =>
    note(`The history could not be read. ${caught instanceof Error ? caught.message : String(caught)}`);

  function tell(): void {
    if (reading?.state !== 'open') return;
    const { reader, screen } = reading;
    cell.set({ history: { rowsBack: screen.rowsBelow(), behind: reader.isBehind() ? 'yes' : 'no', top: reader.top() } });
  }

  function open(): Reading {
    if (reading !== null) return reading;
    const screen = createHistoryScreen({
      size: deps.size(),
      theme,
      preferences,
      renderer,
      events: {
        ...deps.links,
        onSelection: (selection) => cell.set({ selection }),
        onSearch: (search) => cell.set({ search }),
        onScroll: () => reader.scrolled(),
        onBottom: () => void goDown(),
      },
    });
    const reader = createHistoryReader({
      read: deps.read,
      screen,
      onChange: tell,
      onProblem: failed,
    });
    const mine: Reading = { reader, screen, state: 'opening' };
    reading = mine;
    wanted = 0;
    screen.element.style.visibility = 'hidden';
    deps.place.append(screen.element);
    screen.open();
    reader.open().then(
      (some) => {
        if (reading !== mine) return;
        if (some === 'nothing' && query === '') {
          leave();
          return note('Nothing has scrolled off the screen yet.');
        }
        mine.state = 'open';
        screen.element.style.visibility = '';
        if (wanted !== 0) screen.scroll(wanted);
        reader.scrolled();
      },
      (caught: unknown) => {
        if (reading !== mine) return;
        leave();
        failed(caught);
      },
    );
    return mine;
  }

  function leave(): void {
    clearTimeout(findTimer);
    if (reading === null) return;
    const { reader, screen } = reading;
    reading = null;
    reader.close();
    screen.dispose();
    cell.set({ history: null, selection: 'none', search: null, hover: null });
  }

  async function goDown(): Promise<void> {
    if (reading?.state !== 'open' || goingDown) return;
    const mine = reading;
    goingDown = true;
    // What cannot be read any more is no reason to stay.
    const where = await mine.reader.down().catch(() => 'live' as const);
    goingDown = false;
    if (where === 'live' && reading === mine && mine.screen.rowsBelow() === 0) leave();
  }

  function scroll(rows: number): void {
    if (reading?.state === 'open') reading.screen.scroll(rows);
    else wanted += rows;
  }

  function toTop(): void {
    const mine = open();
    mine.reader.all().then(() => {
      if (reading === mine) mine.screen.scrollToTop();
    }, failed);
  }

  return {
    enter(rows) {
      if (reading === null) open();
      if (rows !== null) scroll(-rows);
    },
    leave,
    isOpen: () => reading !== null,
    key(press) {
      const key = matchHistoryKey(press, reading === null ? 'live' : 'history');
      if (key === null) return 'not ours';
      const page = reading?.screen.pageRows() ?? deps.size().rows - 1;
      if (key === 'top') toTop();
      else if (key === 'leave') leave();
      else {
        open();
        scroll({ 'page-up': -page, 'page-down': page, up: -1, down: 1 }[key]);
      }
      return 'ours';
    },
    scroll,
    find(text, direction, how) {
      query = text;
      clearTimeout(findTimer);
      if (text === '') {
        reading?.screen.endSearch();
        cell.set({ search: null });
        return;
      }
      const find = (): void => {
        const mine = open();
        mine.reader.all().then(() => {
          // Only what is asked for by now is worth looking for.
          if (reading === mine && query === text) mine.screen.find(text, direction, how);
        }, failed);
      };
      if (how === 'asked') find();
      else findTimer = setTimeout(find, FIND_AFTER_MS);
    },
    endSearch() {
      query = '';
      clearTimeout(findTimer);
      cell.set({ search: null });
      if (reading === null) return;
      reading.screen.endSearch();
      if (reading.screen.rowsBelow() === 0) leave();
    },
    selection: () => reading?.screen.selection() ?? '',
    plainText: () => open().reader.plainText(),
    printed: () => reading?.reader.printed(),
    resize: (size) => reading?.screen.resize(size),
    setTheme(next) {
      theme = next;
      reading?.screen.setTheme(next);
    },
    setPreferences(next) {
      preferences = next;
      reading?.screen.setFontSize(next.fontSize);
    },
    setRenderer(next) {
      renderer = next;
      reading?.screen.setRenderer(next);
    },
  };
}
