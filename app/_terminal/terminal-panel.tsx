/**
 * A session's terminal in the page, with everything around it. What the session itself has to say, that it ended, waits or
 * recovers, is the caller's (`notice`); that nothing can be typed, and why, is said there, too.
 */
'use client';

import '@xterm/xterm/css/xterm.css';
import './terminal.css';
import { clsx } from 'clsx';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardWord } from '../../server/contract/socket.ts';
import type { TerminalWatchers, ViewerAccess } from '../../server/core/terminal/watchers.ts';
import type { AttachPhase } from '../../server/terminal-client/attach-state.ts';
import { type Command, useCommands } from '../_data/commands.tsx';
import { useSocket } from '../_data/live.tsx';
import { isCompany, KEYBOARD_ACTION, whyNotTyped } from './describe-watchers.ts';
import { KeyBar } from './key-bar.tsx';
import { SHORTCUT_KEYS } from './keys.ts';
import { hasFinePointer } from './pointer.ts';
import { PasteHereDialog, TerminalQuestionDialog } from './questions.tsx';
import { SearchBar } from './search-bar.tsx';
import { TerminalNotes } from './terminal-notes.tsx';
import { TerminalToolbar } from './terminal-toolbar.tsx';
import { isForeignSize } from './terminal-view-state.ts';
import { terminalReady, terminalsOf } from './terminals.ts';
import { useKeyboardInset } from './use-keyboard-inset.ts';
import { useLiveTerminal, useTerminalView } from './use-live-terminal.ts';

export type TerminalPanelProps = {
  readonly sessionId: string;
  /** A shell asks before several lines are pasted. */
  readonly program: 'shell' | 'other';
  /** The launch that can be attached to now, or `null` while there is none. */
  readonly launch: string | null;
  /** `pressed` grows with each key that went nowhere because input is locked. */
  readonly notice: (terminal: {
    readonly phase: AttachPhase;
    readonly screen: 'blank' | 'drawn';
    readonly pressed: number;
    readonly retryNow: () => void;
  }) => ReactNode;
};

/** Font and renderer, while the page still finds out what to show. */
export function prepareTerminal(): void {
  void terminalReady();
}

export function TerminalPanel({ sessionId, program, launch, notice }: TerminalPanelProps) {
  const socket = useSocket();
  const terminals = terminalsOf(socket);
  const preferences = useSyncExternalStore(terminals.preferences.subscribe, terminals.preferences.get, terminals.preferences.get);
  const place = useRef<HTMLDivElement>(null);
  const entry = useRef<HTMLButtonElement>(null);
  const terminal = useLiveTerminal({ sessionId, socket, container: place });
  const view = useTerminalView(terminal);
  const [searching, setSearching] = useState<'yes' | 'no'>('no');
  const [pasteHere, setPasteHere] = useState<'open' | 'closed'>('closed');
  const [fullscreen, setFullscreen] = useFullscreen();
  const inset = useKeyboardInset();

  useEffect(() => {
    terminal?.setHost({ onSearch: () => setSearching('yes'), onLeave: () => entry.current?.focus() });
    return () => terminal?.setHost(null);
  }, [terminal]);
  useEffect(() => terminal?.setProgram(program), [terminal, program]);
  useEffect(() => terminal?.setLaunch(launch), [terminal, launch]);
  useEffect(() => {
    if (terminal !== null && hasFinePointer()) terminal.focus();
  }, [terminal]);

  const isAttached = view?.attach.phase.kind === 'attached';
  useEffect(() => {
    // The button that brought it back, Resume or Retry now, has gone with its notice.
    if (isAttached && document.activeElement === document.body && hasFinePointer()) terminal?.focus();
  }, [terminal, isAttached]);

  const endSearch = (): void => {
    setSearching('no');
    terminal?.endSearch();
    terminal?.focus();
  };
  const pasteFromClipboard = (): void => {
    navigator.clipboard.readText().then(
      (text) => terminal?.paste(text),
      () => setPasteHere('open'),
    );
  };
  const toggleHistory = (): void => {
    terminal?.toggleHistory();
    if (hasFinePointer()) terminal?.focus();
  };
  const focus = view?.focus ?? 'outside';
  const isOver = view?.attach.phase.kind === 'exited' || view?.attach.phase.kind === 'gone';
  useCommands(
    terminalCommands({
      search: () => setSearching('yes'),
      enter: () => terminal?.focus(),
      copy: () => void terminal?.copySelection(),
      history: () => toggleHistory(),
      copyHistory: () => void terminal?.copyHistory(),
      fullscreen: () => setFullscreen(fullscreen === 'on' ? 'off' : 'on'),
      fontSize: terminals.changeFontSize,
      screenReader: terminals.toggleScreenReader,
      isScreenReader: preferences.screenReader,
      keyboard: (word) => terminal?.keyboard(word),
      watchers: view?.watchers ?? null,
      access: view?.access ?? 'full',
    }),
  );

  return (
    <section
      aria-label="Terminal"
      style={{ paddingBottom: inset }}
      className={clsx('flex min-h-0 min-w-0 flex-1 flex-col bg-canvas', fullscreen === 'on' && 'fixed inset-0 z-30')}
    >
      <TerminalToolbar
        entry={entry}
        focus={focus}
        input={isAttached && whyNotTyped(view.watchers, view.access) === null ? 'open' : 'locked'}
        size={isAttached ? view.size : null}
        selection={view?.selection ?? 'none'}
        fullscreen={fullscreen}
        fontSize={preferences.fontSize}
        watchers={view?.watchers ?? null}
        access={view?.access ?? 'full'}
        onWord={(word) => terminal?.keyboard(word)}
        onEnter={() => terminal?.focus()}
        onSearch={() => setSearching('yes')}
        onCopy={() => void terminal?.copySelection()}
        history={view?.history ?? null}
        onHistory={toggleHistory}
        onCopyHistory={() => void terminal?.copyHistory()}
        onFontSize={terminals.changeFontSize}
        onFullscreen={() => setFullscreen(fullscreen === 'on' ? 'off' : 'on')}
      />
      {view === null
        ? null
        : notice({ phase: view.attach.phase, screen: view.screen, pressed: view.lockedKeys, retryNow: () => terminal?.retryNow() })}
      <div
        className={clsx('relative min-h-0 flex-1 bg-(--term-background)', focus === 'inside' && 'shadow-[inset_0_2px_0_0_var(--focus)]')}
      >
        <div
          ref={place}
          data-terminal={sessionId}
          data-attach={view?.attach.phase.kind ?? 'none'}
          data-history={view?.history === null || view === null ? 'closed' : 'open'}
          data-size={view !== null && isForeignSize(view) ? 'foreign' : 'own'}
          className={clsx('absolute inset-0 top-0.5 transition-opacity', view !== null && !isAttached && !isOver && 'opacity-60')}
        />
        {view?.bells === undefined || view.bells === 0 ? null : <Bell key={view.bells} />}
        {searching === 'yes' ? (
          <SearchBar hit={view?.search ?? null} onFind={(...asked) => terminal?.find(...asked)} onClose={endSearch} />
        ) : null}
        {terminal === null || view === null ? null : <TerminalNotes terminal={terminal} view={view} />}
      </div>
      <KeyBar
        control={view?.control ?? 'off'}
        onKey={(key) => terminal?.pressBarKey(key)}
        onControl={() => terminal?.toggleControl()}
        onPaste={pasteFromClipboard}
      />
      <TerminalQuestionDialog question={view?.question ?? null} onAnswer={(word) => terminal?.answer(word)} />
      <PasteHereDialog
        open={pasteHere === 'open'}
        onOpenChange={(open) => setPasteHere(open ? 'open' : 'closed')}
        onPaste={(text) => terminal?.paste(text)}
      />
    </section>
  );
}

/** Seen rather than heard, and once. */
function Bell() {
  return <div aria-hidden className="terminal-bell pointer-events-none absolute inset-0 z-10" />;
}

/** The whole page goes to full screen, not the panel alone: dialogs live beside it. Where there is no such thing it fills the window. */
function useFullscreen(): readonly ['on' | 'off', (next: 'on' | 'off') => void] {
  const [fullscreen, setFullscreen] = useState<'on' | 'off'>('off');
  useEffect(() => {
    const onChange = (): void => {
      if (document.fullscreenElement === null) setFullscreen('off');
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, []);
  const change = (next: 'on' | 'off'): void => {
    setFullscreen(next);
    if (next === 'on') document.documentElement.requestFullscreen?.().catch(() => undefined);
    else if (document.fullscreenElement !== null) void document.exitFullscreen();
  };
  return [fullscreen, change];
}

function terminalCommands(can: {
  readonly search: () => void;
  readonly enter: () => void;
  readonly copy: () => void;
  readonly history: () => void;
  readonly copyHistory: () => void;
  readonly fullscreen: () => void;
  readonly fontSize: (change: number | 'reset') => void;
  readonly screenReader: () => void;
  readonly isScreenReader: 'on' | 'off';
  readonly keyboard: (word: KeyboardWord) => void;
  readonly watchers: TerminalWatchers | null;
  readonly access: ViewerAccess;
}): readonly Command[] {
  const here = (id: string, title: string, run: () => void, more: Pick<Command, 'shortcut' | 'keywords'> = {}): Command => ({
    id: `terminal:${id}`,
    title,
    group: 'Here',
    run,
    ...more,
  });
  return [
    here('enter', 'Type in the terminal', can.enter, { shortcut: 't', keywords: 'focus shell' }),
    here('search', 'Find in the terminal', can.search, { shortcut: SHORTCUT_KEYS.search, keywords: 'search' }),
    here('copy', 'Copy what is selected in the terminal', can.copy, { keywords: 'clipboard' }),
    here('history', 'Show the terminal’s history', can.history, { keywords: 'scrollback log output' }),
    ...(can.access === 'read-only'
      ? [here('type', 'Type in the terminal again', () => can.keyboard('type'), { keywords: 'read only write' })]
      : [here('only-look', 'Only look at the terminal', () => can.keyboard('only-look'), { keywords: 'read only watch' })]),
    ...(can.watchers === null || !isCompany(can.watchers) || can.access === 'read-only'
      ? []
      : [
          here(
            'keyboard',
            KEYBOARD_ACTION[can.watchers.keyboard.kind],
            () => can.keyboard(can.watchers?.keyboard.kind === 'yours' ? 'release' : 'take'),
            { keywords: 'lease lock input' },
          ),
        ]),
    here('copy-history', 'Copy the terminal’s whole history', can.copyHistory, { keywords: 'scrollback log output clipboard' }),
    here('fullscreen', 'Terminal in full screen', can.fullscreen, { shortcut: 'f', keywords: 'maximise zoom' }),
    here('larger', 'Larger text in the terminal', () => can.fontSize(1), { keywords: 'font zoom' }),
    here('smaller', 'Smaller text in the terminal', () => can.fontSize(-1), { keywords: 'font zoom' }),
    here('reset', 'Usual text size in the terminal', () => can.fontSize('reset'), { keywords: 'font zoom' }),
    here('screen-reader', `Screen reader support in the terminal: switch ${can.isScreenReader === 'on' ? 'off' : 'on'}`, can.screenReader, {
      keywords: 'accessibility',
    }),
  ];
}
