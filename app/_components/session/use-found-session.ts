/** The session that an address names: from the feed, else from the daemon, which knows those that the feed leaves out. */
'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SessionView } from '../../../server/contract/session.ts';
import { useFeed, useFeedKnown, useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import type { Problem } from '../../_ui/inline-error.tsx';

export type FoundSession =
  | { readonly kind: 'looking' }
  | { readonly kind: 'found'; readonly session: SessionView }
  /** It was here a moment ago. */
  | { readonly kind: 'removed'; readonly last: SessionView }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly retry: () => void };

const ORCHESTRATOR = /^(.+)\/orchestrator$/;

function findInFeed(sessions: ReadonlyMap<string, SessionView>, name: string): SessionView | undefined {
  const projectId = ORCHESTRATOR.exec(name)?.[1];
  if (projectId === undefined) return sessions.get(name);
  return [...sessions.values()].find(
    (session) =>
      session.projectId === projectId && session.kind === 'orchestrator' && session.slot === 'current' && session.phase !== 'terminated',
  );
}

export function useFoundSession(name: string): FoundSession {
  const trpc = useTRPC();
  const lock = useLock();
  const known = useFeedKnown();
  const inFeed = findInFeed(useFeed().sessions, name);
  const asks = known && lock === null && inFeed === undefined;
  const query = useQuery({ ...trpc.sessions.get.queryOptions({ id: name }), enabled: asks, retry: false, staleTime: 0 });
  const session = inFeed ?? (asks ? query.data : undefined);
  const [last, setLast] = useState<{ readonly name: string; readonly session: SessionView } | null>(null);
  if (session !== undefined && (last === null || last.name !== name || last.session !== session)) setLast({ name, session });

  if (session !== undefined) return { kind: 'found', session };
  const before = last !== null && last.name === name ? last.session : null;
  if (!asks) return before === null ? { kind: 'looking' } : { kind: 'found', session: before };
  if (query.error === null) return { kind: 'looking' };
  const problem = toProblem(query.error);
  if (problem.code === 'SESSION_NOT_FOUND' || problem.code === 'PROJECT_NOT_FOUND' || problem.code === 'BAD_INPUT') {
    return before === null ? { kind: 'missing' } : { kind: 'removed', last: before };
  }
  return { kind: 'failed', problem, retry: () => void query.refetch() };
}
