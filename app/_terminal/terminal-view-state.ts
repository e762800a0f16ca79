/** What the page shows around a terminal, as one immutable value, and the cell that holds it for React. */
import type { TerminalWatchers, ViewerAccess } from '../../server/core/terminal/watchers.ts';
import type { AttachState } from '../../server/terminal-client/attach-state.ts';
import type { InputRest } from '../../server/terminal-client/input-sequencer.ts';
import type { SearchHit } from './history-screen.ts';
import type { PasteFacts } from './paste.ts';
import type { ScreenSize } from './room.ts';

/** Something that waits for the user's word. */
export type TerminalQuestion =
  | { readonly kind: 'paste'; readonly text: string; readonly facts: PasteFacts; readonly why: 'multi_line' | 'large' }
  | { readonly kind: 'link'; readonly url: string; readonly why: string };

/** History lies over the live screen. */
export type HistoryView = {
  /** Rows between what is looked at and the end of what is loaded. */
  readonly rowsBack: number;
  /** The program has printed since. */
  readonly behind: 'yes' | 'no';
  readonly top: 'more' | 'start' | 'lost';
};

export type TerminalViewState = {
  readonly attach: AttachState;
  /** Whether there is a picture at all, be it an old one. */
  readonly screen: 'blank' | 'drawn';
  readonly size: ScreenSize;
  readonly room: ScreenSize;
  readonly focus: 'inside' | 'outside';
  readonly selection: 'some' | 'none';
  readonly search: SearchHit | null;
  readonly history: HistoryView | null;
  readonly question: TerminalQuestion | null;
  /** A paste under way, 0 to 1. */
  readonly paste: { readonly units: number; readonly progress: number } | null;
  /** Input that was cut off with the line; shown until the user has seen it. */
  readonly cut: InputRest | null;
  /** Counts keys that were pressed while input was locked; they were not sent, and will not be. */
  readonly lockedKeys: number;
  /** As many of them were pressed before the terminal came back. */
  readonly missedKeys: number;
  readonly bells: number;
  readonly hover: string | null;
  readonly notice: string | null;
  readonly control: 'armed' | 'off';
  /** Everybody who looks; `null` while that is not known. */
  readonly watchers: TerminalWatchers | null;
  readonly access: ViewerAccess;
};

/** Of a terminal that nothing was drawn in yet. */
export function initialViewState({ attach, size }: Pick<TerminalViewState, 'attach' | 'size'>): TerminalViewState {
  return {
    attach,
    screen: 'blank',
    size,
    room: size,
    focus: 'outside',
    selection: 'none',
    search: null,
    history: null,
    question: null,
    paste: null,
    cut: null,
    lockedKeys: 0,
    missedKeys: 0,
    bells: 0,
    hover: null,
    notice: null,
    control: 'off',
    watchers: null,
    access: 'full',
  };
}

/** Another viewer's size holds: there is room beside the terminal, or not enough. */
export function isForeignSize({ attach, screen, size, room }: TerminalViewState): boolean {
  return attach.phase.kind === 'attached' && screen === 'drawn' && (size.cols !== room.cols || size.rows !== room.rows);
}

export type Cell<T> = {
  readonly get: () => T;
  readonly set: (change: Partial<T>) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

export function createCell<T extends object>(initial: T): Cell<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(change) {
      const keys = Object.keys(change) as (keyof T)[];
      if (keys.every((key) => Object.is(value[key], change[key]))) return;
      value = { ...value, ...change };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
