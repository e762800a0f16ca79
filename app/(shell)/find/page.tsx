import { Suspense } from 'react';
import { FindScreen } from './find-screen.tsx';

export default function Page() {
  return (
    <Suspense>
      <FindScreen />
    </Suspense>
  );
}
