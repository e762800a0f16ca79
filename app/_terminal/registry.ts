/**
 * The terminals that are alive in this tab, outside React: a page that is left and entered again finds its terminal as it
 * was. Beyond a number of them the one that has not been shown for longest is let go; its next showing attaches anew. It must
 * not know xterm: it is given how to make a terminal.
 */

/** Each keeps an attach, a screen and a few MB. */
export const MAX_LIVE_TERMINALS = 6;
/** Browsers drop the oldest WebGL context from about 16 on, over all tabs of a process; the others draw with the DOM. */
export const MAX_WEBGL_TERMINALS = 3;

/** `page`: the one that the page is about. `tile`: one of several, which looks on until it is typed into. */
export type ShownAs = 'page' | 'tile';

export type RegisteredTerminal = {
  readonly element: Node;
  readonly shown: (as: ShownAs) => void;
  readonly hidden: () => void;
  readonly setRenderer: (renderer: 'webgl' | 'dom') => void;
  readonly dispose: () => void;
};

export type TerminalRegistry<T extends RegisteredTerminal> = {
  /** Puts the session's terminal into `container`, made anew if need be. Tiles stand beside each other, a page's terminal alone. */
  readonly show: (sessionId: string, container: Pick<Node, 'appendChild'>, as?: ShownAs) => T;
  /** Takes it out again, alive. Does nothing if it is shown elsewhere by now. */
  readonly hide: (sessionId: string, container: Pick<Node, 'appendChild'>) => void;
  /** For a session that is gone for good. */
  readonly drop: (sessionId: string) => void;
  readonly peek: (sessionId: string) => T | null;
  readonly all: () => readonly T[];
};

export function createTerminalRegistry<T extends RegisteredTerminal>(deps: {
  readonly create: (sessionId: string) => T;
}): TerminalRegistry<T> {
  /** Least recently shown first. */
  const live = new Map<string, T>();
  const shown = new Map<string, { readonly container: Pick<Node, 'appendChild'>; readonly as: ShownAs }>();

  const drop = (sessionId: string): void => {
    const terminal = live.get(sessionId);
    live.delete(sessionId);
    shown.delete(sessionId);
    terminal?.dispose();
  };

  const settle = (): void => {
    const unseen = [...live.keys()].filter((id) => !shown.has(id));
    for (const id of unseen.slice(0, Math.max(0, live.size - MAX_LIVE_TERMINALS))) drop(id);
    const rest = [...live.values()];
    const firstWithWebgl = Math.max(0, rest.length - MAX_WEBGL_TERMINALS);
    for (const [index, terminal] of rest.entries()) terminal.setRenderer(index >= firstWithWebgl ? 'webgl' : 'dom');
  };

  const takeOut = (sessionId: string): void => {
    const terminal = live.get(sessionId);
    shown.delete(sessionId);
    terminal?.element.parentNode?.removeChild(terminal.element);
    terminal?.hidden();
  };

  return {
    show(sessionId, container, as = 'page') {
      for (const [id, other] of shown) {
        const stays = id === sessionId ? other.container === container && other.as === as : other.as === 'tile' && as === 'tile';
        if (!stays) takeOut(id);
      }
      const terminal = live.get(sessionId) ?? deps.create(sessionId);
      live.delete(sessionId);
      live.set(sessionId, terminal);
      container.appendChild(terminal.element);
      shown.set(sessionId, { container, as });
      settle();
      terminal.shown(as);
      return terminal;
    },
    hide(sessionId, container) {
      if (shown.get(sessionId)?.container === container) takeOut(sessionId);
    },
    drop,
    peek: (sessionId) => live.get(sessionId) ?? null,
    all: () => [...live.values()],
  };
}
