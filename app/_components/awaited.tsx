/** In place of what only the daemon can say: its shape while it is on its way, a sentence while nobody can be asked. */
'use client';

import type { ReactNode } from 'react';
import { useConnection } from '../_data/live.tsx';

export function Awaited({ children }: { readonly children: ReactNode }) {
  const { kind } = useConnection();
  const isComing = kind === 'live' || kind === 'loading' || kind === 'stale' || kind === 'starting';
  return isComing ? children : <p className="text-ink-muted">Shown once the daemon answers.</p>;
}
