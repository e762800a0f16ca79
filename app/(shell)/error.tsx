/** A page that broke says so within the frame, which goes on: the sidebar, the connection and the other pages are not touched. */
'use client';

import { PageTitle } from '../_components/page-title.tsx';
import { Button } from '../_ui/button.tsx';
import { EmptyState } from '../_ui/empty-state.tsx';
import { InlineError } from '../_ui/inline-error.tsx';

export default function PageError({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <>
      <PageTitle title="This page broke" />
      <EmptyState
        title="This page broke"
        className="my-auto"
        actions={
          <>
            <Button variant="primary" onClick={reset}>
              Draw it again
            </Button>
            <Button onClick={() => location.reload()}>Reload</Button>
          </>
        }
      >
        <p className="mb-3">It is a fault of the page. Your sessions are not affected.</p>
        <div className="text-left">
          <InlineError problem={{ message: error.message === '' ? 'It gives no reason.' : error.message }} />
        </div>
      </EmptyState>
    </>
  );
}
