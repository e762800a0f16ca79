/** `/projects/<id>`: one project's sessions, its orchestrator, and what can be done with the project itself. */
'use client';

import { Plus, Settings2, Waypoints } from 'lucide-react';
import nextDynamic from 'next/dynamic';
import { useParams, useRouter } from 'next/navigation';
import type { ProjectView } from '../../../../server/contract/project.ts';
import { Board } from '../../../_components/board.tsx';
import { useBoardFilter } from '../../../_components/board-filter.tsx';
import { useDialogs } from '../../../_components/dialogs.tsx';
import { OrchestratorButton, useOrchestrator } from '../../../_components/orchestrator-button.tsx';
import { ScreensSwitch } from '../../../_components/screens-switch.tsx';
import { TopBar } from '../../../_components/top-bar.tsx';
import { useCommands } from '../../../_data/commands.tsx';
import { useLock, useProject, useSessions } from '../../../_data/live.tsx';
import { Button } from '../../../_ui/button.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { InlineError } from '../../../_ui/inline-error.tsx';
import { MissingProject } from './missing-project.tsx';

const ProjectMenu = nextDynamic(() => import('./project-menu.tsx').then((file) => file.ProjectMenu), {
  ssr: false,
  loading: () => <span className="size-8" />,
});

export function ProjectBoard() {
  const { id } = useParams<{ id: string }>();
  const project = useProject(id);
  return project === undefined ? <MissingProject id={id} /> : <KnownProject project={project} />;
}

function KnownProject({ project }: { readonly project: ProjectView }) {
  const dialogs = useDialogs();
  const router = useRouter();
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
    {
      id: 'project-settings',
      title: `Settings of ${project.name}`,
      group: 'Here',
      keywords: 'agent base environment symlinks commands remove',
      icon: <Settings2 size={16} aria-hidden />,
      run: () => router.push(`/projects/${project.id}/settings`),
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
            {sessions.length === 0 ? null : <ScreensSwitch />}
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
        <Board sessions={filter.sessions} extent={filter.extent} />
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
