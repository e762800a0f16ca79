/** One small light with its word: whether what is on the screen is true now. */
'use client';

import { clsx } from 'clsx';
import type { Connection } from '../_data/connection.ts';
import { useConnection } from '../_data/live.tsx';

const LIGHTS: Readonly<Record<Connection['kind'], { readonly word: string; readonly dot: string }>> = {
  live: { word: 'Live', dot: 'bg-status-done' },
  loading: { word: 'Connecting', dot: 'bg-status-unknown' },
  stale: { word: 'Catching up', dot: 'bg-status-unknown' },
  reconnecting: { word: 'Reconnecting', dot: 'bg-status-needs-you' },
  starting: { word: 'Daemon starting', dot: 'bg-status-working' },
  stopped: { word: 'Daemon stopped', dot: 'ring-2 ring-inset ring-status-trouble' },
  failed: { word: 'Daemon cannot start', dot: 'bg-status-trouble' },
  unpaired: { word: 'Not paired', dot: 'ring-2 ring-inset ring-status-trouble' },
  refused: { word: 'Reload needed', dot: 'bg-status-trouble' },
};

export function ConnectionLight() {
  const connection = useConnection();
  const light = LIGHTS[connection.kind];
  return (
    <span className="inline-flex items-center gap-2 px-2 text-ink-muted text-xs">
      <span aria-hidden className={clsx('size-2 rounded-full', light.dot)} />
      {light.word}
    </span>
  );
}
