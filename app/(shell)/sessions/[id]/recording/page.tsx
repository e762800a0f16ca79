import { Suspense } from 'react';
import { SessionPageSkeleton } from '../../[...id]/session-page.tsx';
import { RecordingScreen } from './recording-screen.tsx';

export default function Page() {
  return (
    <Suspense fallback={<SessionPageSkeleton />}>
      <RecordingScreen />
    </Suspense>
  );
}
