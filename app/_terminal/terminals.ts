/**
 * The terminals of this tab: one registry for each socket, which lives as long as the page does. What concerns all of them,
 * the theme and the font size, is kept here.
 */
import type { Socket } from 'socket.io-client';
import type { ServerToTab, TabToServer } from '../../server/contract/socket.ts';
import { createTerminalWire } from '../../server/terminal-client/terminal-wire.ts';
import { createLiveTerminal, type LiveTerminal } from './live-terminal.ts';
import { clampFontSize, readPreferences, savePreferences, type TerminalPreferences } from './preferences.ts';
import { createTerminalRegistry, type TerminalRegistry } from './registry.ts';
import { loadRenderer } from './renderer.ts';
import { type Cell, createCell } from './terminal-view-state.ts';
import { readTheme, watchTheme } from './theme.ts';

type TerminalSocket = Socket<ServerToTab, TabToServer>;

export type Terminals = Pick<TerminalRegistry<LiveTerminal>, 'show' | 'hide' | 'drop'> & {
  /** Whether it is alive, and so shown at once. */
  readonly has: (sessionId: string) => boolean;
  readonly preferences: Pick<Cell<TerminalPreferences>, 'get' | 'subscribe'>;
  readonly changeFontSize: (change: number | 'reset') => void;
  readonly toggleScreenReader: () => void;
};

const ofSocket = new WeakMap<TerminalSocket, Terminals>();

export function terminalsOf(socket: TerminalSocket): Terminals {
  const known = ofSocket.get(socket);
  if (known !== undefined) return known;
  const made = createTerminals(socket);
  ofSocket.set(socket, made);
  return made;
}

function createTerminals(socket: TerminalSocket): Terminals {
  const wire = createTerminalWire(socket);
  const preferences = createCell(readPreferences());
  const platform = /Mac|iPhone|iPad/.test(navigator.platform) ? 'mac' : 'other';
  const registry = createTerminalRegistry({
    create: (sessionId) => createLiveTerminal({ sessionId, wire, platform, theme: readTheme(), preferences: preferences.get() }),
  });
  watchTheme(() => {
    const theme = readTheme();
    for (const terminal of registry.all()) terminal.setTheme(theme);
  });
  const choose = (next: Partial<TerminalPreferences>): void => {
    preferences.set(next);
    savePreferences(preferences.get());
    for (const terminal of registry.all()) terminal.setPreferences(preferences.get());
  };
  return {
    show: registry.show,
    hide: registry.hide,
    drop: registry.drop,
    has: (sessionId) => registry.peek(sessionId) !== null,
    preferences,
    changeFontSize: (change) => choose({ fontSize: clampFontSize(change === 'reset' ? Number.NaN : preferences.get().fontSize + change) }),
    toggleScreenReader: () => choose({ screenReader: preferences.get().screenReader === 'on' ? 'off' : 'on' }),
  };
}

/** A terminal measures its font once: it waits for the page's own, though not for long. Milliseconds. */
const FONT_LIMIT_MS = 1_500;

async function fontReady(): Promise<void> {
  const family = getComputedStyle(document.documentElement).getPropertyValue('--term-font').split(',')[0] ?? '';
  const limit = new Promise<void>((resolve) => {
    setTimeout(resolve, FONT_LIMIT_MS);
  });
  const fonts = ['', 'bold '].map((weight) => document.fonts.load(`${weight}13px ${family}`));
  await Promise.race([Promise.allSettled(fonts), limit]);
}

/** What a terminal has to wait for before it is made; where it was waited for before, it is at hand. */
export async function terminalReady(): Promise<void> {
  await Promise.all([fontReady(), loadRenderer()]);
}
