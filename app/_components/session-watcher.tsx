/** Tells those who do not see the board what changed on it. Draws nothing. */
'use client';

import { useEffect, useRef } from 'react';
import { useAnnounce } from '../_data/announcer.tsx';
import { useConnection, useFeed } from '../_data/live.tsx';
import { describeTransitions } from '../_data/status.ts';

export function SessionWatcher() {
  const { sessions, epoch } = useFeed();
  const connection = useConnection();
  const announce = useAnnounce();
  const seen = useRef<{ readonly epoch: string | null; readonly sessions: typeof sessions } | null>(null);
  const wasLive = useRef<'yes' | 'no'>('no');
  useEffect(() => {
    const before = seen.current;
    seen.current = { epoch, sessions };
    if (before === null || before.epoch === null) return;
    for (const text of describeTransitions(before.sessions, sessions)) announce(text);
  }, [sessions, epoch, announce]);
  useEffect(() => {
    if (connection.kind === 'live') {
      if (wasLive.current === 'no' && seen.current?.epoch !== null) announce('Connected to the daemon');
      wasLive.current = 'yes';
      return;
    }
    if (connection.kind === 'loading' || connection.kind === 'stale') return;
    if (wasLive.current === 'yes') announce('The connection to the daemon is lost');
    wasLive.current = 'no';
  }, [connection.kind, announce]);
  return null;
}
