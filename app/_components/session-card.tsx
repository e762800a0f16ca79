/** One session on the board: what it is, how it is, and, when it needs somebody, why. A link and nothing else, so that it opens like one. */
'use client';

import { clsx } from 'clsx';
import { GitBranch, Waypoints } from 'lucide-react';
import nextDynamic from 'next/dynamic';
import Link from 'next/link';
import { memo } from 'react';
import type { SessionView } from '../../server/contract/session.ts';
import { agentName } from '../_data/agent-names.ts';
import { columnOf, sinceOf } from '../_data/columns.ts';
import { useScreens } from '../_data/preferences.ts';
import { nameOf } from '../_data/status.ts';
import { formatAge, formatFull, useNow } from '../_data/time.ts';
import { StatusBadge } from './status-badge.tsx';

const SessionPeek = nextDynamic(() => import('./peek/session-peek.tsx').then((file) => file.SessionPeek), { ssr: false });

export const SessionCard = memo(function SessionCard({ session }: { readonly session: SessionView }) {
  const needsSomebody = columnOf(session.status) === 'needs_you';
  const isOver = session.phase === 'terminated';
  const screens = useScreens();
  return (
    <Link
      href={`/sessions/${session.id}`}
      prefetch={false}
      data-card={session.id}
      className={clsx(
        'block rounded-md border border-line bg-surface px-3 py-2.5 shadow-card transition-[background-color,border-color] hover:border-line-control/60 hover:bg-hover',
        isOver && 'bg-transparent shadow-none',
      )}
    >
      <div className="flex items-center justify-between gap-2">
        <StatusBadge status={session.status} />
        <Age iso={sinceOf(session)} />
      </div>
      <h3 className={clsx('mt-1.5 line-clamp-2 text-pretty font-medium', isOver ? 'text-ink-muted' : 'text-ink')}>
        {session.kind === 'orchestrator' ? (
          <Waypoints size={14} aria-hidden className="mr-1.5 -mt-0.5 inline-block text-ink-muted" />
        ) : null}
        {nameOf(session)}
      </h3>
      {needsSomebody || session.status === 'recovering' ? (
        <p className="wrap-anywhere mt-1 line-clamp-3 text-ink-muted text-xs">{session.reason}</p>
      ) : null}
      <p className="mt-1.5 flex min-w-0 items-baseline gap-2 text-ink-faint text-xs">
        <span className="shrink-0 font-mono text-2xs text-ink-muted">{session.id}</span>
        <span className="truncate">{agentName(session.agent)}</span>
      </p>
      {session.branch === `ao/${session.id}` ? null : (
        <p className="mt-0.5 flex min-w-0 items-center gap-1.5 text-ink-faint">
          <GitBranch size={12} aria-hidden className="shrink-0" />
          <span className="truncate font-mono text-2xs">{session.branch}</span>
        </p>
      )}
      {screens === 'shown' && session.phase === 'live' ? (
        <div className="mt-2 h-28 overflow-hidden rounded-sm border border-line">
          <SessionPeek id={session.id} />
        </div>
      ) : null}
    </Link>
  );
});

function Age({ iso }: { readonly iso: string }) {
  const nowMs = useNow();
  return nowMs === 0 ? null : (
    <time dateTime={iso} title={formatFull(iso)} className="shrink-0 text-ink-faint text-xs">
      {formatAge(iso, nowMs)}
    </time>
  );
}
