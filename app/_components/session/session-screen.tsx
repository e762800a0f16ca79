/** One session: its terminal, and beside it what it is, what happened, and the messages to it. On a phone one of them at a time. */
'use client';

import { Ellipsis, PanelRight, Skull } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { type ReactNode, useState } from 'react';
import type { SessionView } from '../../../server/contract/session.ts';
import { useCommands } from '../../_data/commands.tsx';
import { useLock, useProject } from '../../_data/live.tsx';
import { nameOf } from '../../_data/status.ts';
import { Button, IconButton } from '../../_ui/button.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../_ui/menu.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { TopBar } from '../top-bar.tsx';
import { KillDialog } from './kill-dialog.tsx';
import { sessionCommands } from './session-commands.tsx';
import { SessionDetails } from './session-details.tsx';
import { NarrowLayout, PANELS, type PanelName, SidePanel, WideLayout } from './session-layout.tsx';
import { SessionMessages } from './session-messages.tsx';
import { SessionOver } from './session-over.tsx';
import { SessionTerminal } from './session-terminal.tsx';
import { SessionTimeline } from './session-timeline.tsx';
import { SessionTitle } from './session-title.tsx';
import { useIsWide } from './use-is-wide.ts';
import { useSessionActions } from './use-session-actions.ts';

export function SessionScreen({ session }: { readonly session: SessionView }) {
  const router = useRouter();
  const actions = useSessionActions(session);
  const lock = useLock();
  const project = useProject(session.projectId);
  const isWide = useIsWide();
  const [panel, setPanel] = useQueryState('panel', parseAsStringLiteral(PANELS));
  const [side, setSide] = useState<'open' | 'closed'>('open');
  const [editing, setEditing] = useState<'yes' | 'no'>('no');
  const showRecording = (): void => router.push(`/sessions/${session.id}/recording`);
  const show = (next: PanelName): void => {
    if (next !== 'terminal') setSide('open');
    void setPanel(next);
  };
  const toggleSide = (): void => setSide(side === 'open' ? 'closed' : 'open');
  useCommands(
    sessionCommands({
      session,
      actions,
      lock,
      side,
      onRename: () => setEditing('yes'),
      onShow: show,
      onSide: toggleSide,
      onRecording: showRecording,
    }),
  );

  const main =
    session.phase === 'terminated' ? (
      <SessionOver session={session} restore={actions.restore} />
    ) : (
      <SessionTerminal session={session} actions={actions} />
    );
  const panels: Readonly<Record<Exclude<PanelName, 'terminal'>, ReactNode>> = {
    details: <SessionDetails session={session} />,
    timeline: <SessionTimeline session={session} />,
    messages: <SessionMessages session={session} />,
  };

  return (
    <>
      <TopBar
        title={nameOf(session)}
        crumbs={[{ label: project?.name ?? session.projectId, href: `/projects/${session.projectId}` }]}
        heading={<SessionTitle session={session} rename={actions.rename} lock={lock} editing={editing} onEditing={setEditing} />}
        aside={editing === 'yes' ? null : <Aside session={session} />}
        actions={
          <>
            <IconButton
              label={side === 'open' ? 'Hide the side panel' : 'Show the side panel'}
              aria-pressed={side === 'open'}
              className="max-lg:hidden"
              onClick={toggleSide}
            >
              <PanelRight size={16} aria-hidden />
            </IconButton>
            <Menu
              trigger={
                <IconButton label={`More for ${session.id}`}>
                  <Ellipsis size={16} aria-hidden />
                </IconButton>
              }
            >
              <MenuItem disabledReason={lock} onSelect={() => setEditing('yes')}>
                Rename…
              </MenuItem>
              <MenuItem onSelect={showRecording}>Recording</MenuItem>
              <MenuSeparator />
              <MenuItem
                icon={<Skull size={15} aria-hidden />}
                tone="danger"
                disabledReason={actions.kill.disabledReason}
                onSelect={actions.kill.run}
              >
                Kill…
              </MenuItem>
            </Menu>
          </>
        }
      />
      {actions.problem === null ? null : (
        <InlineError problem={actions.problem} className="mx-4 my-2 shrink-0">
          <Button size="sm" onClick={actions.dismiss}>
            Dismiss
          </Button>
        </InlineError>
      )}
      {isWide ? (
        <WideLayout main={main} side={side === 'open' ? <SidePanel panel={panel} panels={panels} onPanel={show} /> : null} />
      ) : (
        <NarrowLayout panel={panel ?? 'terminal'} main={main} panels={panels} onPanel={show} />
      )}
      <KillDialog session={session} kill={actions.kill} />
    </>
  );
}

/** Beside the name, which gives way to the status but not to its reason. */
function Aside({ session }: { readonly session: SessionView }) {
  return (
    <>
      <StatusBadge status={session.status} className="ml-1.5 shrink-0" />
      <span className="ml-0.5 min-w-0 flex-1 basis-0 truncate text-ink-muted text-xs max-md:hidden" title={session.reason}>
        {session.reason}
      </span>
    </>
  );
}
