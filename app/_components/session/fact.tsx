/** One named fact of a session, and a moment told as its age. */
'use client';

import type { ReactNode } from 'react';
import { formatAge, formatFull, useNow } from '../../_data/time.ts';

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] items-baseline gap-3 py-1">
      <dt className="text-ink-muted text-xs">{name}</dt>
      <dd className="wrap-anywhere min-w-0">{children}</dd>
    </div>
  );
}

export function Moment({ iso }: { readonly iso: string }) {
  const nowMs = useNow();
  const age = nowMs === 0 ? '' : formatAge(iso, nowMs);
  return (
    <time dateTime={iso} title={formatFull(iso)}>
      {/^\d+[smhd]$/.test(age) ? `${age} ago` : age}
    </time>
  );
}
