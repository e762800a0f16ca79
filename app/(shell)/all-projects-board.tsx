/** `/`: every session of every project, or, before there is a project, the way to the first. */
'use client';

import { Plus } from 'lucide-react';
import nextDynamic from 'next/dynamic';
import { Board, BoardSkeleton } from '../_components/board.tsx';
import { useBoardFilter } from '../_components/board-filter.tsx';
import { BriefingPlace } from '../_components/briefing/briefing-place.tsx';
import { useDialogs } from '../_components/dialogs.tsx';
import { ScreensSwitch } from '../_components/screens-switch.tsx';
import { TopBar } from '../_components/top-bar.tsx';
import { useConnection, useFeedKnown, useLock, useProjects, useSessions } from '../_data/live.tsx';
import { Button } from '../_ui/button.tsx';
import { EmptyState } from '../_ui/empty-state.tsx';

const FirstRun = nextDynamic(() => import('../_components/first-run.tsx').then((file) => file.FirstRun), { ssr: false });

export function AllProjectsBoard() {
  const known = useFeedKnown();
  const projects = useProjects();
  const sessions = useSessions();
  const connection = useConnection();
  const filter = useBoardFilter(sessions);
  const dialogs = useDialogs();
  const lock = useLock();
  const isFirstRun = known && projects.length === 0 && connection.kind === 'live';
  return (
    <>
      <TopBar
        title={isFirstRun ? 'Welcome' : 'Board'}
        actions={
          projects.length === 0 ? undefined : (
            <>
              {filter.input}
              <ScreensSwitch />
              <Button variant="primary" disabledReason={lock} onClick={() => dialogs.newSession()}>
                <Plus size={15} aria-hidden />
                <span className="max-sm:sr-only">New session</span>
              </Button>
            </>
          )
        }
      />
      {connection.kind === 'live' && projects.length > 0 ? <BriefingPlace /> : null}
      {isFirstRun ? (
        <FirstRun />
      ) : projects.length > 0 ? (
        <Board sessions={filter.sessions} extent={filter.extent} />
      ) : connection.kind === 'loading' || connection.kind === 'stale' || connection.kind === 'live' ? (
        <BoardSkeleton />
      ) : (
        <EmptyState title="Nothing to show yet">
          This browser has not seen the board before. It appears as soon as the daemon answers.
        </EmptyState>
      )}
    </>
  );
}
