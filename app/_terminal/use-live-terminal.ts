/** Ties a session's terminal to a place in the page: shown while the component is there, alive when it is not. */
'use client';

import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import type { TabSocket } from '../_data/socket.ts';
import type { LiveTerminal } from './live-terminal.ts';
import type { ShownAs } from './registry.ts';
import type { TerminalViewState } from './terminal-view-state.ts';
import { terminalReady, terminalsOf } from './terminals.ts';

export function useLiveTerminal(options: {
  readonly sessionId: string;
  readonly socket: TabSocket;
  readonly container: RefObject<HTMLElement | null>;
  /** `away`: not now, though its place is there. */
  readonly as?: ShownAs | 'away';
}): LiveTerminal | null {
  const { sessionId, socket, container, as = 'page' } = options;
  const [terminal, setTerminal] = useState<LiveTerminal | null>(null);
  useEffect(() => {
    const place = container.current;
    if (place === null || as === 'away') return;
    const terminals = terminalsOf(socket);
    let left = false;
    // One that is warm has measured its font: it is there in the same frame as its page.
    if (terminals.has(sessionId)) setTerminal(terminals.show(sessionId, place, as));
    else
      void terminalReady().then(() => {
        if (!left) setTerminal(terminals.show(sessionId, place, as));
      });
    return () => {
      left = true;
      setTerminal(null);
      terminals.hide(sessionId, place);
    };
  }, [sessionId, socket, container, as]);
  return terminal;
}

const never = (): (() => void) => () => undefined;

export function useTerminalView(terminal: LiveTerminal | null): TerminalViewState | null {
  return useSyncExternalStore(terminal?.view.subscribe ?? never, terminal?.view.get ?? (() => null), () => null);
}
