/**
 * Sessions by what they want from us. The columns are derived, so nothing can be dragged. On a phone there is one list, and the
 * columns are the segments above it.
 */
'use client';

import { clsx } from 'clsx';
import { type FocusEvent, type KeyboardEvent, useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { SessionView } from '../../server/contract/session.ts';
import { type Board as BoardByColumn, COLUMNS, type Column, deriveBoard } from '../_data/columns.ts';
import { useIsOld } from '../_data/live.tsx';
import { useScreens, useSingleKeys } from '../_data/preferences.ts';
import { useSearchParam } from '../_data/search-param.ts';
import { COLUMN_LOOKS, TONE_TEXT } from '../_data/status.ts';
import { Button } from '../_ui/button.tsx';
import { Skeleton } from '../_ui/skeleton.tsx';
import type { BoardFilter } from './board-filter.tsx';
import { SessionCard } from './session-card.tsx';
import { ColumnIcon } from './status-badge.tsx';

/** Of what is done only the latest are of interest at a glance. */
const SHOWN_AT_FIRST = { needs_you: 100, working: 100, idle: 60, in_review: 60, done: 20 } as const satisfies Record<Column, number>;

export type BoardProps = Pick<BoardFilter, 'sessions' | 'extent'>;

export function Board({ sessions, extent }: BoardProps) {
  const board = useMemo(() => deriveBoard(sessions), [sessions]);
  const singleKeys = useSingleKeys();
  const isOld = useIsOld();
  const focus = useCardFocus(board);
  const [asked, setSegment] = useSearchParam('column');
  const segment = COLUMNS.find((column) => column === asked) ?? COLUMNS.find((column) => board[column].length > 0) ?? 'needs_you';
  return (
    <div className={clsx('flex min-h-0 flex-1 flex-col transition-[filter] duration-160', isOld && 'grayscale')}>
      <fieldset aria-label="Show" className="flex min-w-0 shrink-0 gap-1 overflow-x-auto px-3 py-2 md:hidden">
        {COLUMNS.map((column) => (
          <button
            key={column}
            type="button"
            aria-pressed={column === segment}
            onClick={() => setSegment(column)}
            className="flex h-11 shrink-0 items-center gap-1.5 rounded-sm px-3 text-ink-muted aria-pressed:bg-selected aria-pressed:text-ink"
          >
            <ColumnIcon column={column} />
            {COLUMN_LOOKS[column].label}
            <span className="text-ink-faint text-xs">{board[column].length}</span>
          </button>
        ))}
      </fieldset>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the cards are links; this only moves the focus between them */}
      <div
        {...focus}
        onKeyDown={(event) => moveAmongCards(event, singleKeys)}
        className="flex min-h-0 flex-1 gap-3 overflow-x-auto px-4 pt-3 max-md:overflow-y-auto max-md:px-3 max-md:pt-0"
      >
        {COLUMNS.map((column) => (
          <BoardColumn
            key={column}
            column={column}
            sessions={board[column]}
            empty={extent === 'narrowed' ? 'Nothing here matches the filter.' : COLUMN_LOOKS[column].empty}
            shown={column === segment ? 'on-phone' : 'not-on-phone'}
          />
        ))}
      </div>
    </div>
  );
}

/** What fits on a screen is drawn at once; the rest follows as work that gives way to whatever somebody does meanwhile. */
const DRAWN_AT_ONCE = 12;

type BoardColumnProps = {
  readonly column: Column;
  readonly sessions: readonly SessionView[];
  readonly empty: string;
  readonly shown: 'on-phone' | 'not-on-phone';
};

function BoardColumn({ column, sessions, empty, shown }: BoardColumnProps) {
  const [extent, setExtent] = useState<'first' | 'all'>('first');
  const look = COLUMN_LOOKS[column];
  // A terminal is wide: where some are shown they get room, at the cost of the columns without.
  const isWide = useScreens() === 'shown' && sessions.some(({ phase }) => phase === 'live');
  const limit = extent === 'all' ? Number.POSITIVE_INFINITY : SHOWN_AT_FIRST[column];
  const visible = sessions.slice(0, useDeferredValue(limit, DRAWN_AT_ONCE));
  return (
    <section
      aria-label={look.label}
      data-column={column}
      className={clsx(
        'flex flex-1 basis-0 flex-col max-md:min-w-0',
        isWide ? 'min-w-76' : 'min-w-48',
        shown === 'not-on-phone' && 'max-md:hidden',
      )}
    >
      <h2 className="flex h-8 shrink-0 items-center gap-2 px-1 font-medium text-xs max-md:sr-only">
        <ColumnIcon column={column} />
        <span className={sessions.length > 0 ? 'text-ink' : 'text-ink-muted'}>{look.label}</span>
        <span className={clsx('font-normal', sessions.length > 0 && column === 'needs_you' ? TONE_TEXT[look.tone] : 'text-ink-faint')}>
          {sessions.length}
        </span>
      </h2>
      <ul className="-mx-1 flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto px-1 pt-1 pb-6 max-md:overflow-visible">
        {visible.map((session) => (
          <li key={session.id}>
            <SessionCard session={session} />
          </li>
        ))}
        {sessions.length === 0 ? <li className="px-1 py-1 text-ink-faint text-xs max-md:py-10 max-md:text-center">{empty}</li> : null}
        {limit < sessions.length ? (
          <li>
            <Button variant="ghost" size="sm" className="w-full" onClick={() => setExtent('all')}>
              Show all {sessions.length}
            </Button>
          </li>
        ) : null}
      </ul>
    </section>
  );
}

/** A card that goes to another column is another element, and its focus would go to nowhere: it is given to where the card is now. */
function useCardFocus(board: BoardByColumn) {
  const focused = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new order of the cards may have moved the one
  useLayoutEffect(() => {
    if (focused.current === null || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-card="${CSS.escape(focused.current)}"]`)?.focus();
  }, [board]);
  return {
    onFocus: ({ target }: FocusEvent<HTMLElement>) => {
      focused.current = target.closest<HTMLElement>('[data-card]')?.dataset['card'] ?? null;
    },
    // React tells nothing of an element that it takes away itself.
    onBlur: () => {
      focused.current = null;
    },
  };
}

/** Up and down within a column, left and right to the neighbour; j and k for those who know them. */
function moveAmongCards(event: KeyboardEvent<HTMLElement>, singleKeys: 'on' | 'off'): void {
  const here = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-card]') : null;
  if (here === null || event.ctrlKey || event.metaKey || event.altKey) return;
  const isDown = event.key === 'ArrowDown' || (event.key === 'j' && singleKeys === 'on');
  const isUp = event.key === 'ArrowUp' || (event.key === 'k' && singleKeys === 'on');
  const side = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (!isDown && !isUp && side === 0) return;
  const cardsOf = (column: Element | undefined): HTMLElement[] =>
    column === undefined ? [] : [...column.querySelectorAll<HTMLElement>('[data-card]')];
  const columns = [...event.currentTarget.querySelectorAll('[data-column]')].filter((column) => cardsOf(column).length > 0);
  const at = columns.findIndex((column) => column.contains(here));
  const row = cardsOf(columns[at]).indexOf(here);
  const target = side === 0 ? cardsOf(columns[at])[row + (isDown ? 1 : -1)] : pick(cardsOf(columns[at + side]), row);
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}

function pick(cards: readonly HTMLElement[], row: number): HTMLElement | undefined {
  return cards[Math.min(row, cards.length - 1)];
}

/** The board's shape, for the moment before anything is known. */
export function BoardSkeleton() {
  return (
    <div className="flex min-h-0 flex-1 gap-3 overflow-hidden px-4 pt-4" aria-hidden>
      {COLUMNS.map((column, index) => (
        <div key={column} className="flex min-w-48 flex-1 basis-0 flex-col gap-2 max-md:not-first:hidden">
          <Skeleton className="mb-2 h-3.5 w-24" />
          {Array.from({ length: 3 - (index % 3) }, (_, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a fixed drawing
            <Skeleton key={row} className="h-24 rounded-md" />
          ))}
        </div>
      ))}
    </div>
  );
}
