/** Which tiles are shown is in the address; only the pages that keep something there pay for the library that does it. */
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, Suspense } from 'react';

export default function GridLayout({ children }: { readonly children: ReactNode }) {
  return (
    <NuqsAdapter>
      <Suspense>{children}</Suspense>
    </NuqsAdapter>
  );
}
