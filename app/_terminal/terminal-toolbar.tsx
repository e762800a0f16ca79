/** The line above a terminal: how to get in and out of it by keyboard, and what can be done with it. */
'use client';

import { clsx } from 'clsx';
import { ArrowDownToLine, ClipboardList, Copy, History, Maximize2, Minimize2, Search, ZoomIn, ZoomOut } from 'lucide-react';
import type { RefObject } from 'react';
import type { KeyboardWord } from '../../server/contract/socket.ts';
import type { TerminalWatchers, ViewerAccess } from '../../server/core/terminal/watchers.ts';
import { Button, IconButton } from '../_ui/button.tsx';
import { Kbd } from '../_ui/kbd.tsx';
import { SHORTCUT_KEYS } from './keys.ts';
import type { ScreenSize } from './room.ts';
import type { HistoryView } from './terminal-view-state.ts';
import { WatchersPopover } from './watchers-popover.tsx';

export type TerminalToolbarProps = {
  /** Where the keyboard lands when it leaves the terminal. */
  readonly entry: RefObject<HTMLButtonElement | null>;
  readonly focus: 'inside' | 'outside';
  readonly input: 'open' | 'locked';
  readonly size: ScreenSize | null;
  readonly selection: 'some' | 'none';
  readonly history: HistoryView | null;
  readonly fullscreen: 'on' | 'off';
  readonly fontSize: number;
  readonly watchers: TerminalWatchers | null;
  readonly access: ViewerAccess;
  readonly onWord: (word: KeyboardWord) => void;
  readonly onEnter: () => void;
  readonly onSearch: () => void;
  readonly onCopy: () => void;
  readonly onHistory: () => void;
  readonly onCopyHistory: () => void;
  readonly onFontSize: (change: number) => void;
  readonly onFullscreen: () => void;
};

export function TerminalToolbar(props: TerminalToolbarProps) {
  const { entry, focus, input, size, selection, history, fullscreen, fontSize } = props;
  return (
    <div
      className={clsx(
        'flex h-9 shrink-0 items-center gap-0.5 border-line border-b px-1.5 pointer-coarse:h-12',
        history !== null && 'bg-selected',
      )}
    >
      {history === null ? (
        <button
          ref={entry}
          type="button"
          onClick={props.onEnter}
          className="mr-auto flex h-7 min-w-0 items-center gap-1.5 rounded-sm px-1.5 text-ink-muted text-xs transition-colors hover:bg-hover hover:text-ink pointer-coarse:h-10"
        >
          {focus === 'inside' ? (
            <>
              <span className="truncate pointer-coarse:hidden">To leave the terminal</span>
              <span className="pointer-coarse:hidden">
                <Kbd keys={SHORTCUT_KEYS.leave} />
              </span>
              <span className="hidden truncate pointer-coarse:inline">{input === 'locked' ? 'Looking' : 'Typing'}</span>
            </>
          ) : (
            <span className="truncate">{input === 'locked' ? 'Look at the terminal' : 'Type in the terminal'}</span>
          )}
        </button>
      ) : (
        <ReadingBack entry={entry} history={history} onBack={props.onHistory} />
      )}
      {/* On a phone the way back has the room of what is not about reading. */}
      <span className={clsx('contents', history !== null && 'max-sm:hidden')}>
        <WatchersPopover watchers={props.watchers} access={props.access} onWord={props.onWord} />
      </span>
      {size === null || history !== null ? null : (
        <span className="px-1.5 font-mono text-2xs text-ink-faint max-sm:hidden" title="Columns × rows">
          {size.cols}×{size.rows}
        </span>
      )}
      <IconButton label="Find" shortcut={SHORTCUT_KEYS.search} onClick={props.onSearch}>
        <Search size={15} aria-hidden />
      </IconButton>
      <IconButton
        label="Copy the selection"
        shortcut={SHORTCUT_KEYS.copy}
        disabledReason={selection === 'none' ? 'nothing is selected (hold Shift to select while a program has the mouse)' : null}
        onClick={props.onCopy}
      >
        <Copy size={15} aria-hidden />
      </IconButton>
      {history === null ? null : (
        <IconButton label="Copy the whole history" onClick={props.onCopyHistory}>
          <ClipboardList size={15} aria-hidden />
        </IconButton>
      )}
      <IconButton
        label="History"
        aria-pressed={history !== null}
        className={clsx(history !== null && 'max-sm:hidden')}
        onClick={props.onHistory}
      >
        <History size={15} aria-hidden />
      </IconButton>
      <IconButton label={`Smaller text (now ${fontSize})`} className="max-sm:hidden" onClick={() => props.onFontSize(-1)}>
        <ZoomOut size={15} aria-hidden />
      </IconButton>
      <IconButton label={`Larger text (now ${fontSize})`} className="max-sm:hidden" onClick={() => props.onFontSize(1)}>
        <ZoomIn size={15} aria-hidden />
      </IconButton>
      <IconButton
        label={fullscreen === 'on' ? 'Leave full screen' : 'Full screen'}
        aria-pressed={fullscreen === 'on'}
        onClick={props.onFullscreen}
      >
        {fullscreen === 'on' ? <Minimize2 size={15} aria-hidden /> : <Maximize2 size={15} aria-hidden />}
      </IconButton>
    </div>
  );
}

/** What is looked at is not what is now, and how to get back to that. */
function ReadingBack(props: Pick<TerminalToolbarProps, 'entry'> & { readonly history: HistoryView; readonly onBack: () => void }) {
  const { entry, history, onBack } = props;
  const { rowsBack, behind, top } = history;
  const where = rowsBack === 0 ? 'at its end' : `${rowsBack.toLocaleString('en')} ${rowsBack === 1 ? 'row' : 'rows'} back`;
  return (
    <div className="mr-auto flex min-w-0 items-center gap-2 pl-1.5">
      <span role="status" className="shrink-0 font-medium text-ink text-xs max-sm:sr-only">
        History
      </span>
      <span className="truncate text-ink-muted text-xs tabular-nums max-sm:hidden">
        {where}
        {behind === 'yes' ? ', the program goes on below' : ''}
        {top === 'lost' ? '; what was above is gone' : ''}
      </span>
      <Button ref={entry} size="sm" onClick={onBack}>
        <ArrowDownToLine size={13} aria-hidden />
        Back to live
        <Kbd keys="End" />
      </Button>
    </div>
  );
}
