/** `/sessions/<id>`, and `/sessions/<project>/orchestrator` for whichever session that is now. */
'use client';

import { Ghost } from 'lucide-react';
import { useParams, useRouter } from 'next/navigation';
import { PageTitle } from '../../../_components/page-title.tsx';
import { SessionScreen } from '../../../_components/session/session-screen.tsx';
import { useFoundSession } from '../../../_components/session/use-found-session.ts';
import { TopBar } from '../../../_components/top-bar.tsx';
import { Button } from '../../../_ui/button.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { InlineError } from '../../../_ui/inline-error.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';

const BOARD = [{ label: 'Board', href: '/' }];

export function SessionPageSkeleton() {
  return (
    <div aria-busy className="flex min-h-0 flex-1 flex-col">
      <PageTitle title="Session" />
      <div className="flex h-12 shrink-0 items-center gap-3 border-line border-b px-4">
        <Skeleton className="h-4 w-48" />
        <Skeleton className="h-4 w-24" />
      </div>
      <div className="flex min-h-0 flex-1 gap-4 p-4">
        <Skeleton className="flex-1" />
        <Skeleton className="w-80 max-lg:hidden" />
      </div>
    </div>
  );
}

export function SessionPage() {
  const router = useRouter();
  const { id } = useParams<{ id: string[] }>();
  const name = id.join('/');
  const found = useFoundSession(name);
  const toBoard = <Button onClick={() => router.push('/')}>To the board</Button>;
  switch (found.kind) {
    case 'found':
      return <SessionScreen key={found.session.id} session={found.session} />;
    case 'looking':
      return <SessionPageSkeleton />;
    case 'removed':
      return (
        <>
          <TopBar title={found.last.id} crumbs={BOARD} />
          <EmptyState icon={<Ghost size={20} />} title={`${found.last.id} is not there any more`} className="my-auto" actions={toBoard}>
            It was removed while this page was open. Its branch <code className="font-mono text-ink text-xs">{found.last.branch}</code> is
            in the repository, if anything was committed on it.
          </EmptyState>
        </>
      );
    case 'missing':
      return (
        <>
          <TopBar title={name} crumbs={BOARD} />
          <EmptyState icon={<Ghost size={20} />} title={`There is no session called ${name}`} className="my-auto" actions={toBoard}>
            {name.endsWith('/orchestrator')
              ? 'The project has no orchestrator now; its page can start one.'
              : 'It may have been removed, or the address is mistyped.'}
          </EmptyState>
        </>
      );
    case 'failed':
      return (
        <>
          <TopBar title={name} crumbs={BOARD} />
          <InlineError problem={found.problem} className="m-4">
            <Button size="sm" onClick={found.retry}>
              Try again
            </Button>
          </InlineError>
        </>
      );
    default:
      return found satisfies never;
  }
}
