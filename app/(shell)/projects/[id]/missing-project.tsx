/** In place of a project's page while it is not known, or when there is none. */
'use client';

import { FolderX } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { BoardSkeleton } from '../../../_components/board.tsx';
import { TopBar } from '../../../_components/top-bar.tsx';
import { useConnection, useFeedKnown } from '../../../_data/live.tsx';
import { Button } from '../../../_ui/button.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';

export function MissingProject({ id }: { readonly id: string }) {
  const known = useFeedKnown();
  const connection = useConnection();
  const router = useRouter();
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
