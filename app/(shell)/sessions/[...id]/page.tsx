import { Suspense } from 'react';
import { SessionPage, SessionPageSkeleton } from './session-page.tsx';

export default function Page() {
  return (
    <Suspense fallback={<SessionPageSkeleton />}>
      <SessionPage />
    </Suspense>
  );
}
