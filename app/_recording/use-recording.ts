/** The recordings of a session, and the content of one of them, asked for in pages. */
'use client';

import { useQuery } from '@tanstack/react-query';
import type { SegmentView } from '../../server/contract/recording.ts';
import { useLock } from '../_data/live.tsx';
import { useTRPC, useTRPCClient } from '../_data/rpc.ts';

export function useRecordings(sessionId: string) {
  const trpc = useTRPC();
  const lock = useLock();
  return useQuery({ ...trpc.recordings.list.queryOptions({ id: sessionId }), enabled: lock === null, staleTime: 0, retry: false });
}

/** The text of a segment as it was when it was listed. */
export function useCastText(sessionId: string, segment: SegmentView | null) {
  const client = useTRPCClient();
  return useQuery({
    queryKey: ['cast', sessionId, segment?.startedAtMs ?? 0, segment?.bytes ?? 0],
    enabled: segment !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
    queryFn: async ({ signal }) => {
      const pages: string[] = [];
      for (let offset: number | null = 0; offset !== null; ) {
        const page: { readonly text: string; readonly nextOffset: number | null } = await client.recordings.read.query(
          { id: sessionId, startedAtMs: segment?.startedAtMs ?? 0, offset },
          { signal },
        );
        pages.push(page.text);
        offset = page.nextOffset;
      }
      return pages.join('');
    },
  });
}
