/** Projects and what runs in them. Places are stable: nothing here moves because its state did. */
'use client';

import { clsx } from 'clsx';
import { FolderPlus, Grid2x2, LayoutGrid, Plus, Search, Settings } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { Fragment, type ReactNode, useDeferredValue } from 'react';
import type { ProjectView } from '../../server/contract/project.ts';
import type { SessionView } from '../../server/contract/session.ts';
import { columnOf } from '../_data/columns.ts';
import { useConnection, useFeedKnown, useIsOld, useLock, useProjects, useSessions } from '../_data/live.tsx';
import { useSingleKeys } from '../_data/preferences.ts';
import { nameOf, STATUS_LOOKS } from '../_data/status.ts';
import { IconButton } from '../_ui/button.tsx';
import { Kbd } from '../_ui/kbd.tsx';
import { Skeleton } from '../_ui/skeleton.tsx';
import { ConnectionLight } from './connection-light.tsx';
import { useDialogs } from './dialogs.tsx';
import { Mark } from './mark.tsx';
import { StatusIcon } from './status-badge.tsx';

export function Sidebar() {
  const projects = useProjects();
  const sessions = useSessions();
  const known = useFeedKnown();
  const dialogs = useDialogs();
  const lock = useLock();
  const connection = useConnection();
  const isComing = !known && (connection.kind === 'loading' || connection.kind === 'stale' || connection.kind === 'live');
  const isOld = useIsOld();
  const waiting = sessions.filter(({ status }) => columnOf(status) === 'needs_you').length;
  return (
    <>
      <div className="flex h-12 shrink-0 items-center gap-2 px-4">
        <Mark className="text-ink" />
        <span className="font-semibold tracking-tight">Agent Orchestrator</span>
      </div>
      <div className="px-2">
        <button
          type="button"
          onClick={dialogs.palette}
          className="flex h-8 w-full items-center gap-2 rounded-sm bg-hover/60 px-2 text-ink-muted transition-colors hover:bg-hover hover:text-ink pointer-coarse:h-11"
        >
          <Search size={14} aria-hidden />
          <span className="flex-1 text-left">Search or jump to…</span>
          <Kbd keys="mod+k" />
        </button>
      </div>
      <nav aria-label="Main" className={clsx('flex min-h-0 flex-1 flex-col gap-px overflow-y-auto px-2 pt-3 pb-4', isOld && 'grayscale')}>
        <NavLink href="/" icon={<LayoutGrid size={15} aria-hidden />} count={waiting}>
          Board
        </NavLink>
        <NavLink href="/grid" icon={<Grid2x2 size={15} aria-hidden />} keys="g">
          Grid
        </NavLink>
        {isComing ? <SidebarSkeleton /> : null}
        {projects.map((project) => (
          <ProjectGroup
            key={project.id}
            project={project}
            sessions={sessions.filter((session) => session.projectId === project.id && session.phase !== 'terminated')}
          />
        ))}
        {known ? (
          <button
            type="button"
            onClick={dialogs.newProject}
            disabled={lock !== null}
            className="mt-4 flex h-8 items-center gap-2.5 rounded-sm px-2 text-ink-muted transition-colors enabled:hover:bg-hover enabled:hover:text-ink disabled:opacity-55 pointer-coarse:h-11"
          >
            <FolderPlus size={15} aria-hidden />
            Add a project
          </button>
        ) : null}
      </nav>
      <div className="flex shrink-0 items-center gap-1 border-line border-t px-2 py-1.5">
        <ConnectionLight />
        <Link
          href="/settings"
          aria-label="Settings"
          title="Settings"
          className="ml-auto inline-flex size-8 items-center justify-center rounded-sm text-ink-muted transition-colors hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <Settings size={16} aria-hidden />
        </Link>
      </div>
    </>
  );
}

const DRAWN_AT_ONCE = 24;

function ProjectGroup({ project, sessions }: { readonly project: ProjectView; readonly sessions: readonly SessionView[] }) {
  const dialogs = useDialogs();
  const lock = useLock();
  const path = usePathname();
  const href = `/projects/${project.id}`;
  // As on the board: what fits first, the rest when there is time.
  const limit = useDeferredValue(Number.POSITIVE_INFINITY, DRAWN_AT_ONCE);
  const ordered = [...sessions.filter(({ kind }) => kind === 'orchestrator'), ...sessions.filter(({ kind }) => kind !== 'orchestrator')];
  return (
    <section aria-label={project.name} className="group/project mt-4 flex flex-col gap-px">
      <div className="flex h-7 items-center justify-between pr-0.5 pl-2 pointer-coarse:h-11">
        <h2 className="min-w-0 font-medium text-xs">
          <Link
            href={href}
            aria-current={path === href ? 'page' : undefined}
            className="block truncate rounded-sm text-ink-faint transition-colors hover:text-ink aria-[current=page]:text-ink"
          >
            {project.name}
          </Link>
        </h2>
        <IconButton
          label={`New session in ${project.name}`}
          size="sm"
          disabledReason={lock}
          onClick={() => dialogs.newSession(project.id)}
          className="pointer-fine:not-group-hover/project:not-focus-visible:opacity-0!"
        >
          <Plus size={14} aria-hidden />
        </IconButton>
      </div>
      {ordered.slice(0, limit).map((session) => (
        <Fragment key={session.id}>
          <NavLink href={`/sessions/${session.id}`} icon={<StatusIcon status={session.status} />}>
            <span className="sr-only">{STATUS_LOOKS[session.status].label}: </span>
            {nameOf(session)}
          </NavLink>
        </Fragment>
      ))}
      {ordered.length === 0 ? <p className="px-2 py-1 text-ink-faint text-xs">No sessions running</p> : null}
    </section>
  );
}

type NavLinkProps = {
  readonly href: string;
  readonly icon: ReactNode;
  readonly count?: number;
  readonly keys?: string;
  readonly children: ReactNode;
};

function NavLink({ href, icon, count = 0, keys, children }: NavLinkProps) {
  const singleKeys = useSingleKeys();
  const path = usePathname();
  const isHere = path === href;
  return (
    <Link
      href={href}
      prefetch={false}
      aria-current={isHere ? 'page' : undefined}
      className={clsx(
        'flex h-8 shrink-0 items-center gap-2.5 rounded-sm px-2 transition-colors pointer-coarse:h-11',
        isHere ? 'bg-selected text-ink' : 'text-ink-muted hover:bg-hover hover:text-ink',
      )}
    >
      <span className="flex w-3.75 shrink-0 justify-center">{icon}</span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys === undefined || singleKeys === 'off' ? null : (
        <span aria-hidden>
          <Kbd keys={keys} />
        </span>
      )}
      {count > 0 ? (
        <span className="font-medium text-2xs text-status-needs-you">
          {count}
          <span className="sr-only"> need you</span>
        </span>
      ) : null}
    </Link>
  );
}

function SidebarSkeleton() {
  return (
    <div className="mt-5 flex flex-col gap-3 px-2">
      <Skeleton className="h-3 w-20" />
      <Skeleton className="h-3 w-40" />
      <Skeleton className="h-3 w-32" />
      <Skeleton className="h-3 w-36" />
    </div>
  );
}
