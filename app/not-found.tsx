/** Any address that is not ours. */
'use client';

import Link from 'next/link';
import { TabFace } from './_components/tab-face.tsx';
import { buttonClass } from './_ui/button.tsx';
import { EmptyState } from './_ui/empty-state.tsx';

export default function NotFound() {
  return (
    <main className="flex min-h-dvh items-center">
      <TabFace title="Not found" />
      <EmptyState
        title="There is no such page"
        level={1}
        actions={
          <Link href="/" className={buttonClass({ variant: 'primary' })}>
            To the board
          </Link>
        }
      >
        The address is mistyped, or the page has gone.
      </EmptyState>
    </main>
  );
}
