/**
 * Gives what is below it the means to ask and to command. Not around the whole shell: the board lives from the feed alone, and loads
 * faster without. All of these share one cache.
 */
'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useShared } from './live.tsx';
import { createRpcClient, TRPCProvider } from './rpc.ts';

function createQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 10_000, refetchOnWindowFocus: false } } });
}

export function RpcProvider({ children }: { readonly children: ReactNode }) {
  const rpc = useShared('rpc', createRpcClient);
  const queries = useShared('queries', createQueryClient);
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={rpc} queryClient={queries}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
