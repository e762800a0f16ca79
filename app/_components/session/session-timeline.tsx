/** What happened to the session and why, the latest first. */
'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { SessionView } from '../../../server/contract/session.ts';
import { useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { formatAge, formatFull, useNow } from '../../_data/time.ts';
import { Button } from '../../_ui/button.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { describeEvent } from './describe-event.ts';

export function useSessionEvents(session: SessionView) {
  const trpc = useTRPC();
  const lock = useLock();
  const query = useQuery({ ...trpc.sessions.events.queryOptions({ id: session.id }), enabled: lock === null });
  const { refetch } = query;
  const stamp = `${session.updatedAt} ${session.status}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the session is what a new line comes with
  useEffect(() => {
    if (lock === null) void refetch();
  }, [stamp, lock, refetch]);
  return query;
}

export function SessionTimeline({ session }: { readonly session: SessionView }) {
  const events = useSessionEvents(session);
  const nowMs = useNow();
  if (events.data === undefined) {
    return events.error === null ? (
      <div className="space-y-3 p-4">
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
      </div>
    ) : (
      <InlineError problem={toProblem(events.error)} className="m-4">
        <Button size="sm" onClick={() => void events.refetch()}>
          Try again
        </Button>
      </InlineError>
    );
  }
  if (events.data.length === 0) return <p className="p-4 text-ink-muted">Nothing has been recorded yet.</p>;
  return (
    <ol className="px-4 py-4">
      {events.data.toReversed().map((event) => {
        const line = describeEvent(event);
        return (
          <li key={event.seq} className="relative border-line border-l pb-4 pl-4 last:pb-0">
            <span aria-hidden className="absolute top-1.75 -left-[3.5px] size-1.5 rounded-full bg-line-control" />
            <div className="flex items-baseline justify-between gap-2">
              <span className="font-medium">{line.title}</span>
              {nowMs === 0 ? null : (
                <time dateTime={event.at} title={formatFull(event.at)} className="shrink-0 text-ink-faint text-xs">
                  {formatAge(event.at, nowMs)}
                </time>
              )}
            </div>
            <p className="wrap-anywhere text-ink-muted">{line.reason}</p>
            {line.changes.map((change) => (
              <p key={change} className="wrap-anywhere mt-0.5 font-mono text-2xs text-ink-faint">
                {change}
              </p>
            ))}
          </li>
        );
      })}
    </ol>
  );
}
