/** The briefing that is not dismissed yet. Asked again whenever a session's status changes: what it says is read from the sessions. */
'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { BriefingView } from '../../../server/contract/briefing.ts';
import { useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import type { Problem } from '../../_ui/inline-error.tsx';
import { useStatuses } from './use-statuses.ts';

export type BriefingState = {
  /** `undefined`: not known yet. */
  readonly briefing: BriefingView | null | undefined;
  readonly problem: Problem | null;
  readonly dismiss: () => void;
  readonly dismissing: string | null;
  readonly lock: string | null;
};

export function useBriefing(): BriefingState {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const lock = useLock();
  const statuses = useStatuses();
  const { data, error } = useQuery({ ...trpc.briefing.get.queryOptions(), enabled: lock === null });
  useEffect(() => {
    if (statuses !== '' && lock === null) void queries.invalidateQueries({ queryKey: trpc.briefing.get.queryKey() });
  }, [statuses, lock, queries, trpc]);
  const dismissal = useMutation(
    trpc.briefing.dismiss.mutationOptions({
      onSuccess: (left) => queries.setQueryData(trpc.briefing.get.queryKey(), left),
    }),
  );
  const failure = dismissal.error ?? error;
  return {
    briefing: data,
    problem: failure === null ? null : toProblem(failure),
    dismiss: () => {
      if (data) dismissal.mutate({ at: data.at });
    },
    dismissing: dismissal.isPending ? 'Dismissing…' : null,
    lock,
  };
}
