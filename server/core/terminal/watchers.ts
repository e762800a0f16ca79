/** Who looks at a terminal, as one of its viewers is told. Types only. */

/** `read-only`: nothing of its input is typed, and it has no say in the size. */
export type ViewerAccess = 'full' | 'read-only';

export type TerminalWatcher = {
  /** Of this terminal, in the order in which they came. */
  readonly number: number;
  /** Of the browser, as it was paired. */
  readonly name: string;
  /** `terminal`: an `ao attach`. */
  readonly place: 'browser' | 'terminal';
  /** Whether it is the viewer that is told. */
  readonly self: boolean;
  readonly visible: boolean;
  readonly access: ViewerAccess;
  /** The terminal has this one's size. */
  readonly sizes: boolean;
  readonly keyboard: boolean;
};

export type TerminalWatchers = {
  /** In the order in which they came. */
  readonly people: readonly TerminalWatcher[];
  /** `away`: whoever keeps it has gone, perhaps only to reload; a moment later it is free. */
  readonly keyboard:
    | { readonly kind: 'free' }
    | { readonly kind: 'yours' }
    | { readonly kind: 'kept'; readonly by: string; readonly state: 'here' | 'away' };
};
