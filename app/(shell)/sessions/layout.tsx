/** The session's tabs are in the address; only its pages pay for the library that keeps them there. */
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import type { ReactNode } from 'react';
import { RpcProvider } from '../../_data/rpc-provider.tsx';

export default function SessionsLayout({ children }: { readonly children: ReactNode }) {
  return (
    <NuqsAdapter>
      <RpcProvider>{children}</RpcProvider>
    </NuqsAdapter>
  );
}
