/** `/grid`: several terminals at once, live. Which ones is in the address, so that a reload and a shared link keep them. */
'use client';

import { clsx } from 'clsx';
import { Grid2x2, Plus } from 'lucide-react';
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs';
import type { KeyboardEvent } from 'react';
import { useDialogs } from '../../_components/dialogs.tsx';
import { StatusIcon } from '../../_components/status-badge.tsx';
import { TopBar } from '../../_components/top-bar.tsx';
import { useCommands } from '../../_data/commands.tsx';
import { useFeedKnown, useIsOld, useLock, useProjects, useSessions } from '../../_data/live.tsx';
import { nameOf } from '../../_data/status.ts';
import { Button } from '../../_ui/button.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Kbd } from '../../_ui/kbd.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../_ui/menu.tsx';
import { Select } from '../../_ui/select.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { chooseTiles, gridShape, MAX_TILES, moveTile, type TileMove } from './choose-tiles.ts';
import { GridTile } from './grid-tile.tsx';

const ALL = '*';
/** In a terminal too: there Ctrl with Shift says nothing to a program. */
const NEXT = 'mod+shift+l';
const PREVIOUS = 'mod+shift+h';
const OPEN = 'mod+shift+x';

export function GridScreen() {
  const sessions = useSessions();
  const projects = useProjects();
  const known = useFeedKnown();
  const isOld = useIsOld();
  const lock = useLock();
  const dialogs = useDialogs();
  const [projectId, setProjectId] = useQueryState('project', parseAsString);
  const [chosen, setChosen] = useQueryState('show', parseAsArrayOf(parseAsString));
  const { tiles, more } = chooseTiles({ sessions, projectId, chosen });
  const { columns, lastSpan } = gridShape(tiles.length);
  const ids = tiles.map(({ id }) => id);

  useCommands([
    here('next', 'Next terminal', NEXT, () => goTo('next')),
    here('previous', 'Previous terminal', PREVIOUS, () => goTo('previous')),
    here('open', 'Open this terminal alone', OPEN, () => currentTile()?.querySelector<HTMLElement>('[data-tile-open]')?.click()),
  ]);

  const newSession = (
    <Button variant="primary" disabledReason={lock} onClick={() => dialogs.newSession(projectId ?? undefined)}>
      <Plus size={15} aria-hidden />
      New session
    </Button>
  );
  return (
    <>
      <TopBar
        title="Grid"
        aside={
          tiles.length < 2 ? null : (
            <span className="ml-2 flex items-center gap-1.5 truncate text-ink-muted text-xs max-lg:hidden pointer-coarse:hidden">
              Next <Kbd keys={NEXT} /> previous <Kbd keys={PREVIOUS} /> alone <Kbd keys={OPEN} />
            </span>
          )
        }
        actions={
          sessions.length === 0 ? undefined : (
            <>
              {projects.length < 2 ? null : (
                <Select
                  label="Project"
                  className="w-40 max-sm:w-28"
                  value={projectId ?? ALL}
                  options={[{ value: ALL, label: 'All projects' }, ...projects.map(({ id, name }) => ({ value: id, label: name }))]}
                  onChange={(next) => {
                    void setProjectId(next === ALL ? null : next);
                    void setChosen(null);
                  }}
                />
              )}
              <Menu
                trigger={
                  <Button>
                    <Plus size={15} aria-hidden />
                    <span className="max-sm:sr-only">Add a terminal</span>
                  </Button>
                }
              >
                {more.map((session) => (
                  <MenuItem
                    key={session.id}
                    icon={<StatusIcon status={session.status} />}
                    disabledReason={ids.length >= MAX_TILES ? `${MAX_TILES} are shown already; remove one first` : null}
                    onSelect={() => void setChosen([...ids, session.id])}
                  >
                    {nameOf(session)}
                  </MenuItem>
                ))}
                {more.length === 0 ? <p className="px-2 py-1.5 text-ink-muted text-xs">All that run are shown.</p> : null}
                {chosen === null ? null : (
                  <>
                    <MenuSeparator />
                    <MenuItem onSelect={() => void setChosen(null)}>Show whatever runs</MenuItem>
                  </>
                )}
              </Menu>
            </>
          )
        }
      />
      {tiles.length > 0 ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: the tiles have buttons; this only moves the focus between them
        <div
          onKeyDown={moveAmongTiles}
          style={{ '--columns': columns } as React.CSSProperties}
          className={clsx(
            'grid min-h-0 flex-1 grid-cols-1 gap-2 overflow-y-auto p-2 transition-[filter] duration-160',
            'auto-rows-[minmax(55dvh,1fr)] md:auto-rows-[minmax(11rem,1fr)] md:grid-cols-[repeat(var(--columns),minmax(0,1fr))]',
            isOld && 'grayscale',
          )}
        >
          {tiles.map((tile, index) => (
            <GridTile
              key={tile.id}
              tile={tile}
              span={index === tiles.length - 1 ? lastSpan : 1}
              onRemove={() => void setChosen(ids.filter((id) => id !== tile.id))}
            />
          ))}
        </div>
      ) : known ? (
        <EmptyState
          icon={<Grid2x2 size={20} />}
          title={more.length > 0 || chosen !== null ? 'No terminal is chosen' : 'Nothing is running'}
          className="my-auto"
          actions={chosen === null ? newSession : <Button onClick={() => void setChosen(null)}>Show whatever runs</Button>}
        >
          {chosen === null
            ? 'The terminals of all sessions that run appear here side by side, up to nine of them.'
            : 'Add one above, or show all that run.'}
        </EmptyState>
      ) : (
        <div className="appear-late grid flex-1 grid-cols-2 gap-2 p-2" aria-hidden>
          <Skeleton />
          <Skeleton />
        </div>
      )}
    </>
  );
}

const here = (id: string, title: string, shortcut: string, run: () => void) =>
  ({ id: `grid:${id}`, title, group: 'Here', shortcut, keywords: 'tile grid', run }) as const;

const entries = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-tile-entry]')];
const currentTile = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('[data-tile]') ?? null;

/** From terminal to terminal, or from name to name: whichever the keyboard is in. */
function goTo(move: TileMove): 'moved' | 'stayed' {
  const [all, tile] = [entries(), currentTile()];
  const at = all.findIndex((entry) => tile?.contains(entry) === true);
  const to = moveTile(all.length, at, move);
  const target = to === null ? undefined : all[to];
  if (target === undefined) return 'stayed';
  const isTyping = document.activeElement?.closest('.xterm') !== null && document.activeElement !== null;
  target.focus();
  target.scrollIntoView({ block: 'nearest' });
  if (isTyping) target.click();
  return 'moved';
}

const ARROWS: Readonly<Partial<Record<string, TileMove>>> = { ArrowRight: 'next', ArrowLeft: 'previous', ArrowDown: 'down', ArrowUp: 'up' };

/** Arrows on the tiles' names only: in a terminal they are the program's. */
function moveAmongTiles(event: KeyboardEvent<HTMLElement>): void {
  const move = ARROWS[event.key];
  const isName = event.target instanceof HTMLElement && event.target.matches('[data-tile-entry]');
  if (move === undefined || !isName || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (goTo(move) === 'moved') event.preventDefault();
}
