import type { ReactNode } from 'react';
import { RpcProvider } from '../../_data/rpc-provider.tsx';

export default function FindLayout({ children }: { readonly children: ReactNode }) {
  return <RpcProvider>{children}</RpcProvider>;
}
