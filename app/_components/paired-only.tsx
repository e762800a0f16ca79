/** Shows the page, or, to a browser that is not let in, what to do about that. */
'use client';

import type { ReactNode } from 'react';
import { useConnection } from '../_data/live.tsx';
import { PageTitle } from './page-title.tsx';
import { Unpaired } from './unpaired.tsx';

export function PairedOnly({ children }: { readonly children: ReactNode }) {
  const connection = useConnection();
  return connection.kind === 'unpaired' ? (
    <>
      <PageTitle title="Not paired" />
      <Unpaired level={1} afterwards="This page goes on by itself once the link is open in another tab of this browser." />
    </>
  ) : (
    children
  );
}
