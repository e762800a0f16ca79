/** Shows the page, or, to a browser that is not let in, what to do about that. */
'use client';

import type { ReactNode } from 'react';
import { useConnection } from '../_data/live.tsx';
import { PageTitle } from './page-title.tsx';
import { Unpaired } from './unpaired.tsx';

const AFTERWARDS = 'This page goes on by itself once the link is open in another tab of this browser.';

export function PairedOnly({ children }: { readonly children: ReactNode }) {
  const connection = useConnection();
  if (connection.kind !== 'unpaired') return children;
  return (
    <>
      <PageTitle title="Not paired" />
      {connection.before === 'never' ? (
        <Unpaired level={1} afterwards={AFTERWARDS} />
      ) : (
        <Unpaired level={1} title="This browser is not let in any more" afterwards={AFTERWARDS}>
          <p>
            It was paired, and was revoked since or has lost its cookie. If it is yours, type this on the machine where Agent Orchestrator
            runs, and open the link it prints in this browser. It works once, for ten minutes.
          </p>
        </Unpaired>
      )}
    </>
  );
}
