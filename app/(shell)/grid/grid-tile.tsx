/** One tile of the grid: whose terminal it is, the ways in and out of it, and the terminal. */
'use client';

import { clsx } from 'clsx';
import { Maximize2, X } from 'lucide-react';
import Link from 'next/link';
import { useRef, useState } from 'react';
import { attachableLaunch } from '../../_components/session/session-notice.ts';
import { StatusIcon } from '../../_components/status-badge.tsx';
import { createLoaded } from '../../_data/loaded.ts';
import { nameOf, STATUS_LOOKS } from '../../_data/status.ts';
import { SHORTCUT_KEYS } from '../../_terminal/keys.ts';
import { IconButton } from '../../_ui/button.tsx';
import { Kbd } from '../../_ui/kbd.tsx';
import type { Tile } from './choose-tiles.ts';

/** xterm comes with the first terminal. */
const terminal = createLoaded(() => import('../../_terminal/terminal-tile.tsx').then((file) => file.TerminalTile));
if (typeof window !== 'undefined') terminal.begin();

export type GridTileProps = { readonly tile: Tile; readonly span: number; readonly onRemove: () => void };

export function GridTile({ tile: { id, session }, span, onRemove }: GridTileProps) {
  const entry = useRef<HTMLButtonElement>(null);
  const [focus, setFocus] = useState<'inside' | 'outside'>('outside');
  const name = session === null ? id : nameOf(session);
  const isLive = session?.phase === 'live';
  const TerminalTile = terminal.useCode();
  return (
    <section
      aria-label={name === id ? id : `${name}, ${id}`}
      data-tile={id}
      style={{ '--span': span } as React.CSSProperties}
      className={clsx(
        'flex min-h-0 min-w-0 flex-col overflow-hidden rounded-md border bg-surface md:col-span-(--span)',
        focus === 'inside' ? 'border-focus' : 'border-line',
      )}
    >
      <header className="flex h-8 shrink-0 items-center gap-1 border-line border-b pr-1 pointer-coarse:h-11">
        <button
          ref={entry}
          type="button"
          data-tile-entry
          aria-describedby={session === null ? undefined : `${id}-status`}
          className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-sm px-2 text-left outline-offset-[-2px] hover:bg-hover"
        >
          {session === null ? null : <StatusIcon status={session.status} />}
          <span className="sr-only">{isLive ? 'Type in ' : ''}</span>
          <span className="truncate font-medium">{name}</span>
          <span className="shrink-0 font-mono text-2xs text-ink-faint max-sm:hidden">{name === id ? '' : id}</span>
        </button>
        {session === null ? null : (
          <span id={`${id}-status`} hidden>
            {STATUS_LOOKS[session.status].label}
          </span>
        )}
        {focus === 'inside' ? (
          <span className="flex shrink-0 items-center gap-1.5 text-ink-muted text-xs pointer-coarse:hidden">
            To leave <Kbd keys={SHORTCUT_KEYS.leave} />
          </span>
        ) : null}
        <Link
          href={`/sessions/${id}`}
          prefetch={false}
          data-tile-open
          aria-label={`Open ${name}`}
          title="Open alone"
          className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-muted hover:bg-hover hover:text-ink pointer-coarse:size-10"
        >
          <Maximize2 size={13} aria-hidden />
        </Link>
        <IconButton label={`Remove ${name} from the grid`} size="sm" onClick={onRemove}>
          <X size={14} aria-hidden />
        </IconButton>
      </header>
      {isLive ? (
        TerminalTile === null ? null : (
          <TerminalTile
            sessionId={id}
            program={session.agent === 'shell' ? 'shell' : 'other'}
            launch={attachableLaunch(session)}
            entry={entry}
            onFocus={setFocus}
          />
        )
      ) : (
        <p className="m-auto p-4 text-center text-ink-muted text-pretty">
          {session === null
            ? `There is no session called ${id}.`
            : session.phase === 'spawning'
              ? 'It is being started; its terminal appears here.'
              : 'It has ended. Its page says how, and can bring it back.'}
        </p>
      )}
    </section>
  );
}
