/** `/projects/<id>`: one project's sessions, its orchestrator, and what can be done with the project itself. */
'use client';

import { FolderX, Plus, Waypoints } from 'lucide-react';
import nextDynamic from 'next/dynamic';
import { useParams, useRouter } from 'next/navigation';
import type { ProjectView } from '../../../../server/contract/project.ts';
import { Board, BoardSkeleton } from '../../../_components/board.tsx';
import { useBoardFilter } from '../../../_components/board-filter.tsx';
import { useDialogs } from '../../../_components/dialogs.tsx';
import { OrchestratorButton, useOrchestrator } from '../../../_components/orchestrator-button.tsx';
import { TopBar } from '../../../_components/top-bar.tsx';
import { useCommands } from '../../../_data/commands.tsx';
import { useConnection, useFeedKnown, useLock, useProject, useSessions } from '../../../_data/live.tsx';
import { Button } from '../../../_ui/button.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { InlineError } from '../../../_ui/inline-error.tsx';

const ProjectMenu = nextDynamic(() => import('./project-menu.tsx').then((file) => file.ProjectMenu), {
  ssr: false,
  loading: () => <span className="size-8" />,
});

export function ProjectBoard() {
  const { id } = useParams<{ id: string }>();
  const known = useFeedKnown();
  const project = useProject(id);
  const connection = useConnection();
  const router = useRouter();
  if (project !== undefined) return <KnownProject project={project} />;
  return (
    <>
      <TopBar title={id} crumbs={[{ label: 'Board', href: '/' }]} />
      {known && connection.kind === 'live' ? (
        <EmptyState
          icon={<FolderX size={20} />}
          title={`There is no project called ${id}`}
          actions={<Button onClick={() => router.push('/')}>To the board</Button>}
        >
          It may have been removed, or the address is mistyped.
        </EmptyState>
      ) : (
        <BoardSkeleton />
      )}
    </>
  );
}

function KnownProject({ project }: { readonly project: ProjectView }) {
  const dialogs = useDialogs();
  const lock = useLock();
  const sessions = useSessions(project.id);
  const filter = useBoardFilter(sessions);
  const orchestrator = useOrchestrator(project.id);
  useCommands([
    {
      id: 'orchestrator',
      title: `${orchestrator.label} of ${project.name}`,
      group: 'Here',
      shortcut: 'o',
      icon: <Waypoints size={16} aria-hidden />,
      disabledReason: orchestrator.disabledReason,
      run: orchestrator.open,
    },
    {
      id: 'new-session-here',
      title: `New session in ${project.name}`,
      group: 'Here',
      shortcut: 'n',
      icon: <Plus size={16} aria-hidden />,
      disabledReason: lock,
      run: () => dialogs.newSession(project.id),
    },
  ]);
  return (
    <>
      <TopBar
        title={project.name}
        crumbs={[{ label: 'Board', href: '/' }]}
        aside={<code className="ml-2 truncate font-mono text-2xs text-ink-faint max-lg:hidden">{project.path}</code>}
        actions={
          <>
            {filter.input}
            <ProjectMenu project={project} />
            {sessions.length === 0 ? null : (
              <>
                <OrchestratorButton access={orchestrator} />
                <Button variant="primary" disabledReason={lock} onClick={() => dialogs.newSession(project.id)}>
                  <Plus size={15} aria-hidden />
                  <span className="max-sm:sr-only">New session</span>
                </Button>
              </>
            )}
          </>
        }
      />
      {orchestrator.problem === null ? null : <InlineError problem={orchestrator.problem} className="mx-4 mt-3 shrink-0" />}
      {sessions.length > 0 ? (
        <Board sessions={filter.sessions} />
      ) : (
        <EmptyState
          icon={<Waypoints size={20} />}
          title={`${project.name} is ready`}
          className="my-auto"
          actions={
            <>
              <OrchestratorButton access={orchestrator} variant="primary" />
              <Button disabledReason={lock} onClick={() => dialogs.newSession(project.id)}>
                <Plus size={15} aria-hidden />
                New session
              </Button>
            </>
          }
        >
          The orchestrator plans with you and hands tasks to workers. Or start a single worker on a task of its own.
        </EmptyState>
      )}
    </>
  );
}
